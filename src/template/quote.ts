const PRINTABLE = /[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u;
const NAMED: Readonly<Record<string, string>> = {
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  "\\": "\\\\",
};

export const isPrintable = (character: string): boolean => PRINTABLE.test(character);

const hex = (code: number, width: number): string => code.toString(16).padStart(width, "0");

function escapeCharacter(character: string, mark: string, asciiOnly: boolean): string {
  if (character === mark) return `\\${mark}`;
  const named = NAMED[character];
  if (named !== undefined) return named;
  const code = character.codePointAt(0) ?? 0;
  if (asciiOnly ? code >= 0x20 && code < 0x7f : isPrintable(character)) return character;
  if (code < 0x20 || code === 0x7f) return `\\x${hex(code, 2)}`;
  if (code >= 0xd800 && code < 0xe000) return "\\ufffd";
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
}

/** As Go's strconv.Quote, or QuoteToASCII. */
export function quote(text: string, { mark = '"', asciiOnly = false } = {}): string {
  let quoted = mark;
  for (const character of text) quoted += escapeCharacter(character, mark, asciiOnly);
  return quoted + mark;
}

/** Text that can stand between backquotes. */
export const canBackquote = (text: string): boolean => {
  for (const character of text) {
    if (character === "`" || character === "\ufeff" || character === "\x7f") return false;
    if (character < " " && character !== "\t") return false;
  }
  return true;
};

const PRINTABLE = /[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u;
// Single quotes and ASCII alone are asked for by printf.
const ESCAPED = /["\\]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu;
const ESCAPED_CHARACTER = /['\\]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu;
const NOT_ASCII = /[^ -~]/gu;
const NAMED: Readonly<Record<string, string>> = {
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  "\\": "\\\\",
  '"': '\\"',
  "'": "\\'",
};

/** Go's unicode.IsPrint. */
export const isPrintable = (character: string): boolean => PRINTABLE.test(character);

const hex = (code: number, width: number): string => code.toString(16).padStart(width, "0");

function escapeCharacter(character: string): string {
  const named = NAMED[character];
  if (named !== undefined) return named;
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return `\\x${hex(code, 2)}`;
  // Half of a pair cannot be a character of Go's.
  if (code >= 0xd800 && code < 0xe000) return "\\ufffd";
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
}

/** As Go's strconv.Quote (`%q`), QuoteRune, and both ToASCII. */
export function quote(text: string, { mark = '"', asciiOnly = false } = {}): string {
  let quoted = text.replace(mark === '"' ? ESCAPED : ESCAPED_CHARACTER, escapeCharacter);
  if (asciiOnly) quoted = quoted.replace(NOT_ASCII, escapeCharacter);
  return mark + quoted + mark;
}

/** Text that can stand between backquotes. */
export const canBackquote = (text: string): boolean => {
  for (const character of text) {
    if (character === "`" || character === "\ufeff" || character === "\x7f") return false;
    if (character < " " && character !== "\t") return false;
  }
  return true;
};

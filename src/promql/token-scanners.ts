/** Scanners of single tokens: where the one that begins at `at` ends, `at` itself where there is none. */

export const isSpace = (character: string | undefined): boolean =>
  character === " " || character === "\t" || character === "\n" || character === "\r";

const isAlphanumeric = (character: string | undefined): boolean =>
  character !== undefined && /[a-zA-Z0-9_]/.test(character);

const HEX = /0[xX]_?[0-9a-fA-F]+(?:_[0-9a-fA-F]+)*/y;
const DECIMAL = /(?:\d+(?:_\d+)*)?\.?(?:\d+(?:_\d+)*)?(?:[eE][+-]?\d+(?:_\d+)*)?/y;
const DURATION = /\d+(?:ms|[smhdwy])s?(?:\d+(?:ms|[smhdw])s?)*/y;

function scan(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) && !isAlphanumeric(text[pattern.lastIndex]) && text[pattern.lastIndex] !== "."
    ? pattern.lastIndex
    : at;
}

export function scanNumber(text: string, at: number): number {
  const hex = scan(HEX, text, at);
  return hex > at ? hex : scan(DECIMAL, text, at);
}

export const scanDuration = (text: string, at: number): number => scan(DURATION, text, at);

const SIMPLE_ESCAPES = "abfnrtv\\";
const ESCAPE_DIGITS: Readonly<Record<string, readonly [digits: number, base: number, most: number]>> = {
  x: [2, 16, 0xff],
  u: [4, 16, 0x10ffff],
  U: [8, 16, 0x10ffff],
};

const codePointName = (text: string, at: number): string => {
  const code = text.codePointAt(at) ?? 0xfffd;
  return `U+${code.toString(16).toUpperCase().padStart(4, "0")} '${String.fromCodePoint(code)}'`;
};

/** Where the escape that begins with the backslash at `at` ends, or what is wrong with it. */
function scanEscape(text: string, at: number, quote: string): number | string {
  const character = text[at + 1];
  if (character === undefined) return "escape sequence not terminated";
  if (SIMPLE_ESCAPES.includes(character) || character === quote) return at + 2;
  const octal = character >= "0" && character <= "7";
  const [digits, base, most] = octal ? [3, 8, 0xff] : (ESCAPE_DIGITS[character] ?? [0, 0, 0]);
  if (digits === 0) return `unknown escape sequence ${codePointName(text, at + 1)}`;
  const first = octal ? at + 1 : at + 2;
  let code = 0;
  for (let digit = first; digit < first + digits; digit += 1) {
    if (digit >= text.length) return "escape sequence not terminated";
    const value = Number.parseInt(text[digit] as string, 16);
    if (!(value < base)) return `illegal character ${codePointName(text, digit)} in escape sequence`;
    code = code * base + value;
  }
  if (code > most || (code >= 0xd800 && code < 0xe000)) return "escape sequence is an invalid Unicode code point";
  return first + digits;
}

/** Where the string whose quote is at `at` ends, or what is wrong with it. */
export function scanString(text: string, at: number): number | string {
  const quote = text[at] as string;
  if (quote === "`") {
    const end = text.indexOf("`", at + 1);
    return end < 0 ? "unterminated raw string" : end + 1;
  }
  let next = at + 1;
  for (;;) {
    const character = text[next];
    if (character === undefined || character === "\n") return "unterminated quoted string";
    if (character === quote) return next + 1;
    if (character !== "\\") next += 1;
    else {
      const end = scanEscape(text, next, quote);
      if (typeof end === "string") return end;
      next = end;
    }
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  '"': '\\"',
  "\\": "\\\\",
};

const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, "0");

// What Go's %q does not print as it is: everything but letters, marks, numbers, punctuation, symbols and the ASCII space.
const UNPRINTABLE = /["\\]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu;

function escaped(char: string): string {
  const known = ESCAPES[char];
  if (known !== undefined) return known;
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x80) return `\\x${hex(code, 2)}`;
  return code <= 0xffff ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
}

/** A text in quotes as Go's `%q` writes it: the servers' errors quote what they were given that way. */
export const goQuote = (text: string): string => `"${text.replace(UNPRINTABLE, escaped)}"`;

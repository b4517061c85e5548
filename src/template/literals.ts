const SIMPLE: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  "\\": 92,
};
const ESCAPE = /\\(?:([abfnrtv\\])|(["'])|([0-7]{3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))|[^\\]|\\/gu;

type Unquoted = { readonly bytes: number[] } | undefined;

/** Escapes of Go's text and character literals, as UTF-8 bytes, because `\xNN` is a byte. */
function readEscapes(body: string, quote: string): Unquoted {
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  for (const [whole, simple, escapedQuote, octal, hexByte, short, long] of body.matchAll(ESCAPE)) {
    if (simple !== undefined) bytes.push(SIMPLE[simple] ?? 0);
    else if (escapedQuote !== undefined) {
      if (escapedQuote !== quote) return undefined;
      bytes.push(escapedQuote.charCodeAt(0));
    } else if (octal !== undefined) {
      const value = Number.parseInt(octal, 8);
      if (value > 255) return undefined;
      bytes.push(value);
    } else if (hexByte !== undefined) bytes.push(Number.parseInt(hexByte, 16));
    else if (short !== undefined || long !== undefined) {
      const value = Number.parseInt(short ?? long ?? "", 16);
      if (value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) return undefined;
      bytes.push(...encoder.encode(String.fromCodePoint(value)));
    } else if (whole === "\\") return undefined;
    else bytes.push(...encoder.encode(whole));
  }
  return { bytes };
}

/** The value of a Go text literal in double quotes or backquotes; undefined where its escapes are wrong. */
export function unquote(literal: string): string | undefined {
  if (literal.startsWith("`")) return literal.slice(1, -1).replaceAll("\r", "");
  const body = literal.slice(1, -1);
  if (!body.includes("\\")) return body;
  const unquoted = readEscapes(body, '"');
  return unquoted && new TextDecoder().decode(Uint8Array.from(unquoted.bytes));
}

/** The code of a character literal; undefined where it is not one character. */
export function unquoteCharacter(literal: string): bigint | undefined {
  const body = literal.slice(1, -1);
  const byte = /^\\(?:x([0-9a-fA-F]{2})|([0-7]{3}))$/.exec(body);
  if (byte !== null) {
    const value = byte[1] === undefined ? Number.parseInt(byte[2] ?? "", 8) : Number.parseInt(byte[1], 16);
    return value > 255 ? undefined : BigInt(value);
  }
  const unquoted = readEscapes(body, "'");
  if (unquoted === undefined) return undefined;
  const characters = [...new TextDecoder().decode(Uint8Array.from(unquoted.bytes))];
  return characters.length === 1 ? BigInt(characters[0]?.codePointAt(0) ?? 0) : undefined;
}

const MAX_INT = 2n ** 63n - 1n;
const MIN_INT = -(2n ** 63n);
const MAX_UINT = 2n ** 64n - 1n;
const PLAIN_INT =
  /^[+-]?(?:0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|0(?:_?[0-7])*|[1-9](?:_?[0-9])*)$/;
const PLAIN_FLOAT = /^[+-]?(?:[0-9]+(?:_[0-9]+)*\.?(?:[0-9]+(?:_[0-9]+)*)?|\.[0-9]+(?:_[0-9]+)*)(?:[eE][+-]?[0-9]+)?$/;
const HEX_FLOAT = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?[0-9]+)$/;

function readInt(text: string): bigint | undefined {
  if (!PLAIN_INT.test(text)) return undefined;
  const digits = text.replace(/^[+-]/, "").replaceAll("_", "");
  const value = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  return text.startsWith("-") ? -value : value;
}

function readFloat(text: string): number | undefined {
  const hex = HEX_FLOAT.exec(text);
  if (hex !== null) {
    const [, sign, whole = "", fraction = "", exponent = "0"] = hex;
    if (whole + fraction === "") return undefined;
    const mantissa = Number(`0x${whole}${fraction}`);
    return (sign === "-" ? -1 : 1) * mantissa * 2 ** (Number(exponent) - 4 * fraction.length);
  }
  if (!PLAIN_FLOAT.test(text)) return undefined;
  const value = Number(text.replaceAll("_", ""));
  return Number.isFinite(value) ? value : undefined;
}

/** What a number literal may be used as; a text is what is wrong with it. */
export function readNumber(
  text: string,
): { readonly int: bigint | undefined; readonly float: number | undefined; readonly looksFloat: boolean } | string {
  const looksFloat = /[.eEpP]/.test(text) && !/^[+-]?0[xX][0-9a-fA-F_]*$/.test(text);
  const exact = readInt(text);
  if (exact !== undefined && exact >= MIN_INT && exact <= MAX_UINT) {
    return { int: exact <= MAX_INT ? exact : undefined, float: Number(exact), looksFloat: false };
  }
  const float = readFloat(text);
  if (float === undefined) return `illegal number syntax: ${JSON.stringify(text)}`;
  if (!looksFloat) return `integer overflow: ${JSON.stringify(text)}`;
  const whole = Number.isInteger(float) && Math.abs(float) < 2 ** 63;
  return { int: whole ? BigInt(float) : undefined, float, looksFloat };
}

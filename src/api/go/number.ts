import { goQuote } from "./quote.ts";

/** What a Go parser says of a text it cannot read; the servers hand these words to the client. */
export class ParseError extends Error {
  override readonly name = "ParseError";
}

const fault = (parser: string, text: string, what: string): ParseError =>
  new ParseError(`strconv.${parser}: parsing ${goQuote(text)}: ${what}`);

const MAX_INT64 = 2n ** 63n - 1n;
const MIN_INT64 = -(2n ** 63n);

/** A decimal integer of `bits` bits; throws `ParseError` in the words of the Go function it stands for. */
export function parseInteger(text: string, parser: "Atoi" | "ParseInt" = "Atoi", bits: 32 | 64 = 64): bigint {
  if (!/^[+-]?[0-9]+$/.test(text)) throw fault(parser, text, "invalid syntax");
  const value = BigInt(text.startsWith("+") ? text.slice(1) : text);
  const [min, max] = bits === 64 ? [MIN_INT64, MAX_INT64] : [-(2n ** 31n), 2n ** 31n - 1n];
  if (value < min || value > max) throw fault(parser, text, "value out of range");
  return value;
}

/** As `parseInteger`, for counts: exact up to 2^53, which is more than anybody can ask for. */
export const parseCount = (text: string): number => Number(parseInteger(text));

/** Hexadecimal digits of at most 64 bits. */
export function parseHex(text: string): bigint {
  if (!/^[0-9a-fA-F]+$/.test(text)) throw fault("ParseUint", text, "invalid syntax");
  const value = BigInt(`0x${text}`);
  if (value >= 2n ** 64n) throw fault("ParseUint", text, "value out of range");
  return value;
}

const DECIMAL = /^[+-]?(?:[0-9]+(?:_[0-9]+)*(?:\.(?:[0-9]+(?:_[0-9]+)*)?)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const HEXADECIMAL = /^([+-]?)0[xX]([0-9a-fA-F]*)(?:\.([0-9a-fA-F]*))?[pP]([+-]?[0-9]+)$/;
const INFINITE = /^([+-]?)inf(?:inity)?$/i;

function hexadecimal(text: string): number | undefined {
  const match = HEXADECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = "", fraction = "", exponent] = match;
  if (whole === "" && fraction === "") return undefined;
  const value = Number.parseInt(`${whole}${fraction}`, 16) * 2 ** (Number(exponent) - 4 * fraction.length);
  return sign === "-" ? -value : value;
}

/** As Go's ParseFloat; undefined where it reports an error, which nearly every caller only takes as "not a number". */
export function parseFloat64(text: string): number | undefined {
  if (DECIMAL.test(text)) {
    const value = Number(text.replaceAll("_", ""));
    return Number.isFinite(value) ? value : undefined;
  }
  if (/^nan$/i.test(text)) return Number.NaN;
  const infinite = INFINITE.exec(text);
  if (infinite !== null) return infinite[1] === "-" ? -Infinity : Infinity;
  return hexadecimal(text);
}

/** As `parseFloat64`, where the error is shown. */
export function parseFloatOrThrow(text: string): number {
  const value = parseFloat64(text);
  if (value === undefined)
    throw fault("ParseFloat", text, DECIMAL.test(text) ? "value out of range" : "invalid syntax");
  return value;
}

const TRUE = new Set(["1", "t", "T", "true", "TRUE", "True"]);
const FALSE = new Set(["0", "f", "F", "false", "FALSE", "False"]);

export function parseBool(text: string): boolean {
  if (TRUE.has(text)) return true;
  if (FALSE.has(text)) return false;
  throw fault("ParseBool", text, "invalid syntax");
}

const special = (value: number): string => (Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf");

// JavaScript writes exponents without a leading zero, Go with at least two digits.
const twoDigits = (text: string): string => text.replace(/e([+-])([0-9])$/, "e$10$2");

/** A sample's value as Prometheus writes it: shortest, with an exponent below 1e-6 and from 1e21 on, as JavaScript does. */
export function sampleText(value: number): string {
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  if (!Number.isFinite(value)) return special(value);
  const text = String(value);
  return text.includes("e") ? twoDigits(text) : text;
}

/** Digits without an exponent: `strconv 'f' -1`, as Loki writes values. */
export function plainText(value: number): string {
  const text = sampleText(value);
  const match = /^(-?)([0-9])(?:\.([0-9]+))?e([+-][0-9]+)$/.exec(text);
  if (match === null) return text;
  const [, sign, whole = "", fraction = "", exponent] = match;
  const [digits, point] = [whole + fraction, 1 + Number(exponent)];
  return point <= 0 ? `${sign}0.${"0".repeat(-point)}${digits}` : `${sign}${digits.padEnd(point, "0")}`;
}

/** Always with an exponent: the value of an alert. */
export const exponentText = (value: number): string =>
  Number.isFinite(value) ? `${Object.is(value, -0) ? "-" : ""}${twoDigits(value.toExponential())}` : special(value);

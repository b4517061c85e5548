import { fault } from "./fault.ts";

const MIN_INT64 = -(2n ** 63n);
const OUT_OF_RANGE = "value out of range";

/** A decimal integer of `bits` bits. `parser` is the function of Go's strconv that an error speaks of. */
export function parseInteger(text: string, parser: "Atoi" | "ParseInt" = "Atoi", bits: 32 | 64 = 64): bigint | string {
  if (!/^[+-]?[0-9]+$/.test(text)) return fault(parser, text);
  const value = BigInt(text.startsWith("+") ? text.slice(1) : text);
  return BigInt.asIntN(bits, value) === value ? value : fault(parser, text, OUT_OF_RANGE);
}

/** Hexadecimal digits of at most 64 bits, as strconv.ParseUint. */
export function parseHex(text: string): bigint | string {
  if (!/^[0-9a-fA-F]+$/.test(text)) return fault("ParseUint", text);
  const value = BigInt(`0x${text}`);
  return BigInt.asUintN(64, value) === value ? value : fault("ParseUint", text, OUT_OF_RANGE);
}

const LITERAL = /^[+-]?(?:0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|0(?:_?[0-7])*|[1-9](?:_?[0-9])*)$/;

/** An integer as Go's source has it: `0x1F`, `0o17`, `017`, `0b1`, `1_000`. Of any size: the caller knows what may hold it. */
export function parseIntegerLiteral(text: string): bigint | undefined {
  if (!LITERAL.test(text)) return undefined;
  const digits = text.replace(/^[+-]/, "").replaceAll("_", "");
  const value = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  return text.startsWith("-") ? -value : value;
}

/** Go's conversion of a float64 to an int64, as amd64 does it. */
export const truncateToInt64 = (value: number): bigint =>
  Number.isNaN(value) || Math.abs(value) >= 2 ** 63 ? MIN_INT64 : BigInt(Math.trunc(value));

import { parseFloat64, parseIntegerLiteral } from "../gotext/index.ts";

/** The value of a number token: an integer of any base (a leading 0 is octal), or a float. A text says why it is none. */
export function parseNumber(text: string): number | string {
  const integer = parseIntegerLiteral(text);
  return integer === undefined || BigInt.asIntN(64, integer) !== integer ? parseFloat64(text) : Number(integer);
}

import { parseFloat64, parseIntegerLiteral, quote } from "../gotext/index.ts";

const MAX_INT = 2n ** 63n - 1n;
const MIN_INT = -(2n ** 63n);
const MAX_UINT = 2n ** 64n - 1n;

/** What a number literal may be used as; a text is what is wrong with it. */
export function readNumber(
  text: string,
): { readonly int: bigint | undefined; readonly float: number | undefined; readonly looksFloat: boolean } | string {
  const looksFloat = /[.eEpP]/.test(text) && !/^[+-]?0[xX][0-9a-fA-F_]*$/.test(text);
  const exact = parseIntegerLiteral(text);
  if (exact !== undefined && exact >= MIN_INT && exact <= MAX_UINT) {
    return { int: exact <= MAX_INT ? exact : undefined, float: Number(exact), looksFloat: false };
  }
  const float = parseFloat64(text);
  if (typeof float === "string") return `illegal number syntax: ${quote(text)}`;
  if (!looksFloat) return `integer overflow: ${quote(text)}`;
  const whole = Number.isInteger(float) && Math.abs(float) < 2 ** 63;
  return { int: whole ? BigInt(float) : undefined, float, looksFloat };
}

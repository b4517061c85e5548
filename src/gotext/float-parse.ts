import { fault } from "./fault.ts";

const DIGITS = "[0-9]+(?:_[0-9]+)*";
const PLAIN = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)$/;
const DECIMAL = new RegExp(`^[+-]?(?:${DIGITS}\\.?(?:${DIGITS})?|\\.${DIGITS})(?:[eE][+-]?${DIGITS})?$`);
const HEX_DIGITS = "(?:_?[0-9a-fA-F]+)*";
const HEXADECIMAL = new RegExp(`^([+-]?)0[xX](${HEX_DIGITS})(?:\\.(${HEX_DIGITS}))?[pP]([+-]?${DIGITS})$`);
const NAMED = /^(?:nan|([+-]?)inf(?:inity)?)$/i;

const withoutUnderscores = (text: string): string => (text.includes("_") ? text.replaceAll("_", "") : text);

function readHexadecimal(text: string): number | undefined {
  const match = HEXADECIMAL.exec(text);
  if (match === null) return undefined;
  const [whole, fraction, exponent] = match.slice(2).map((part) => withoutUnderscores(part ?? ""));
  const digits = `${whole}${fraction}`;
  // An underscore stands between digits, or behind the `0x`.
  if (digits === "" || match[3]?.startsWith("_")) return undefined;
  let value = Number(`0x${digits}`);
  // In two steps, as a power alone may be out of range where the number is not.
  const power = Number(exponent) - 4 * (fraction ?? "").length;
  if (value !== 0) value = value * 2 ** Math.trunc(power / 2) * 2 ** (power - Math.trunc(power / 2));
  return match[1] === "-" ? -value : value;
}

/** As Go's strconv.ParseFloat: decimal or hexadecimal (`0x1p-2`), underscores between digits, `Inf`, `NaN`. */
export function parseFloat64(text: string): number | string {
  if (PLAIN.test(text)) {
    const value = Number(text);
    if (Number.isFinite(value)) return value;
  }
  const named = NAMED.exec(text);
  if (named !== null) return named[1] === undefined ? Number.NaN : named[1] === "-" ? -Infinity : Infinity;
  const value = DECIMAL.test(text) ? Number(withoutUnderscores(text)) : readHexadecimal(text);
  if (value === undefined) return fault("ParseFloat", text);
  return Number.isFinite(value) ? value : fault("ParseFloat", text, "value out of range");
}

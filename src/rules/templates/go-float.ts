import { quote } from "../../template/index.ts";

const DECIMAL = /^[+-]?(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+(?:_\d+)*)?$/;
const HEX = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?\d+)$/;
const NAMED: Readonly<Record<string, number>> = {
  inf: Number.POSITIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
  nan: Number.NaN,
};

/** As Go's strconv.ParseFloat. Throws an error in its words. */
export function parseGoFloat(text: string): number {
  const [, sign = "", word = ""] = /^([+-]?)([a-zA-Z]+)$/.exec(text) ?? [];
  const named = NAMED[word.toLowerCase()];
  if (named !== undefined) return sign === "-" ? -named : named;
  const hex = HEX.exec(text);
  let value: number;
  if (hex !== null && `${hex[2]}${hex[3]}` !== "") {
    const scale = 2 ** (Number(hex[4]) - 4 * (hex[3] ?? "").length);
    value = (hex[1] === "-" ? -1 : 1) * Number(`0x${hex[2]}${hex[3]}`) * scale;
  } else if (DECIMAL.test(text)) value = Number(text.replaceAll("_", ""));
  else throw new Error(`strconv.ParseFloat: parsing ${quote(text)}: invalid syntax`);
  if (!Number.isFinite(value)) throw new Error(`strconv.ParseFloat: parsing ${quote(text)}: value out of range`);
  return value;
}

const INT64_MIN = -(2n ** 63n);

/** Go's conversion of a float64 to an int64, as amd64 does it. */
export const truncateToInt64 = (value: number): bigint =>
  Number.isNaN(value) || Math.abs(value) >= 2 ** 63 ? INT64_MIN : BigInt(Math.trunc(value));

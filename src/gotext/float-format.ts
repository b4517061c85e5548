/** Decimal digits d1 d2 d3 … with the value 0.d1d2d3… × 10^point; no trailing zeros, none at all for 0. */
type Decimal = { readonly digits: string; readonly point: number };

const buffer = new DataView(new ArrayBuffer(8));

/** All digits of a finite number that is not negative: a binary fraction always has finitely many. */
function exactDecimal(value: number): Decimal {
  buffer.setFloat64(0, value);
  const bits = buffer.getBigUint64(0);
  const biased = Number(bits >> 52n) & 0x7ff;
  const mantissa = (bits & 0xfffffffffffffn) | (biased === 0 ? 0n : 1n << 52n);
  const exponent = (biased === 0 ? 1 : biased) - 1075;
  const scaled = exponent >= 0 ? mantissa << BigInt(exponent) : mantissa * 5n ** BigInt(-exponent);
  const digits = scaled.toString();
  return trim({ digits, point: digits.length + Math.min(exponent, 0) });
}

function shortestDecimal(value: number): Decimal {
  const [mantissa = "0", exponent = "0"] = value.toExponential().split("e");
  return trim({ digits: mantissa.replace(".", ""), point: Number(exponent) + 1 });
}

function trim({ digits, point }: Decimal): Decimal {
  const kept = digits.replace(/0+$/, "");
  return { digits: kept, point: kept === "" ? 0 : point };
}

/** Rounded to so many digits, halves to the even digit. */
function round({ digits, point }: Decimal, count: number): Decimal {
  if (count >= digits.length) return { digits, point };
  if (count < 0) return { digits: "", point: 0 };
  const kept = digits.slice(0, count);
  const next = digits.charCodeAt(count) - 48;
  const half = next === 5 && count + 1 === digits.length;
  const odd = count > 0 && (kept.charCodeAt(count - 1) - 48) % 2 === 1;
  if (half ? !odd : next < 5) return trim({ digits: kept, point });
  const raised = (BigInt(kept === "" ? "0" : kept) + 1n).toString().padStart(count, "0");
  return trim({ digits: raised, point: point + (raised.length - count) });
}

const digitAt = (digits: string, index: number): string => (index >= 0 ? (digits[index] ?? "0") : "0");

function writeExponent({ digits, point }: Decimal, precision: number, letter: string): string {
  let text = digitAt(digits, 0);
  if (precision > 0) text += `.${digits.slice(1, precision + 1).padEnd(precision, "0")}`;
  const exponent = digits === "" ? 0 : point - 1;
  return `${text}${letter}${exponent < 0 ? "-" : "+"}${Math.abs(exponent).toString().padStart(2, "0")}`;
}

function writePlain({ digits, point }: Decimal, precision: number): string {
  let text = point > 0 ? digits.slice(0, point).padEnd(point, "0") : "0";
  if (precision > 0) {
    text += ".";
    for (let index = 0; index < precision; index++) text += digitAt(digits, point + index);
  }
  return text;
}

export type FloatVerb = "e" | "E" | "f" | "g" | "G";

/** A sample's value as Prometheus writes it: the fewest digits, with an exponent below 1e-6 and from 1e21 on, as JavaScript has it. */
export function formatSampleValue(value: number): string {
  const text = String(value);
  // Zero loses its sign, infinity has none.
  if (value === 0 || !Number.isFinite(value)) return formatFloat(value, "f", -1);
  // JavaScript writes exponents without a leading zero, Go with at least two digits.
  return text.includes("e") ? text.replace(/e([+-])([0-9])$/, "e$10$2") : text;
}

/** Where `g` with the fewest digits turns to an exponent. */
const EXPONENT_FROM = 6;
const EXPONENT_BELOW = -4;

/** Whether JavaScript writes the fewest digits as Go does, which is by far the fastest. */
function isPlain(value: number, verb: FloatVerb): boolean {
  const magnitude = Math.abs(value);
  if (verb === "f") return magnitude >= 1e-6 && magnitude < 1e21;
  return (verb === "g" || verb === "G") && magnitude >= 1e-4 && magnitude < 1e6;
}

/**
 * As Go's strconv.FormatFloat: `precision` is digits after the point (`e`, `f`) or significant digits (`g`), -1 the fewest that tell the
 * number from its neighbours.
 */
export function formatFloat(value: number, verb: FloatVerb, precision: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  if (precision < 0 && isPlain(value, verb)) return String(value);
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const magnitude = Math.abs(value);
  const shortest = precision < 0;
  const kind = verb.toLowerCase();
  const letter = verb === "E" || verb === "G" ? "E" : "e";
  if (shortest) {
    const decimal = shortestDecimal(magnitude);
    const count = decimal.digits.length;
    if (kind === "e") return sign + writeExponent(decimal, Math.max(count - 1, 0), letter);
    if (kind === "f") return sign + writePlain(decimal, Math.max(count - decimal.point, 0));
    const exponent = decimal.point - 1;
    if (count > 0 && (exponent < EXPONENT_BELOW || exponent >= EXPONENT_FROM)) {
      return sign + writeExponent(decimal, Math.max(count - 1, 0), letter);
    }
    return sign + writePlain(decimal, Math.max(count - decimal.point, 0));
  }
  const exact = exactDecimal(magnitude);
  if (kind === "e") return sign + writeExponent(round(exact, precision + 1), precision, letter);
  if (kind === "f") return sign + writePlain(round(exact, exact.point + precision), precision);
  const significant = Math.max(precision, 1);
  const decimal = round(exact, significant);
  const count = decimal.digits.length;
  const exponent = count === 0 ? 0 : decimal.point - 1;
  // An integer with fewer digits than asked for keeps its point out of the exponent.
  const limit = significant > count && count >= decimal.point ? count : significant;
  if (exponent < EXPONENT_BELOW || exponent >= Math.max(limit, 1)) {
    return sign + writeExponent(decimal, Math.max(Math.min(significant, count) - 1, 0), letter);
  }
  return sign + writePlain(decimal, Math.max(count - decimal.point, 0));
}

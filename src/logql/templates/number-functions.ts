import { parseFloat64, parseIntegerLiteral, truncateToInt64 } from "../../gotext/index.ts";
import { declareFunction, type TemplateFunctions } from "../../template/index.ts";
import { parseBytes, parseSeconds, type Quantity } from "../quantities.ts";

const int64 = (value: bigint): bigint => BigInt.asIntN(64, value);

function parseInteger(text: string): bigint {
  const whole = /^([-+]?\d*)(?:\.\d*)?$/.exec(text)?.[1];
  const digits = text.includes(".") && whole !== undefined ? whole : text;
  const value = parseIntegerLiteral(digits) ?? 0n;
  return int64(value) === value ? value : 0n;
}

/** Whatever a template has as an integer: what is no number counts as 0. */
function toInt(value: unknown): bigint {
  if (typeof value === "bigint") return value;
  if (typeof value === "number") return truncateToInt64(value);
  if (typeof value === "boolean") return value ? 1n : 0n;
  return typeof value === "string" ? parseInteger(value) : 0n;
}

function toFloat(value: unknown): number {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "boolean") return value ? 1 : 0;
  const parsed = typeof value === "string" ? parseFloat64(value) : 0;
  return typeof parsed === "string" ? 0 : parsed;
}

const ints = (fn: (a: bigint, b: bigint) => bigint): ((...args: never[]) => unknown) =>
  declareFunction(["any", "any"], (a, b) => int64(fn(toInt(a), toInt(b))));
const foldInts = (fn: (a: bigint, b: bigint) => bigint): ((...args: never[]) => unknown) =>
  declareFunction(
    ["any"],
    (first, ...others) => others.reduce((sum: bigint, other) => int64(fn(sum, toInt(other))), toInt(first)),
    "any",
  );
const foldFloats = (fn: (a: number, b: number) => number): ((...args: never[]) => unknown) =>
  declareFunction(
    ["any"],
    (first, ...others) => others.reduce((sum: number, other) => fn(sum, toFloat(other)), toFloat(first)),
    "any",
  );

function requireDivisor(divisor: bigint): bigint {
  if (divisor === 0n) throw new Error("runtime error: integer divide by zero");
  return divisor;
}

/** Decimal arithmetic: what two numbers written in decimal give, without the error of binary fractions. */
function decimal(operation: (a: bigint, b: bigint) => bigint, scaleOf: (scale: number) => number) {
  return (a: number, b: number): number => {
    const [left, right] = [decimalPlaces(a), decimalPlaces(b)];
    if (left === undefined || right === undefined) return Number.NaN;
    const scale = Math.max(left, right);
    const shifted = (value: number): bigint => BigInt(value.toFixed(scale).replace(".", ""));
    return Number(`${operation(shifted(a), shifted(b))}e-${scaleOf(scale)}`);
  };
}

function decimalPlaces(value: number): number | undefined {
  const [, fraction = "", exponent = "0"] = /^-?\d+(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? [];
  const places = Math.max(fraction.length - Number(exponent), 0);
  // Beyond this the exact way has nothing to give that binary fractions do not.
  return Number.isFinite(value) && places <= 100 && Math.abs(value) < 1e21 ? places : undefined;
}

const exact = (
  binary: (a: number, b: number) => number,
  decimalWay: (a: number, b: number) => number,
): ((a: number, b: number) => number) => {
  return (a, b) => {
    const result = decimalWay(a, b);
    return Number.isNaN(result) ? binary(a, b) : result;
  };
};

const addDecimal = exact(
  (a, b) => a + b,
  decimal(
    (a, b) => a + b,
    (scale) => scale,
  ),
);

function roundTo(value: unknown, places: bigint, roundOn = 0.5): number {
  const power = 10 ** Number(places);
  const digit = power * toFloat(value);
  const fraction = digit - Math.trunc(digit);
  return (fraction >= roundOn ? Math.ceil(digit) : Math.floor(digit)) / power;
}

function quantity(parse: (text: string) => Quantity): (text: string) => number {
  return (text) => {
    const value = parse(text);
    if (typeof value === "string") throw new Error(value);
    return value;
  };
}
const seconds = quantity(parseSeconds);

export const NUMBER_FUNCTIONS: TemplateFunctions = {
  int: declareFunction(["any"], toInt),
  float64: declareFunction(["any"], toFloat),
  add: declareFunction([], (...values) => values.reduce((sum: bigint, one) => int64(sum + toInt(one)), 0n), "any"),
  sub: ints((a, b) => a - b),
  mul: foldInts((a, b) => a * b),
  div: ints((a, b) => a / requireDivisor(b)),
  mod: ints((a, b) => a % requireDivisor(b)),
  max: foldInts((a, b) => (a > b ? a : b)),
  min: foldInts((a, b) => (a < b ? a : b)),
  addf: declareFunction(
    [],
    (...values) => values.reduce((sum: number, one) => addDecimal(sum, toFloat(one)), 0),
    "any",
  ),
  subf: foldFloats((a, b) => addDecimal(a, -b)),
  mulf: foldFloats(
    exact(
      (a, b) => a * b,
      decimal(
        (a, b) => a * b,
        (scale) => scale * 2,
      ),
    ),
  ),
  divf: foldFloats((a, b) => {
    if (b === 0) throw new Error("decimal division by 0");
    return a / b;
  }),
  maxf: foldFloats(Math.max),
  minf: foldFloats(Math.min),
  ceil: declareFunction(["any"], (value) => Math.ceil(toFloat(value))),
  floor: declareFunction(["any"], (value) => Math.floor(toFloat(value))),
  round: declareFunction(["any", "int"], roundTo, "float64"),
  bytes: declareFunction(["string"], quantity(parseBytes)),
  duration: declareFunction(["string"], seconds),
  duration_seconds: declareFunction(["string"], seconds),
};

/**
 * OTLP/JSON (opentelemetry.io/docs/specs/otlp, "JSON Protobuf Encoding"), as lenient as the collector: names in camel
 * or snake case, 64-bit integers and doubles as numbers or text, enums by number or name, null as absent. A value of
 * another type than its field's is an error.
 */
import { OtlpError } from "./otlp-error.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

const snakeNames = new Map<string, string>();

function snakeOf(name: string): string {
  let snake = snakeNames.get(name);
  if (snake === undefined) {
    snake = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    snakeNames.set(name, snake);
  }
  return snake;
}

/** A member by its name in camel case; undefined where it is absent or null. */
export const member = (object: JsonObject, name: string): unknown => object[name] ?? object[snakeOf(name)] ?? undefined;

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

const unexpected = (name: string, expected: string, value: unknown): OtlpError =>
  new OtlpError(`${name}: expected ${expected}, got ${typeOf(value)}`);

export function asObject(value: unknown, name: string): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw unexpected(name, "an object", value);
  return value as JsonObject;
}

export function objectAt(object: JsonObject, name: string): JsonObject | undefined {
  const value = member(object, name);
  return value === undefined ? undefined : asObject(value, name);
}

function listAt(object: JsonObject, name: string): readonly unknown[] {
  const value = member(object, name);
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw unexpected(name, "a list", value);
  return value;
}

export const objectsAt = (object: JsonObject, name: string): JsonObject[] =>
  listAt(object, name).map((value) => asObject(value ?? {}, name));

export function textAt(object: JsonObject, name: string): string {
  const value = member(object, name);
  if (value === undefined) return "";
  if (typeof value !== "string") throw unexpected(name, "a text", value);
  return value;
}

export function boolAt(object: JsonObject, name: string): boolean {
  const value = member(object, name);
  if (value === undefined) return false;
  if (typeof value !== "boolean") throw unexpected(name, "true or false", value);
  return value;
}

const INTEGER = /^-?\d+$/;

/** A number where that is exact, else decimal text. */
export function asInteger(value: unknown, name: string): number | string {
  if (typeof value === "number" && Number.isInteger(value)) {
    return Number.isSafeInteger(value) ? value : BigInt(value).toString();
  }
  if (typeof value !== "string" || !INTEGER.test(value)) throw unexpected(name, "an integer", value);
  const near = Number(value);
  return Number.isSafeInteger(near) ? near : BigInt(value).toString();
}

/** The nearest number to an integer. */
export function integerAt(object: JsonObject, name: string): number {
  const value = member(object, name);
  return value === undefined ? 0 : Number(asInteger(value, name));
}

export const integersAt = (object: JsonObject, name: string): number[] =>
  listAt(object, name).map((value) => Number(asInteger(value, name)));

const LAST_TIME = 0xffff_ffff_ffff_ffffn;

export function timeAt(object: JsonObject, name: string): bigint {
  const value = member(object, name);
  if (value === undefined) return 0n;
  const time = BigInt(asInteger(value, name));
  if (time < 0n || time > LAST_TIME) throw unexpected(name, "nanoseconds since 1970", value);
  return time;
}

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const NOT_FINITE: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  infinity: Number.POSITIVE_INFINITY,
  "+infinity": Number.POSITIVE_INFINITY,
  "-infinity": Number.NEGATIVE_INFINITY,
  inf: Number.POSITIVE_INFINITY,
  "+inf": Number.POSITIVE_INFINITY,
  "-inf": Number.NEGATIVE_INFINITY,
};

export function asDouble(value: unknown, name: string): number {
  if (typeof value === "number") return value;
  if (typeof value === "string") {
    if (DECIMAL.test(value)) return Number(value);
    const known = NOT_FINITE[value.toLowerCase()];
    if (known !== undefined) return known;
  }
  throw unexpected(name, "a number", value);
}

export function doubleAt(object: JsonObject, name: string): number | undefined {
  const value = member(object, name);
  return value === undefined ? undefined : asDouble(value, name);
}

export const doublesAt = (object: JsonObject, name: string): number[] =>
  listAt(object, name).map((value) => asDouble(value, name));

/** An enum's number; `prefix` and the names make up its names in the protocol. A number that it does not have is 0. */
export function enumAt(object: JsonObject, name: string, prefix: string, names: readonly string[]): number {
  const value = member(object, name);
  if (typeof value !== "string") {
    const number = integerAt(object, name);
    return number in names ? number : 0;
  }
  const number = value.startsWith(prefix) ? names.indexOf(value.slice(prefix.length).toLowerCase()) : -1;
  if (number < 0) throw new OtlpError(`${name}: expected a number or one of the names of ${prefix}*, got another text`);
  return number;
}

const HEX = /^[0-9a-fA-F]*$/;
const ALL_ZERO = /^0*$/;

/** An id in lower-case hex: "" where there is none, undefined where it has a wrong length, is no hex or is all zero. */
export function idAt(object: JsonObject, name: string, byteLength: number): string | undefined {
  const value = textAt(object, name);
  if (value === "") return "";
  if (value.length !== byteLength * 2 || !HEX.test(value) || ALL_ZERO.test(value)) return undefined;
  return value.toLowerCase();
}

/** Whether an id is there and says that there is none: all zero. */
export const isZeroId = (object: JsonObject, name: string, byteLength: number): boolean => {
  const value = textAt(object, name);
  return value.length === byteLength * 2 && ALL_ZERO.test(value);
};

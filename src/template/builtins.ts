import { escapeHtml, escapeQuery, escapeScript } from "./escape.ts";
import { sprint, sprintf, sprintln } from "./printf.ts";
import {
  declareFunction,
  entryOf,
  type GoMap,
  isTrue,
  type Kind,
  kindOf,
  parameterName,
  parametersOf,
  sizeOf,
  type TemplateFunction,
  typeOf,
} from "./values.ts";

/** What Go calls a parameter that takes any value as it is, even none. */
export const VALUE = { name: "reflect.Value", accepts: () => true };

const byteLength = (text: string): number => Buffer.byteLength(text);

function checkIndex(value: unknown, capacity: number): number {
  if (value === undefined || value === null) throw new Error("cannot index slice/array with nil");
  if (typeof value !== "bigint") throw new Error(`cannot index slice/array with type ${typeOf(value)}`);
  if (value < 0n || value > BigInt(capacity)) throw new Error(`index out of range: ${value}`);
  return Number(value);
}

function indexOne(item: unknown, key: unknown): unknown {
  if (item === null) throw new Error("index of nil pointer");
  switch (kindOf(item)) {
    case "list": {
      const list = item as readonly unknown[];
      const at = checkIndex(key, list.length);
      if (at === list.length) throw new Error("reflect: slice index out of range");
      return list[at] ?? null;
    }
    case "string": {
      const bytes = Buffer.from(item as string);
      const at = checkIndex(key, bytes.length);
      if (at === bytes.length) throw new Error("reflect: string index out of range");
      return BigInt(bytes[at] ?? 0);
    }
    case "map":
      if (key === undefined || key === null) throw new Error("value is nil; should be of type string");
      if (typeof key !== "string") throw new Error(`value has type ${typeOf(key)}; should be string`);
      return entryOf(item as GoMap, key);
    default:
      throw new Error(`can't index item of type ${typeOf(item)}`);
  }
}

function index(item: unknown, ...keys: readonly unknown[]): unknown {
  if (item === undefined || item === null) throw new Error("index of untyped nil");
  return keys.reduce(indexOne, item);
}

function slice(item: unknown, ...keys: readonly unknown[]): unknown {
  if (item === undefined || item === null) throw new Error("slice of untyped nil");
  if (keys.length > 3) throw new Error(`too many slice indexes: ${keys.length}`);
  const kind = kindOf(item);
  if (kind !== "string" && kind !== "list") throw new Error(`can't slice item of type ${typeOf(item)}`);
  if (kind === "string" && keys.length === 3) throw new Error("cannot 3-index slice a string");
  const length = kind === "string" ? byteLength(item as string) : (item as unknown[]).length;
  const given = keys.map((key) => checkIndex(key, length));
  const [from = 0, to = length, capacity = to] = given;
  if (from > to) throw new Error(`invalid slice index: ${from} > ${to}`);
  if (to > capacity) throw new Error(`invalid slice index: ${to} > ${capacity}`);
  if (kind === "list") return (item as unknown[]).slice(from, to);
  return Buffer.from(item as string)
    .subarray(from, to)
    .toString();
}

function length(item: unknown): bigint {
  if (item === null) throw new Error("len of nil pointer");
  if (item === undefined) throw new Error("reflect: call of reflect.Value.Type on zero Value");
  switch (kindOf(item)) {
    case "string":
      return BigInt(byteLength(item as string));
    case "list":
      return BigInt((item as unknown[]).length);
    case "map":
      return BigInt(sizeOf(item as GoMap));
    default:
      throw new Error(`len of type ${typeOf(item)}`);
  }
}

const BASIC: ReadonlySet<Kind> = new Set<Kind>(["bool", "int", "float", "string"]);

function equal(left: unknown, ...others: readonly unknown[]): boolean {
  if (others.length === 0) throw new Error("missing argument for comparison");
  const kind = kindOf(left);
  return others.some((right) => {
    const other = kindOf(right);
    if (BASIC.has(kind) && kind === other) return left === right;
    if (kind === "nil" || other === "nil") return kind === other;
    if (BASIC.has(kind) || BASIC.has(other))
      throw new Error(`incompatible types for comparison: ${typeOf(left)} and ${typeOf(right)}`);
    throw new Error(`non-comparable type ${sprint([right])}: ${typeOf(right)}`);
  });
}

function less(left: unknown, right: unknown): boolean {
  const [kind, other] = [kindOf(left), kindOf(right)];
  if (!BASIC.has(kind) || !BASIC.has(other)) throw new Error("invalid type for comparison");
  if (kind !== other) throw new Error(`incompatible types for comparison: ${typeOf(left)} and ${typeOf(right)}`);
  if (kind === "bool") throw new Error("invalid type for comparison");
  if (kind === "string") return Buffer.compare(Buffer.from(left as string), Buffer.from(right as string)) < 0;
  return (left as number) < (right as number);
}

const lessOrEqual = (left: unknown, right: unknown): boolean => less(left, right) || equal(left, right);

/** What a value prints as on its own; undefined where it does not print. */
export function printable(value: unknown): string | undefined {
  if (value === undefined) return "<no value>";
  if (typeof value === "function") return undefined;
  return sprint([value]);
}

const joined = (args: readonly unknown[]): string =>
  args.length === 1 && typeof args[0] === "string"
    ? args[0]
    : sprint(args.map((arg) => (arg === undefined || arg === null ? "<no value>" : arg)));

/** `call`: the first argument is the function. `name` is how the template wrote it. */
export function callValue(name: string, fn: unknown, args: readonly unknown[]): unknown {
  if (fn === undefined || fn === null) throw new Error("call of nil");
  if (typeof fn !== "function") throw new Error(`non-function ${name} of type ${typeOf(fn)}`);
  const { fixed, rest } = parametersOf(fn as TemplateFunction);
  if (rest === undefined && args.length !== fixed.length) {
    throw new Error(`wrong number of args for ${name}: got ${args.length} want ${fixed.length}`);
  }
  if (args.length < fixed.length) {
    throw new Error(`wrong number of args for ${name}: got ${args.length} want at least ${fixed.length}`);
  }
  for (const [at, arg] of args.entries()) {
    const type = fixed[at] ?? rest ?? "any";
    const fits = type === "any" || (typeof type === "string" ? typeOf(arg) === type : type.accepts(arg));
    if (!fits) throw new Error(`arg ${at}: value has type ${typeOf(arg)}; should be ${parameterName(type)}`);
  }
  return (fn as TemplateFunction)(...args);
}

/** Go's functions that every template has. `and`, `or` and `call` are the interpreter's: they are more than functions. */
export const BUILTINS: ReadonlyMap<string, TemplateFunction> = new Map<string, TemplateFunction>([
  ["and", declareFunction([VALUE], () => undefined, VALUE)],
  ["or", declareFunction([VALUE], () => undefined, VALUE)],
  ["call", declareFunction([VALUE], () => undefined, VALUE)],
  ["not", declareFunction([VALUE], (value: unknown) => !isTrue(value))],
  ["index", declareFunction([VALUE], index, VALUE)],
  ["slice", declareFunction([VALUE], slice, VALUE)],
  ["len", declareFunction([VALUE], length)],
  ["eq", declareFunction([VALUE], equal, VALUE)],
  ["ne", declareFunction([VALUE, VALUE], (left: unknown, right: unknown) => !equal(left, right))],
  ["lt", declareFunction([VALUE, VALUE], less)],
  ["le", declareFunction([VALUE, VALUE], lessOrEqual)],
  ["gt", declareFunction([VALUE, VALUE], (left: unknown, right: unknown) => !lessOrEqual(left, right))],
  ["ge", declareFunction([VALUE, VALUE], (left: unknown, right: unknown) => !less(left, right))],
  ["print", declareFunction([], (...args: unknown[]) => sprint(args), "any")],
  ["printf", declareFunction(["string"], (format: string, ...args: unknown[]) => sprintf(format, args), "any")],
  ["println", declareFunction([], (...args: unknown[]) => sprintln(args), "any")],
  ["html", declareFunction([], (...args: unknown[]) => escapeHtml(joined(args)), "any")],
  ["js", declareFunction([], (...args: unknown[]) => escapeScript(joined(args)), "any")],
  ["urlquery", declareFunction([], (...args: unknown[]) => escapeQuery(joined(args)), "any")],
]);

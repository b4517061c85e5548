/**
 * Go's values as they are held here. `string`, `boolean`; `bigint` is an int, `number` a float64; an array is a `[]interface {}`, a `Map` a
 * `map[string]interface {}`, a plain object a `map[string]string`, `createStruct` makes what has fields and methods. `undefined` is
 * no value at all (reflect's zero Value), `null` a nil that came out of a container: the two differ in what may be asked of them.
 */
export type Struct = {
  readonly [STRUCT]: true;
  readonly type: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly methods: Readonly<Record<string, TemplateFunction>>;
  /** How it prints, where it is not by its fields. */
  readonly text: (() => string) | undefined;
};

// biome-ignore lint/suspicious/noExplicitAny: what a template passes is known to the function alone.
export type TemplateFunction = (...args: any[]) => unknown;

const STRUCT = Symbol("struct");
const PARAMETERS = Symbol("parameters");

/** A value with fields that must exist, with methods, or with a text of its own. `type` is Go's name of the type, for messages and `%T`. */
export const createStruct = (definition: {
  readonly type: string;
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly methods?: Readonly<Record<string, TemplateFunction>>;
  readonly text?: () => string;
}): Struct => ({
  [STRUCT]: true,
  type: definition.type,
  fields: definition.fields ?? {},
  methods: definition.methods ?? {},
  text: definition.text,
});

export const isStruct = (value: unknown): value is Struct =>
  typeof value === "object" && value !== null && (value as Partial<Struct>)[STRUCT] === true;

/** A type that a parameter asks for: one of Go's basic ones, or one that is told by its values. */
export type ParameterType =
  | "any"
  | "string"
  | "int"
  | "float64"
  | "bool"
  | { readonly name: string; readonly accepts: (value: unknown) => boolean };
export type Parameters = { readonly fixed: readonly ParameterType[]; readonly rest?: ParameterType };

/**
 * Gives a function the parameters that Go would check: a wrong number or type of arguments is then an error in Go's words. Without it a
 * function takes any number of anything.
 */
export function declareFunction<F extends TemplateFunction>(
  fixed: readonly ParameterType[],
  fn: F,
  rest?: ParameterType,
): F {
  const parameters: Parameters = { fixed, ...(rest !== undefined && { rest }) };
  return Object.assign((...args: never[]) => fn(...args), { [PARAMETERS]: parameters }) as unknown as F;
}

const ANYTHING: Parameters = { fixed: [], rest: "any" };

export const parametersOf = (fn: TemplateFunction): Parameters =>
  (fn as { [PARAMETERS]?: Parameters })[PARAMETERS] ?? ANYTHING;

export const parameterName = (type: ParameterType): string =>
  type === "any" ? "interface {}" : typeof type === "string" ? type : type.name;

export type Kind = "nil" | "bool" | "int" | "float" | "string" | "list" | "map" | "struct" | "function";

export function kindOf(value: unknown): Kind {
  switch (typeof value) {
    case "boolean":
      return "bool";
    case "bigint":
      return "int";
    case "number":
      return "float";
    case "string":
      return "string";
    case "function":
      return "function";
    case "object":
      if (value === null) return "nil";
      if (Array.isArray(value)) return "list";
      return isStruct(value) ? "struct" : "map";
    default:
      return "nil";
  }
}

const TYPES: Readonly<Record<Exclude<Kind, "map" | "struct">, string>> = {
  nil: "interface {}",
  bool: "bool",
  int: "int",
  float: "float64",
  string: "string",
  list: "[]interface {}",
  function: "func()",
};

const LIST_TYPES = new WeakMap<readonly unknown[], string>();

/** Gives a list the name of its type in Go. */
export function nameList<T extends readonly unknown[]>(type: string, list: T): T {
  LIST_TYPES.set(list, type);
  return list;
}

/** Go's name of the value's type. */
export function typeOf(value: unknown): string {
  const kind = kindOf(value);
  if (kind === "list") return LIST_TYPES.get(value as readonly unknown[]) ?? TYPES.list;
  if (kind === "struct") return (value as Struct).type;
  if (kind === "map") return value instanceof Map ? "map[string]interface {}" : "map[string]string";
  return TYPES[kind];
}

export const isTrue = (value: unknown): boolean => {
  switch (kindOf(value)) {
    case "nil":
      return false;
    case "bool":
      return value as boolean;
    case "int":
      return value !== 0n;
    case "float":
      return value !== 0;
    case "string":
      return value !== "";
    case "list":
      return (value as unknown[]).length > 0;
    case "map":
      return sizeOf(value as GoMap) > 0;
    default:
      return true;
  }
};

export type GoMap = ReadonlyMap<string, unknown> | Readonly<Record<string, unknown>>;

export const sizeOf = (map: GoMap): number => (map instanceof Map ? map.size : Object.keys(map).length);

/** What a map holds under a key; the zero value of its kind of map where it holds nothing. */
export function entryOf(map: GoMap, key: string): unknown {
  if (map instanceof Map) return map.get(key) ?? null;
  return Object.hasOwn(map, key) ? (map as Readonly<Record<string, unknown>>)[key] : "";
}

/** Go orders text by its bytes, JavaScript by UTF-16 units; they part beyond U+FFFF. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  for (let index = 0; index < a.length && index < b.length; index++) {
    const [left, right] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (left === right) continue;
    const surrogates = left >= 0xd800 && left < 0xe000 !== (right >= 0xd800 && right < 0xe000);
    return surrogates ? Math.sign((a.codePointAt(index) ?? 0) - (b.codePointAt(index) ?? 0)) : left < right ? -1 : 1;
  }
  return a.length < b.length ? -1 : 1;
}

/** In the order of keys, as Go prints and iterates maps in templates. */
export function entriesOf(map: GoMap): (readonly [key: string, value: unknown])[] {
  const entries = map instanceof Map ? [...map.entries()] : Object.entries(map);
  return entries.sort(([a], [b]) => compareText(a, b));
}

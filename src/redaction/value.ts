import { marker } from "./rule.ts";
import { personalKeyKind, sensitiveKeyKind, tellsOfValue } from "./sensitive-key.ts";

// Deeper or larger values than these are no messages; copying them would cost the program more than they tell.
const MAX_DEPTH = 32;
const MAX_NODES = 20_000;

const CIRCULAR = "[CIRCULAR]";
const TOO_DEEP = "[TOO DEEP]";
const TOO_LARGE = "[TOO LARGE]";
const UNREADABLE = "[UNREADABLE]";

const SCHEMA_TYPES = new Set(["string", "number", "integer", "boolean", "object", "array", "null"]);
const HEADER_NAMES = /^(?:authorization|proxy-authorization|cookie|set-cookie|x-api-key|api-key)$/i;

type Members = Record<string, unknown>;

/** A JSON Schema says of a password that it is a string: tool definitions must stay readable. */
function isSchema(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const { type, $ref, anyOf, oneOf } = value as Members;
  return (
    (typeof type === "string" && SCHEMA_TYPES.has(type)) || typeof $ref === "string" || Array.isArray(anyOf ?? oneOf)
  );
}

/** Nothing to hide in these, whatever their key. */
const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === "" || typeof value === "boolean";

function set(target: Members, key: string, value: unknown): void {
  // Plain assignment would change the copy's prototype.
  if (key === "__proto__") {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else target[key] = value;
}

const isHidden = (members: object, key: string): boolean =>
  Object.hasOwn(members, key) && !Object.prototype.propertyIsEnumerable.call(members, key);

/** What a program needs to know of an error is not enumerable. */
const errorKeys = (error: Error, keys: readonly string[]): string[] => [
  ...["name", "message", "stack"].filter((key) => !keys.includes(key)),
  ...keys,
  ...["cause", "errors"].filter((key) => isHidden(error, key)),
];

/** A number, as text where its digits tell of somebody. */
export function safeNumber(value: number, text: (value: string) => string): number | string {
  // Fewer digits than anything that rules look for.
  if (!Number.isSafeInteger(value) || (value > -10_000_000 && value < 100_000_000)) return value;
  const written = String(value);
  const safe = text(written);
  return safe === written ? value : safe;
}

function personalKind(key: string, value: unknown): string | undefined {
  if (typeof value === "string" || typeof value === "number" || typeof value === "bigint")
    return personalKeyKind(key, String(value));
  if (!Array.isArray(value) || !tellsOfValue(key)) return undefined;
  for (const one of value.slice(0, MAX_NODES)) {
    const kind = Array.isArray(one) ? undefined : personalKind(key, one);
    if (kind !== undefined) return kind;
  }
  return undefined;
}

/** A list of headers or attributes tells the key in one member and the value in another. */
function kindOfPair(members: Members): string | undefined {
  const name = members.key ?? members.name;
  return typeof name === "string" && "value" in members
    ? (sensitiveKeyKind(name) ?? personalKind(name, members.value))
    : undefined;
}

/** Builds the function that copies a JSON-like value with everything sensitive replaced. It never throws and never changes the value. */
export function createValueRedactor(text: (value: string) => string): (value: unknown) => unknown {
  return (root) => {
    const open = new Set<object>();
    let nodes = 0;

    const copyList = (list: readonly unknown[], depth: number): unknown[] => {
      const result: unknown[] = [];
      for (let i = 0; i < list.length; i++) {
        if (nodes >= MAX_NODES) {
          result.push(TOO_LARGE);
          break;
        }
        const header = i === 1 && list.length === 2 && typeof list[0] === "string" && HEADER_NAMES.test(list[0]);
        result.push(
          header ? marker(sensitiveKeyKind(list[0] as string) ?? "secret") : (copy(list[i], depth + 1) ?? null),
        );
      }
      return result;
    };

    const copyMembers = (members: Members, keys: readonly string[], depth: number): Members => {
      const pairKind = kindOfPair(members);
      const result: Members = {};
      for (const key of keys) {
        if (nodes >= MAX_NODES) {
          set(result, TOO_LARGE, true);
          break;
        }
        const value = read(members, key);
        const kind = sensitiveKeyKind(key) ?? (key === "value" ? pairKind : undefined) ?? personalKind(key, value);
        let safeKey = text(key);
        for (let i = 2; safeKey !== key && Object.hasOwn(result, safeKey); i++) safeKey = `${text(key)}#${i}`;
        if (kind === undefined || isEmpty(value) || isSchema(value)) {
          const copied = copy(value, depth + 1);
          if (copied !== undefined) set(result, safeKey, copied);
        } else {
          nodes++;
          set(result, safeKey, marker(kind));
        }
      }
      return result;
    };

    const copyObject = (value: object, depth: number): unknown => {
      if (Array.isArray(value)) return copyList(value, depth);
      if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
      if (value instanceof URL || value instanceof RegExp) return text(String(value));
      if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[BINARY: ${value.byteLength} bytes]`;
      if (value instanceof Set) return copyList([...value].slice(0, MAX_NODES), depth);
      if (value instanceof Map) {
        const entries = [...value].slice(0, MAX_NODES).map(([key, member]) => [String(key), member] as const);
        const members = Object.fromEntries(entries);
        return copyMembers(members, Object.keys(members), depth);
      }
      const members = value as Members;
      const isError = value instanceof Error;
      // Ids, amounts and documents of libraries say themselves what they are; an error's own way may leave out its stack.
      if (!isError && typeof members.toJSON === "function") return copy(members.toJSON(), depth + 1);
      const keys = isError ? errorKeys(value, Object.keys(members)) : Object.keys(members);
      // `token` beside `logprob` is a piece of a model's answer.
      if (!("logprob" in members) || typeof members.token !== "string") return copyMembers(members, keys, depth);
      const others = keys.filter((key) => key !== "token");
      return { token: text(members.token), ...copyMembers(members, others, depth) };
    };

    const copy = (value: unknown, depth: number): unknown => {
      nodes++;
      switch (typeof value) {
        case "string":
          return text(value);
        case "number":
          return safeNumber(value, text);
        case "bigint":
          return text(String(value));
        case "object": {
          if (value === null) return null;
          if (open.has(value)) return CIRCULAR;
          if (depth > MAX_DEPTH) return TOO_DEEP;
          open.add(value);
          try {
            return copyObject(value, depth);
          } catch {
            return UNREADABLE;
          } finally {
            open.delete(value);
          }
        }
        case "boolean":
          return value;
        default:
          return undefined;
      }
    };

    return copy(root, 0);
  };
}

/** Values belong to the program: a getter or proxy of theirs may throw. */
function read(members: Members, key: string): unknown {
  try {
    return members[key];
  } catch {
    return UNREADABLE;
  }
}

/** How much of a value is told. */
const MAX_CHARACTERS = 65_536;
const MAX_DEPTH = 12;
const MAX_MEMBERS = 500;
const MAX_TEXT = 16_384;

type Walk = { left: number; readonly above: Set<object> };

const binary = (bytes: number): string => `[${bytes} bytes]`;
const cut = (text: string): string =>
  text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}… (${text.length} characters)`;

/** A getter or a proxy may throw. */
function read(value: object, name: string): unknown {
  try {
    return (value as Record<string, unknown>)[name];
  } catch {
    return "[unreadable]";
  }
}

function walkMembers(names: Iterable<string>, memberOf: (name: string) => unknown, walk: Walk, total: number): unknown {
  const members: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  let count = 0;
  for (const name of names) {
    if (count >= MAX_MEMBERS || walk.left <= 0) {
      members["…"] = `${total - count} more`;
      break;
    }
    count += 1;
    const key = name.slice(0, 256);
    walk.left -= key.length;
    const member = walkValue(memberOf(name), walk);
    if (member !== undefined) members[key] = member;
  }
  return members;
}

function walkItems(items: Iterable<unknown>, total: number, walk: Walk): unknown[] {
  const walked: unknown[] = [];
  for (const item of items) {
    if (walked.length >= MAX_MEMBERS || walk.left <= 0) {
      walked.push(`… ${total - walked.length} more`);
      break;
    }
    walked.push(walkValue(item, walk) ?? null);
  }
  return walked;
}

function walkObject(value: object, walk: Walk): unknown {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Error) return `${value.name}: ${cut(value.message)}`;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return binary(value.byteLength);
  if (Array.isArray(value)) return walkItems(value, value.length, walk);
  if (value instanceof Set) return walkItems(value, value.size, walk);
  if (value instanceof Map) {
    return walkMembers(
      Array.from({ length: Math.min(value.size, MAX_MEMBERS + 1) }, nextOf(value.keys())),
      (name) => value.get(name),
      walk,
      value.size,
    );
  }
  const toJson = read(value, "toJSON");
  if (typeof toJson === "function") return walkValue(Reflect.apply(toJson, value, []), walk);
  const names = Object.keys(value);
  return walkMembers(names, (name) => read(value, name), walk, names.length);
}

/** Keys that are no texts are not told. */
const nextOf = (keys: Iterator<unknown>) => (): string => {
  const key = keys.next().value;
  return typeof key === "string" ? key : String(typeof key === "object" ? "[object]" : key);
};

function walkValue(value: unknown, walk: Walk): unknown {
  if (typeof value === "string") {
    const text = cut(value);
    walk.left -= text.length;
    return text;
  }
  walk.left -= 8;
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number" || typeof value === "boolean" || value === null) return value;
  if (typeof value !== "object") return undefined;
  if (walk.above.has(value)) return "[circular]";
  if (walk.above.size >= MAX_DEPTH) return Array.isArray(value) ? "[array]" : "[object]";
  walk.above.add(value);
  try {
    return walkObject(value, walk);
  } catch {
    return "[unreadable]";
  } finally {
    walk.above.delete(value);
  }
}

/**
 * Tells a value as JSON, whatever it is and however large: with circles, getters that throw, maps and binary data, up to a bound that does not
 * depend on the value. Undefined where there is nothing to tell, such as of a function.
 */
export function snapshot(value: unknown): string | undefined {
  return JSON.stringify(walkValue(value, { left: MAX_CHARACTERS, above: new Set() }));
}

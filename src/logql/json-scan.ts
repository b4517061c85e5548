/**
 * Reads JSON as Loki's parser does, without building values: it looks no closer than it must, takes numbers by their first
 * character and does not mind what stands behind the end. What it complains of becomes `__error_details__`.
 */
export type JsonKind = "string" | "number" | "boolean" | "null" | "object" | "array";

export class JsonError extends Error {
  override readonly name = "JsonError";
}

const MALFORMED = "Malformed JSON error";
const MALFORMED_OBJECT = "Value looks like object, but can't find closing '}' symbol";
const MALFORMED_ARRAY = "Value is array, but can't find closing ']' symbol";
const MALFORMED_STRING = "Value is string, but can't find closing '\"' symbol";
const MALFORMED_ESCAPE = "Encountered an invalid escape sequence in a string";
const UNKNOWN_TYPE = "Unknown value type";

/** Position of what is not white space, or -1. */
export function nextToken(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return at;
  }
  return -1;
}

/** Position behind the closing quote of a string whose content begins at `from`, or -1. */
export function stringEnd(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 1)) {
    let escapes = 0;
    while (at - escapes > from && text.charCodeAt(at - escapes - 1) === 0x5c) escapes += 1;
    if (escapes % 2 === 0) return at + 1;
  }
  return -1;
}

/** Position behind the bracket that closes the one at `from`, or -1. Brackets of other kinds are not looked at. */
function blockEnd(text: string, from: number, open: number, close: number): number {
  let level = 0;
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      const end = stringEnd(text, at + 1);
      if (end < 0) return -1;
      at = end - 1;
    } else if (code === open) level += 1;
    else if (code === close) {
      level -= 1;
      if (level === 0) return at + 1;
    }
  }
  return -1;
}

const TOKEN_END = /[ \n\r\t,}\]]/g;

export type JsonValue = {
  readonly kind: JsonKind;
  /** As it is written; a string without its quotes. */
  readonly raw: string;
  readonly end: number;
};

/** The value that comes at or after `from`. Throws `JsonError`. */
export function readValue(text: string, from: number): JsonValue {
  const start = nextToken(text, from);
  if (start < 0) throw new JsonError(MALFORMED);
  const code = text.charCodeAt(start);
  if (code === 0x22) {
    const end = stringEnd(text, start + 1);
    if (end < 0) throw new JsonError(MALFORMED_STRING);
    return { kind: "string", raw: text.slice(start + 1, end - 1), end };
  }
  if (code === 0x5b || code === 0x7b) {
    const isArray = code === 0x5b;
    const end = blockEnd(text, start, code, isArray ? 0x5d : 0x7d);
    if (end < 0) throw new JsonError(isArray ? MALFORMED_ARRAY : MALFORMED_OBJECT);
    return { kind: isArray ? "array" : "object", raw: text.slice(start, end), end };
  }
  TOKEN_END.lastIndex = start;
  const end = TOKEN_END.exec(text)?.index ?? text.length;
  const raw = text.slice(start, end);
  if (raw === "true" || raw === "false") return { kind: "boolean", raw, end };
  if (raw === "null") return { kind: "null", raw, end };
  if (!/^[-0-9]/.test(raw)) throw new JsonError(UNKNOWN_TYPE);
  return { kind: "number", raw, end };
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};
const ESCAPE = /\\(?:u([0-9a-fA-F]{4})(?:\\u([0-9a-fA-F]{4}))?|(.)|$)/gs;

/** The text that a JSON string means; undefined where its escapes are wrong. */
export function unescapeString(raw: string): string | undefined {
  if (!raw.includes("\\")) return raw;
  let valid = true;
  const unescaped = raw.replace(ESCAPE, (_whole, first?: string, second?: string, simple?: string) => {
    if (first === undefined) {
      const character = simple === undefined ? undefined : ESCAPES[simple];
      if (character === undefined) valid = false;
      return character ?? "";
    }
    const high = Number.parseInt(first, 16);
    const low = second === undefined ? undefined : Number.parseInt(second, 16);
    if (high >= 0xd800 && high <= 0xdfff) {
      if (low === undefined || low < 0xdc00) valid = false;
      const point = 0x10000 + ((high - 0xd800) << 10) + ((low ?? 0xdc00) - 0xdc00);
      return point <= 0x10ffff ? String.fromCodePoint(point) : "\ufffd";
    }
    if (low === undefined) return String.fromCharCode(high);
    // Two escapes that are no pair: the second may begin one with what follows, which this match has swallowed.
    if (low >= 0xd800 && low <= 0xdfff) valid = false;
    return String.fromCharCode(high, low);
  });
  return valid ? unescaped : undefined;
}

/** A string's value as a label: what cannot be read is nothing, and the replacement character becomes a space. */
export const labelValueOf = (raw: string): string => (unescapeString(raw) ?? "").replaceAll("\ufffd", " ");

/**
 * Goes through the members of the object at or after `from`: `visit` gets each name and where its value begins, and answers where it ends,
 * or -1 to go no further. Answers whether all members were seen. Throws `JsonError`.
 */
export function walkMembers(text: string, from: number, visit: (key: string, at: number) => number): boolean {
  let at = nextToken(text, from);
  if (at < 0 || text.charCodeAt(at) !== 0x7b) throw new JsonError(MALFORMED_OBJECT);
  at = nextToken(text, at + 1);
  if (at < 0) throw new JsonError(MALFORMED);
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === 0x7d) return true;
    if (code !== 0x22) throw new JsonError(MALFORMED_OBJECT);
    const keyEnd = stringEnd(text, at + 1);
    if (keyEnd < 0) throw new JsonError(MALFORMED);
    const key = unescapeString(text.slice(at + 1, keyEnd - 1));
    if (key === undefined) throw new JsonError(MALFORMED_ESCAPE);
    at = nextToken(text, keyEnd);
    if (at < 0 || text.charCodeAt(at) !== 0x3a) throw new JsonError(MALFORMED);
    const end = visit(key, at + 1);
    if (end < 0) return false;
    at = nextToken(text, end);
    if (at < 0) throw new JsonError(MALFORMED_ARRAY);
    const separator = text.charCodeAt(at);
    if (separator === 0x7d) return true;
    if (separator !== 0x2c) throw new JsonError(MALFORMED_OBJECT);
    at = nextToken(text, at + 1);
    if (at < 0) throw new JsonError(MALFORMED_ARRAY);
  }
}

/** The same with values, until `visit` answers false. */
export const eachMember = (text: string, visit: (key: string, value: JsonValue) => boolean): boolean =>
  walkMembers(text, 0, (key, at) => {
    const value = readValue(text, at);
    return visit(key, value) ? value.end : -1;
  });

/** Where the element with this index of the array at or after `from` begins, or -1. Throws `JsonError`. */
export function elementAt(text: string, from: number, index: number): number {
  let at = nextToken(text, from);
  if (at < 0 || text.charCodeAt(at) !== 0x5b) return -1;
  at += 1;
  for (let current = 0; ; current += 1) {
    const start = nextToken(text, at);
    if (start < 0 || text.charCodeAt(start) === 0x5d) return -1;
    if (current === index) return start;
    at = nextToken(text, readValue(text, start).end);
    if (at < 0 || text.charCodeAt(at) !== 0x2c) return -1;
    at += 1;
  }
}

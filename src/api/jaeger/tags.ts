import type { Attributes, AttributeValue } from "../../signals/index.ts";

/** The order in which Jaeger sorts values of one key by their type. */
const TYPES = ["string", "bool", "int64", "float64", "binary"] as const;
export type TagType = (typeof TYPES)[number];

/** Its members stand in the order in which Jaeger writes them. */
export type Tag = {
  readonly key: string;
  readonly type: TagType;
  readonly value: string | number | boolean;
};

const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");

// Go's encoding/json: keys sorted, and nothing that a browser could take for markup.
const MARKUP = /[<>&\u2028\u2029]/g;
const escapeMarkup = (json: string): string =>
  json.replace(MARKUP, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);

function plain(value: AttributeValue): unknown {
  if (value instanceof Uint8Array) return base64(value);
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, plain(inner)]));
}

/**
 * One attribute as Jaeger keeps it: lists and maps as JSON text. Whether a whole number came as an integer or as a double is not
 * known any more; it is taken for an integer.
 */
export function tagOf(key: string, value: AttributeValue): Tag {
  if (typeof value === "string") return { key, type: "string", value };
  if (typeof value === "boolean") return { key, type: "bool", value };
  if (typeof value === "number") {
    // JSON has no such numbers; Jaeger's answer breaks off where it meets one.
    if (!Number.isFinite(value)) return { key, type: "float64", value: String(value) };
    return { key, type: Number.isSafeInteger(value) ? "int64" : "float64", value };
  }
  if (value === null) return { key, type: "string", value: "" };
  if (value instanceof Uint8Array) return { key, type: "binary", value: base64(value) };
  return { key, type: "string", value: escapeMarkup(JSON.stringify(plain(value))) };
}

export const tagsOf = (attributes: Attributes): Tag[] =>
  Object.entries(attributes).map(([key, value]) => tagOf(key, value));

export const textTag = (key: string, value: string): Tag => ({ key, type: "string", value });

const compare = (one: Tag["value"], other: Tag["value"]): number => (one === other ? 0 : one < other ? -1 : 1);

/** By key, then type, then value. */
export const sortTags = (tags: Tag[]): Tag[] =>
  tags.sort(
    (one, other) =>
      compare(one.key, other.key) ||
      TYPES.indexOf(one.type) - TYPES.indexOf(other.type) ||
      compare(one.value, other.value),
  );

/** All at once: many small texts take four times as long. */
export const tagsJson = (tags: readonly Tag[]): string => JSON.stringify(tags);

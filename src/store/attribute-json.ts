import type { Attributes, AttributeValue } from "../signals/index.ts";

/**
 * Attributes as JSON that SQL can ask (`attributes ->> 'gen_ai.request.model'`) and that comes back as it was. What JSON lacks is an object with
 * one key: bytes `{"$bytes": base64}`, numbers `{"$number": "NaN"}`; a map that looks like one of these is wrapped in `{"$map": …}`.
 */
const [BYTES, NUMBER, MAP] = ["$bytes", "$number", "$map"] as const;

function isPlain(value: AttributeValue): boolean {
  if (typeof value === "number") return Number.isFinite(value) && !Object.is(value, -0);
  if (typeof value !== "object" || value === null) return true;
  return Array.isArray(value) && value.every(isPlain);
}

function encodeMap(map: { readonly [key: string]: AttributeValue }): Record<string, unknown> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, encode(value)]));
}

function encode(value: AttributeValue): unknown {
  if (typeof value === "number" && !isPlain(value)) return { [NUMBER]: Object.is(value, -0) ? "-0" : String(value) };
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Uint8Array) return { [BYTES]: Buffer.from(value).toString("base64") };
  if (Array.isArray(value)) return value.map(encode);
  const map = encodeMap(value as { readonly [key: string]: AttributeValue });
  const keys = Object.keys(map);
  return keys.length === 1 && keys[0]?.startsWith("$") ? { [MAP]: map } : map;
}

export function attributesJson(attributes: Attributes): string {
  for (const key in attributes) {
    if (!isPlain(attributes[key] as AttributeValue)) return JSON.stringify(encodeMap(attributes));
  }
  return JSON.stringify(attributes);
}

/** Attributes of what `attributesJson` wrote, already parsed. */
export function decodeAttributes(map: object): Attributes {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, decodeValue(value)]));
}

/** One value of what `attributesJson` wrote, already parsed. */
export function decodeValue(value: unknown): AttributeValue {
  if (typeof value !== "object" || value === null) return value as AttributeValue;
  if (Array.isArray(value)) return value.map(decodeValue);
  const keys = Object.keys(value);
  const only = keys.length === 1 ? keys[0] : undefined;
  const inner = only === undefined ? undefined : (value as Record<string, unknown>)[only];
  if (only === BYTES) return new Uint8Array(Buffer.from(String(inner), "base64"));
  if (only === NUMBER) return Number(inner);
  return decodeAttributes(only === MAP ? (inner as object) : value);
}

/** Without objects in it there is nothing to decode. */
const isFlat = (json: string): boolean => json.indexOf("{", 1) < 0;

export const parseAttributes = (json: string): Attributes =>
  isFlat(json) ? (JSON.parse(json) as Attributes) : decodeAttributes(JSON.parse(json) as object);

/** A value as text, as Jaeger compares tags: lists and maps as JSON, bytes in base64. */
export function attributeText(value: AttributeValue): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

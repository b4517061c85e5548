import type { AttributeValue } from "../signals/index.ts";

const isObject = (value: AttributeValue): value is { readonly [key: string]: AttributeValue } =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);

const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");

/** Line separators are escaped, because Go does so. */
const jsonString = (text: string): string =>
  JSON.stringify(text).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");

/** Undefined where a number is not finite: JSON has none such. */
function json(value: AttributeValue): string | undefined {
  if (value === null) return "null";
  if (typeof value === "string") return jsonString(value);
  if (typeof value === "number") return Number.isFinite(value) ? numberText(value) : undefined;
  if (typeof value === "boolean") return String(value);
  // No bytes are nothing there, because Go does not tell them apart.
  if (value instanceof Uint8Array) return value.length === 0 ? "null" : `"${base64(value)}"`;
  const parts: string[] = [];
  if (isObject(value)) {
    for (const key of Object.keys(value).sort()) {
      const part = json(value[key] as AttributeValue);
      if (part === undefined) return undefined;
      parts.push(`${jsonString(key)}:${part}`);
    }
    return `{${parts.join(",")}}`;
  }
  for (const item of value) {
    const part = json(item);
    if (part === undefined) return undefined;
    parts.push(part);
  }
  return `[${parts.join(",")}]`;
}

const numberText = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));

/**
 * A value as one text, as the collector's libraries write it, and with them Prometheus and Loki: lists and maps as JSON
 * with sorted keys, bytes as base64, nothing as "".
 */
export function valueText(value: AttributeValue): string {
  switch (typeof value) {
    case "string":
      return value;
    case "number":
      return numberText(value);
    case "boolean":
      return value ? "true" : "false";
  }
  if (value === null) return "";
  if (value instanceof Uint8Array) return base64(value);
  return json(value) ?? "";
}

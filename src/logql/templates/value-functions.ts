import { isStruct } from "../../template/index.ts";

/** JSON as Go's values: every number a float64, objects as maps. Nothing where it cannot be read. */
export function fromJson(text: string): unknown {
  try {
    return JSON.parse(text, (_key, value) =>
      typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Map)
        ? new Map(Object.entries(value))
        : value,
    );
  } catch {
    return null;
  }
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === 0 || value === 0n || value === "")
    return true;
  if (Array.isArray(value)) return value.length === 0;
  if (value instanceof Map) return value.size === 0;
  return typeof value === "object" && !isStruct(value) && Object.keys(value).length === 0;
}

/** `default`: the first argument where the second is empty, or is not there. */
export const orDefault = (fallback: unknown, ...given: unknown[]): unknown => (isEmpty(given[0]) ? fallback : given[0]);

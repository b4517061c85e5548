import type { AttributeValue } from "../facts.ts";

/** Typed looks into JSON of unknown shape: a member of the wrong type reads as absent. */
export type JsonObject = { readonly [key: string]: unknown };

export const asObject = (value: unknown): JsonObject | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
export const asArray = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const asString = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;
export const asNumber = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) ? value : undefined;
/** A token count: a provider's -1 or 1.5 is not one. */
export const asCount = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;

/** The sum of the counts that there are; undefined where there is none. */
export function sumOf(counts: readonly (number | undefined)[]): number | undefined {
  const known = counts.filter((count) => count !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, count) => sum + count, 0);
}

/** Longer texts of a stream are not joined any further, as larger bodies are not kept (`MAX_CAPTURED_BODY_BYTES`). */
const MAX_JOINED_CHARS = 4 * 1024 * 1024;

/** A text with a piece more. */
export const appendText = (text: string, piece: string | undefined): string =>
  piece === undefined || text.length + piece.length > MAX_JOINED_CHARS ? text : text + piece;

/** An object without the members that are undefined. */
export function defined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** Renames request members to attributes by a table, keeping those that an attribute can hold. */
export function pickParameters(
  body: JsonObject,
  table: Readonly<Record<string, string>>,
): Record<string, AttributeValue> {
  const picked: Record<string, AttributeValue> = {};
  for (const [member, attribute] of Object.entries(table)) {
    const value = Object.hasOwn(body, member) ? body[member] : undefined;
    if (typeof value === "string" || typeof value === "boolean" || asNumber(value) !== undefined) {
      picked[attribute] = value as AttributeValue;
    } else if (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "string")) {
      picked[attribute] = value as string[];
    }
  }
  return picked;
}

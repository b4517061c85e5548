import { ATTR } from "../../model/index.ts";
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
  const kept: { [K in keyof T]?: Exclude<T[K], undefined> } = {};
  for (const name of Object.keys(value) as (keyof T)[]) {
    const member = value[name];
    if (member !== undefined) kept[name] = member as Exclude<T[keyof T], undefined>;
  }
  return kept;
}

/** What the conventions want to be other than a text. */
const WHOLE_NUMBERS: ReadonlySet<string> = new Set([
  ATTR.requestMaxTokens,
  ATTR.requestSeed,
  ATTR.requestChoiceCount,
  ATTR.embeddingsDimensionCount,
]);
const NUMBERS: ReadonlySet<string> = new Set([
  ATTR.requestTemperature,
  ATTR.requestTopP,
  ATTR.requestTopK,
  ATTR.requestFrequencyPenalty,
  ATTR.requestPresencePenalty,
]);
const LISTS: ReadonlySet<string> = new Set([ATTR.requestStopSequences, ATTR.requestEncodingFormats]);

/** The value as the attribute holds it; undefined where it is of another kind. */
function attributeValue(attribute: string, value: unknown): AttributeValue | undefined {
  if (WHOLE_NUMBERS.has(attribute)) return Number.isSafeInteger(value) ? (value as number) : undefined;
  if (NUMBERS.has(attribute)) return asNumber(value);
  if (!LISTS.has(attribute)) return asString(value);
  if (typeof value === "string") return [value];
  const isList = Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "string");
  return isList ? (value as string[]) : undefined;
}

/** Renames request members to attributes by a table, keeping those whose value is what the attribute holds. */
export function pickParameters(
  body: JsonObject,
  table: Readonly<Record<string, string>>,
): Record<string, AttributeValue> {
  const picked: Record<string, AttributeValue> = {};
  for (const [member, attribute] of Object.entries(table)) {
    const value = attributeValue(attribute, Object.hasOwn(body, member) ? body[member] : undefined);
    if (value !== undefined) picked[attribute] = value;
  }
  return picked;
}

/** Reading JSON that anybody may have written: what is of another type than expected is absent. */

export type Members = Readonly<Record<string, unknown>>;

export const isMembers = (value: unknown): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const membersOf = (value: unknown): Members => (isMembers(value) ? value : {});
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
/** Empty texts are how Grafana writes that there is none. */
export const filledTextOf = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;
export const numberOf = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) ? value : undefined;
export const truthOf = (value: unknown): boolean | undefined => (typeof value === "boolean" ? value : undefined);
export const textsOf = (value: unknown): readonly string[] =>
  listOf(value).flatMap((one) => (typeof one === "string" ? [one] : typeof one === "number" ? [String(one)] : []));
export const truthsOf = (value: unknown): Readonly<Record<string, boolean>> =>
  Object.fromEntries(Object.entries(membersOf(value)).filter((entry): entry is [string, boolean] => entry[1] === true));
export const numbersOf = (value: unknown): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.entries(membersOf(value)).filter((entry): entry is [string, number] => typeof entry[1] === "number"),
  );
export const namesOf = (value: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(membersOf(value)).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );

/** What programs hand over, made fit to be recorded: callers in JavaScript are told nothing by types. */

/** A name for a label; `none` where there is none, as Prometheus would drop an empty one. */
export const labelOf = (value: unknown): string =>
  typeof value === "string" && value !== "" ? value : typeof value === "number" ? String(value) : "none";

export const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : typeof value === "number" ? String(value) : undefined;

export const numberOf = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) ? value : undefined;

/** Not below 0. */
export function amountOf(value: unknown): number | undefined {
  const number = numberOf(value);
  return number === undefined || number < 0 ? undefined : number;
}

export function secondsOf(durationMs: unknown): number | undefined {
  const number = amountOf(durationMs);
  return number === undefined ? undefined : number / 1000;
}

/** From 0 to 1; what lies beyond is cut. */
export function shareOf(value: unknown): number | undefined {
  const number = numberOf(value);
  return number === undefined ? undefined : Math.min(1, Math.max(0, number));
}

/** Without what is not there. */
export function defined<T extends Record<string, unknown>>(members: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const there: Record<string, unknown> = {};
  for (const name in members) if (members[name] !== undefined) there[name] = members[name];
  return there as never;
}

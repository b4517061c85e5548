import { createLabelSet, createLabels, createMemorySeries, type MemorySeries } from "../../src/signals/index.ts";

export const MINUTE_MS = 60_000;

/** A value per minute from time 0; undefined where there is none, "stale" for the end of the series. */
export type Points = readonly (number | "stale" | undefined)[];

/** Series in memory, by name and labels. */
export function createDatabase(
  all: readonly (readonly [name: string, labels: Readonly<Record<string, string>>, points: Points])[],
): MemorySeries {
  const database = createMemorySeries();
  for (const [name, labels, points] of all) {
    const series = createLabelSet(createLabels([["__name__", name], ...Object.entries(labels)]));
    for (const [index, point] of points.entries()) {
      const timeMs = index * MINUTE_MS;
      if (point === "stale") database.append({ series, timeMs, value: 0, stale: true });
      else if (point !== undefined) database.append({ series, timeMs, value: point });
    }
  }
  return database;
}

import { parseMetric, parseSeriesValues, type Slot } from "../../src/rules/index.ts";
import { createLabels, type Labels } from "../../src/signals/index.ts";

/** A point of a series in a test script: a number, the end of the series, nothing, or something this engine has no notion of. */
export type Point = Slot | "native histogram";

export type SeriesLine = { readonly labels: Labels; readonly points: readonly Point[] };

function parseItem(item: string): readonly Point[] {
  if (!item.startsWith("{{")) return parseSeriesValues(item);
  const times = /x(\d+)$/.exec(item)?.[1];
  return new Array<Point>(times === undefined ? 1 : Number(times) + 1).fill("native histogram");
}

/** `metric{label="value"} 1 2+3x5 _ stale`; a histogram may stand without a metric. */
export function parseSeriesLine(line: string): SeriesLine {
  const { labels, rest } = /^\{\{/.test(line) ? { labels: createLabels([]), rest: line } : parseMetric(line);
  const items = rest.match(/\{\{.*?\}\}(?:[+-]\{\{.*?\}\})?(?:x\d+)?|\S+/g) ?? [];
  return { labels, points: items.flatMap(parseItem) };
}

import { parseSelector } from "../../src/promql/index.ts";
import { createLabels, type Labels } from "../../src/signals/index.ts";

/** A point of a series in a test script: a number, the end of the series, nothing, or something this engine has no notion of. */
export type Point = number | "stale" | "none" | "native histogram";

export type SeriesLine = { readonly labels: Labels; readonly points: readonly Point[] };

const NUMBER = /[+-]?(?:\d[\d_]*\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?|inf|nan)/i.source;
const ITEM = new RegExp(`^(${NUMBER})(?:([+-])(${NUMBER}))?(?:x(\\d+))?$`, "i");

export function parsePlainNumber(text: string): number | undefined {
  if (!new RegExp(`^${NUMBER}$`, "i").test(text)) return undefined;
  const plain = text.toLowerCase().replaceAll("_", "");
  if (plain.endsWith("inf")) return plain.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return plain.endsWith("nan") ? Number.NaN : Number(plain);
}

function parseItem(item: string): Point[] {
  const blanks = /^_(?:x(\d+))?$/.exec(item);
  if (blanks !== null) return new Array<Point>(Number(blanks[1] ?? 1)).fill("none");
  if (item === "stale") return ["stale"];
  if (item.startsWith("{{")) {
    const times = /x(\d+)$/.exec(item)?.[1];
    return new Array<Point>(times === undefined ? 1 : Number(times) + 1).fill("native histogram");
  }
  const [, first = "", sign, change = "0", times] = ITEM.exec(item) ?? [];
  const start = parsePlainNumber(first);
  const by = parsePlainNumber(change);
  if (start === undefined || by === undefined) throw new Error(`expected a point of a series, got ${item}`);
  if (times === undefined && sign !== undefined) throw new Error(`expected x<times> after ${item}`);
  const points = [start];
  for (let index = 0; index < Number(times ?? 0); index += 1) {
    points.push((points[index] as number) + (sign === "-" ? -by : by));
  }
  return points;
}

/** Where the metric with its labels ends. */
function metricEnd(line: string): number {
  const name = /^[a-zA-Z_:][\w:]*/.exec(line)?.[0].length ?? 0;
  if (line[name] !== "{" || line.startsWith("{{", name)) return name;
  let quote = "";
  for (let at = name; at < line.length; at += 1) {
    const character = line[at] as string;
    if (quote !== "") {
      if (character === "\\" && quote !== "`") at += 1;
      else if (character === quote) quote = "";
    } else if (/["'`]/.test(character)) quote = character;
    else if (character === "}") return at + 1;
  }
  throw new Error(`expected a closing brace in ${line}`);
}

/** `metric{label="value"} 1 2+3x5 _ stale` */
export function parseSeriesLine(line: string): SeriesLine {
  const end = metricEnd(line);
  const matchers = parseSelector(line.slice(0, end) || "{}");
  const items = line.slice(end).match(/\{\{.*?\}\}(?:[+-]\{\{.*?\}\})?(?:x\d+)?|\S+/g) ?? [];
  return {
    labels: createLabels(matchers.map(({ name, value }) => [name, value])),
    points: items.flatMap(parseItem),
  };
}

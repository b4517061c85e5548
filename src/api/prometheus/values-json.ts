import { formatFloat, formatSampleValue } from "../../gotext/index.ts";
import type { MatrixResult, QueryResult } from "../../promql/index.ts";
import { type Answer, addArray, addEach, SAMPLES_AT_ONCE } from "../answer.ts";
import { labelsJson } from "../labels-json.ts";

/** Milliseconds as the seconds that Prometheus writes: three digits or none after the point. */
export function secondsText(ms: number): string {
  const size = Math.abs(ms);
  const [seconds, rest] = [Math.floor(size / 1000), size % 1000];
  return `${ms < 0 ? "-" : ""}${seconds}${rest === 0 ? "" : `.${String(rest).padStart(3, "0")}`}`;
}

/** Texts of times that lie on one grid, as those of a range query do, each made once for all series. */
export type Grid = { readonly startMs: number; readonly stepMs: number; readonly texts: string[] };

export const createGrid = (startMs: number, stepMs: number): Grid => ({ startMs, stepMs, texts: [] });

function onGrid({ startMs, stepMs, texts }: Grid, timeMs: number): string {
  const index = (timeMs - startMs) / stepMs;
  const known = texts[index];
  if (known !== undefined) return known;
  const text = secondsText(timeMs);
  if (Number.isInteger(index) && index >= 0) texts[index] = text;
  return text;
}

type Series = MatrixResult["series"][number];

function addSeries(answer: Answer, { labels, timesMs, values }: Series, grid: Grid | undefined): void {
  let text = `{"metric":${labelsJson(labels)}`;
  for (let index = 0; index < timesMs.length; index += 1) {
    const timeMs = timesMs[index] as number;
    const time = grid === undefined ? secondsText(timeMs) : onGrid(grid, timeMs);
    text += `${index === 0 ? ',"values":[[' : ",["}${time},"${formatSampleValue(values[index] as number)}"]`;
    if (index % SAMPLES_AT_ONCE !== SAMPLES_AT_ONCE - 1) continue;
    answer.add(text);
    text = "";
  }
  answer.add(timesMs.length === 0 ? `${text}}` : `${text}]}`);
}

/** `"resultType":…,"result":…`: the two members that every answer to a query has. */
export function addResult(answer: Answer, result: QueryResult, grid?: Grid): void {
  answer.add(`"resultType":"${result.type}","result":`);
  if (result.type === "matrix") addEach(answer, result.series, (series) => addSeries(answer, series, grid));
  else if (result.type === "vector") {
    addArray(
      answer,
      result.samples,
      ({ labels, timeMs, value }) =>
        `{"metric":${labelsJson(labels)},"value":[${secondsText(timeMs)},"${formatSampleValue(value)}"]}`,
    );
  } else {
    // Alone among values, a scalar never has an exponent.
    const value = result.type === "scalar" ? `"${formatFloat(result.value, "f", -1)}"` : JSON.stringify(result.value);
    answer.add(`[${secondsText(result.timeMs)},${value}]`);
  }
}

import { formatFloat } from "../../gotext/index.ts";
import type { LogqlEntry, LogqlOutcome, LogqlSeries, LogqlStream } from "../../logql/index.ts";
import type { Labels } from "../../signals/index.ts";
import { type Answer, addArray } from "../answer.ts";
import { labelsJson } from "../labels-json.ts";
import { type EncodingFlags, isCategorized } from "./parameters.ts";

/** Milliseconds as seconds with what fraction there is. */
const secondsText = (ms: number): string => formatFloat(ms / 1000, "f", -1);

const pair = (timeMs: number, value: number): string => `[${secondsText(timeMs)},"${formatFloat(value, "f", -1)}"]`;

export const sampleJson = (labels: Labels, timeMs: number, value: number): string =>
  `{"metric":${labelsJson(labels)},"value":${pair(timeMs, value)}}`;

export function seriesJson({ labels, timesMs, values }: LogqlSeries): string {
  let text = "";
  for (let index = 0; index < timesMs.length; index += 1) {
    text += (index === 0 ? "" : ",") + pair(timesMs[index] as number, values[index] as number);
  }
  return `{"metric":${labelsJson(labels)},"values":[${text}]}`;
}

const hasAny = (labels: Labels): boolean => {
  for (const _ in labels) return true;
  return false;
};

function categoriesJson({ structuredMetadata, parsed }: LogqlEntry): string {
  const parts: string[] = [];
  if (hasAny(structuredMetadata)) parts.push(`"structuredMetadata":${labelsJson(structuredMetadata)}`);
  if (hasAny(parsed)) parts.push(`"parsed":${labelsJson(parsed)}`);
  return `{${parts.join(",")}}`;
}

const entryJson = (entry: LogqlEntry, categorized: boolean): string =>
  `["${entry.timeNs}",${JSON.stringify(entry.line)}${categorized ? `,${categoriesJson(entry)}` : ""}]`;

const streamJson = ({ labels, entries }: LogqlStream, categorized: boolean): string =>
  `{"stream":${labelsJson(labels)},"values":[${entries.map((entry) => entryJson(entry, categorized)).join(",")}]}`;

const addStreams = (answer: Answer, streams: readonly LogqlStream[], flags: EncodingFlags): void => {
  const categorized = isCategorized(flags);
  addArray(answer, streams, (stream) => streamJson(stream, categorized));
};

/** The members of `data` that hold the result. */
export function addResult(answer: Answer, outcome: LogqlOutcome, flags: EncodingFlags): void {
  const encoding = flags.length === 0 ? "" : `"encodingFlags":${JSON.stringify(flags)},`;
  answer.add(`"resultType":"${outcome.type}",${encoding}"result":`);
  if (outcome.type === "streams") addStreams(answer, outcome.streams, flags);
  else if (outcome.type === "matrix") addArray(answer, outcome.series, seriesJson);
  else if (outcome.type === "vector") {
    addArray(answer, outcome.samples, ({ labels, timeMs, value }) => sampleJson(labels, timeMs, value));
  } else answer.add(pair(outcome.timeMs, outcome.value));
}

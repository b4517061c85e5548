import { LogqlError, streamSelectorOf } from "../../logql/index.ts";
import { createLabels, createMatcher, type Labels, type Matcher } from "../../signals/index.ts";
import { createAnswer, respond } from "../answer.ts";
import { labelsJson } from "../labels-json.ts";
import { ParseError, parseCount } from "../parse-error.ts";
import type { ApiRequest, ApiResponse } from "../request.ts";
import { nsToMs } from "../times.ts";
import { isEmptySelector } from "./catalog.ts";
import {
  type LogRange,
  parseDirection,
  parseRange,
  parseRangeQuery,
  parseTimeNs,
  refuseReversed,
  refuseTooLong,
} from "./parameters.ts";
import { JSON_TYPE, type LokiContext, nowNs, SMALLER } from "./query.ts";
import { statsJson } from "./stats-json.ts";
import { sampleJson, seriesJson } from "./values-json.ts";

const DEFAULT_LIMIT = 100;

/** What lines are summed by: the labels that the query names, or asks for. Undefined: all. */
type Grouping = { readonly names: ReadonlySet<string> | undefined; readonly isByLabel: boolean };

type VolumeQuery = LogRange & Grouping & { readonly matchers: readonly Matcher[]; readonly limit: number };

function parseVolumeLimit(params: URLSearchParams): number {
  const text = params.get("limit") ?? "";
  const limit = text === "" ? DEFAULT_LIMIT : parseCount(text);
  if (limit < 0) throw new ParseError("limit must be a positive value");
  return limit === 0 ? DEFAULT_LIMIT : limit;
}

function parseGrouping(
  params: URLSearchParams,
  selected: readonly Matcher[],
): Grouping & { matchers: readonly Matcher[] } {
  const aggregateBy = params.get("aggregateBy") ?? "";
  if (!["", "series", "labels"].includes(aggregateBy)) throw new ParseError("invalid aggregation option");
  const isByLabel = aggregateBy === "labels";
  const targets = (params.get("targetLabels") ?? "").split(",").filter((name) => name !== "");
  if (targets.length === 0) {
    const names = selected.length === 0 ? undefined : new Set(selected.map(({ name }) => name));
    return { names, isByLabel, matchers: selected };
  }
  // A stream without one of the labels asked for has no part in the sums.
  const missing = targets.filter((target) => !selected.some(({ name }) => name === target));
  const present = missing.map((target) => createMatcher(target, "=~", ".+"));
  return { names: new Set(targets), isByLabel, matchers: [...selected, ...present] };
}

function volumeQuery(params: URLSearchParams, range: LogRange, { limits }: LokiContext): VolumeQuery {
  const limit = parseVolumeLimit(params);
  const query = params.get("query") ?? "";
  const selected = isEmptySelector(query) ? [] : streamSelectorOf(query);
  const grouping = parseGrouping(params, selected);
  refuseTooLong(range, limits.maxLogRangeMs);
  return { ...range, ...grouping, limit };
}

/** The series that a stream's lines are added to. */
function groupsOf(stream: Labels, { names, isByLabel }: Grouping): Labels[] {
  const entries = Object.entries(stream).filter(([name]) => names?.has(name) ?? true);
  if (!isByLabel) return [createLabels(entries)];
  return entries.map(([name]) => ({ [name]: "" }));
}

const bytesOf = (line: string, metadata: Labels): number => {
  let bytes = Buffer.byteLength(line);
  for (const name in metadata) bytes += name.length + Buffer.byteLength(metadata[name] as string);
  return bytes;
};

type Volumes = Map<string, { readonly labels: Labels; readonly buckets: Map<number, number> }>;

// Nobody waits for more than this between two looks at the deadline.
const LINES_BETWEEN_LOOKS = 4096;

function sum(
  query: VolumeQuery,
  bucketOf: (timeNs: bigint) => number,
  request: ApiRequest,
  { source }: LokiContext,
): Volumes {
  const { matchers, startNs, endNs } = query;
  const volumes: Volumes = new Map();
  const groups = new Map<Labels, { readonly labels: Labels; readonly key: string }[]>();
  let lines = 0;
  source.scan({ matchers, startNs, endNs, direction: "forward" }, ({ stream, timeNs, line, metadata }) => {
    lines += 1;
    if (lines % LINES_BETWEEN_LOOKS === 0 && request.isExpired?.() === true)
      throw new LogqlError("timeout", "timed out");
    let known = groups.get(stream);
    if (known === undefined) {
      known = groupsOf(stream, query).map((labels) => ({ labels, key: labelsJson(labels) }));
      groups.set(stream, known);
    }
    const bytes = bytesOf(line, metadata);
    const bucket = bucketOf(timeNs);
    for (const { labels, key } of known) {
      const volume = volumes.get(key) ?? { labels, buckets: new Map<number, number>() };
      volume.buckets.set(bucket, (volume.buckets.get(bucket) ?? 0) + bytes);
      volumes.set(key, volume);
    }
    return true;
  });
  return volumes;
}

type Volume = { readonly labels: Labels; readonly key: string; readonly timesMs: number[]; readonly values: number[] };

/** The largest first, by the first of their values, as Loki orders them. */
function ordered(volumes: Volumes, limit: number): Volume[] {
  const total = ({ values }: Volume): number => values.reduce((all, value) => all + value, 0);
  const byName = (one: Volume, other: Volume): number => (one.key < other.key ? -1 : 1);
  return [...volumes]
    .map(([key, { labels, buckets }]) => {
      const sorted = [...buckets].sort(([one], [other]) => one - other);
      return { key, labels, timesMs: sorted.map(([time]) => time), values: sorted.map(([, bytes]) => bytes) };
    })
    .sort((one, other) => total(other) - total(one) || byName(one, other))
    .slice(0, limit)
    .sort((one, other) => (other.values[0] ?? 0) - (one.values[0] ?? 0) || byName(one, other));
}

function respondVolumes(volumes: readonly Volume[], startedMs: number, { clock, limits }: LokiContext): ApiResponse {
  const isMatrix = volumes.some(({ values }) => values.length > 1);
  const body = createAnswer(limits.maxResponseChars, SMALLER);
  body.add(`{"status":"success","data":{"resultType":"${isMatrix ? "matrix" : "vector"}","result":[`);
  volumes.forEach((volume, index) => {
    const text = isMatrix
      ? seriesJson(volume)
      : sampleJson(volume.labels, volume.timesMs[0] ?? 0, volume.values[0] ?? 0);
    body.add(`${index === 0 ? "" : ","}${text}`);
  });
  const seconds = (clock.nowMs() - startedMs) / 1000;
  body.add(`],"stats":${statsJson({ lines: 0, bytes: 0, entriesReturned: volumes.length, seconds })}}}\n`);
  return respond(200, JSON_TYPE, body.text());
}

/** `/loki/api/v1/index/volume`: bytes of log lines by stream or label. */
export function answerVolume(request: ApiRequest, context: LokiContext): ApiResponse {
  const { params } = request;
  const startedMs = context.clock.nowMs();
  const now = nowNs(context.clock);
  parseVolumeLimit(params);
  parseTimeNs(params.get("time"), now);
  parseDirection(params);
  const range = parseRange(params, now);
  refuseReversed(range);
  const query = volumeQuery(params, range, context);
  const endMs = nsToMs(range.endNs);
  return respondVolumes(
    ordered(
      sum(query, () => endMs, request, context),
      query.limit,
    ),
    startedMs,
    context,
  );
}

/** `/loki/api/v1/index/volume_range`: the same per step, each at its end. */
export function answerVolumeRange(request: ApiRequest, context: LokiContext): ApiResponse {
  const startedMs = context.clock.nowMs();
  parseVolumeLimit(request.params);
  const withLimit = new URLSearchParams(request.params);
  withLimit.delete("limit");
  const { startNs, endNs, stepMs } = parseRangeQuery(withLimit, nowNs(context.clock));
  const query = volumeQuery(request.params, { startNs, endNs }, context);
  const lastMs = nsToMs(endNs);
  const bucketOf = (timeNs: bigint): number => {
    const next = (Math.floor(nsToMs(timeNs) / stepMs) + 1) * stepMs;
    return next >= lastMs ? lastMs : next - 1;
  };
  return respondVolumes(ordered(sum(query, bucketOf, request, context), query.limit), startedMs, context);
}

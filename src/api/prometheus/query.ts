import type { Clock } from "../../base/index.ts";
import {
  EVALUATION_INTERVAL_MS,
  type PromqlLimits,
  type QueryResult,
  queryInstant,
  queryRange,
} from "../../promql/index.ts";
import type { SeriesSource } from "../../signals/index.ts";
import { createAnswer, respond } from "../answer.ts";
import type { ApiLimits } from "../limits.ts";
import { ParseError } from "../parse-error.ts";
import type { ApiRequest, ApiResponse } from "../request.ts";
import { NS_PER_MS, nsToMs, parseDurationNs } from "../times.ts";
import { inParameter, invalidParameter, PrometheusError } from "./error.ts";
import { optionalTimeNs, parseLimit, parseTimeNs, TRUNCATED, truncated } from "./parameters.ts";
import { closing, type Notes, OPENING } from "./response.ts";
import { addResult, createGrid, type Grid } from "./values-json.ts";

export type QueryContext = { readonly source: SeriesSource; readonly clock: Clock; readonly limits: ApiLimits };

const MAX_POINTS = 11_000n;
const SMALLER = "ask for fewer series (aggregate, or add label matchers), a shorter time, or a larger step";

type Deadline = { readonly isOver: boolean; readonly isExpired: () => boolean };

function parseTimeout(request: ApiRequest, clock: Clock): Deadline {
  const text = request.params.get("timeout") ?? "";
  const isAbandoned = request.isExpired ?? (() => false);
  if (text === "") return { isOver: false, isExpired: isAbandoned };
  const timeoutNs = inParameter("timeout", () => parseDurationNs(text));
  const deadlineMs = clock.nowMs() + Number(timeoutNs) / 1e6;
  return { isOver: timeoutNs <= 0n, isExpired: () => isAbandoned() || clock.nowMs() >= deadlineMs };
}

function parseEngineLimits(request: ApiRequest, { clock, limits }: QueryContext): PromqlLimits {
  const { isOver, isExpired } = parseTimeout(request, clock);
  const lookback = request.params.get("lookback_delta") ?? "";
  let lookbackNs = 0n;
  if (lookback !== "") {
    try {
      lookbackNs = parseDurationNs(lookback);
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      throw new PrometheusError("bad_data", `error parsing lookback delta duration: ${error.message}`);
    }
  }
  // Not every query is long enough to be asked about its deadline.
  if (isOver) throw new PrometheusError("timeout", "query timed out in expression evaluation");
  const common = { maxSamples: limits.maxSamples, subqueryStepMs: EVALUATION_INTERVAL_MS, isExpired };
  return lookbackNs > 0n ? { ...common, lookbackMs: Number(lookbackNs / NS_PER_MS) } : common;
}

function limited(result: QueryResult, limit: number): QueryResult {
  if (result.type === "vector") {
    const samples = truncated(result.samples, limit);
    return samples === undefined ? result : { ...result, samples, warnings: [...result.warnings, TRUNCATED] };
  }
  if (result.type === "matrix") {
    const series = truncated(result.series, limit);
    return series === undefined ? result : { ...result, series, warnings: [...result.warnings, TRUNCATED] };
  }
  return result;
}

const statsJson = (seconds: number): string =>
  `,"stats":{"timings":{"evalTotalTime":${seconds},"resultSortTime":0,"queryPreparationTime":0,"innerEvalTime":${seconds},` +
  `"execQueueTime":0,"execTotalTime":${seconds}}}`;

const statsWarnings = (stats: string): string[] =>
  ["", "true", "all"].includes(stats)
    ? []
    : [
        `value "${stats}" for parameter "stats" is deprecated and will be rejected in the next major release, use "true" or "all"`,
      ];

function run(
  request: ApiRequest,
  { clock, limits }: QueryContext,
  evaluate: () => QueryResult,
  grid?: Grid,
): ApiResponse {
  const limit = parseLimit(request.params);
  const startedMs = clock.nowMs();
  const result = limited(inParameter("query", evaluate), limit);
  const stats = request.params.get("stats") ?? "";
  const answer = createAnswer(limits.maxResponseChars, SMALLER);
  answer.add(`${OPENING}{`);
  addResult(answer, result, grid);
  if (stats !== "") answer.add(statsJson((clock.nowMs() - startedMs) / 1000));
  const notes: Notes = { warnings: [...result.warnings, ...statsWarnings(stats)], infos: result.infos };
  answer.add(`}${closing(notes)}`);
  return respond(200, "application/json", answer.text());
}

/** `/api/v1/query`. */
export function answerQuery(request: ApiRequest, context: QueryContext): ApiResponse {
  parseLimit(request.params);
  const nowNs = BigInt(Math.floor(context.clock.nowMs())) * NS_PER_MS;
  const timeMs = nsToMs(optionalTimeNs(request.params, "time", nowNs));
  const limits = parseEngineLimits(request, context);
  const query = request.params.get("query") ?? "";
  return run(request, context, () => queryInstant(context.source, query, timeMs, limits));
}

/** `/api/v1/query_range`. */
export function answerQueryRange(request: ApiRequest, context: QueryContext): ApiResponse {
  const { params } = request;
  parseLimit(params);
  const startNs = inParameter("start", () => parseTimeNs(params.get("start") ?? ""));
  const endNs = inParameter("end", () => parseTimeNs(params.get("end") ?? ""));
  if (endNs < startNs) throw invalidParameter("end", "end timestamp must not be before start time");
  const stepNs = inParameter("step", () => parseDurationNs(params.get("step") ?? ""));
  if (stepNs <= 0n) {
    throw invalidParameter(
      "step",
      "zero or negative query resolution step widths are not accepted. Try a positive integer",
    );
  }
  if ((endNs - startNs) / stepNs > MAX_POINTS) {
    throw new PrometheusError(
      "bad_data",
      "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)",
    );
  }
  const limits = parseEngineLimits(request, context);
  const [startMs, endMs] = [nsToMs(startNs), nsToMs(endNs)];
  // Samples have milliseconds; a step below one cannot be taken.
  const stepMs = Math.max(1, Number(stepNs / NS_PER_MS));
  return run(
    request,
    context,
    () => queryRange(context.source, params.get("query") ?? "", startMs, endMs, stepMs, limits),
    createGrid(startMs, stepMs),
  );
}

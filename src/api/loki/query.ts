import type { Clock } from "../../base/index.ts";
import { type LogqlOutcome, parseLogql, queryLogsInstant, queryLogsRange } from "../../logql/index.ts";
import type { LogSource } from "../../signals/index.ts";
import { createAnswer, respond } from "../answer.ts";
import type { ApiLimits } from "../limits.ts";
import { ParseError } from "../parse-error.ts";
import type { ApiRequest, ApiResponse } from "../request.ts";
import { NS_PER_MS } from "../times.ts";
import {
  type EncodingFlags,
  isCategorized,
  parseDirection,
  parseEncodingFlags,
  parseLimit,
  parseRangeQuery,
  parseTimeNs,
  refuseTooLong,
} from "./parameters.ts";
import { statsJson } from "./stats-json.ts";
import { addResult } from "./values-json.ts";

export type LokiContext = { readonly source: LogSource; readonly clock: Clock; readonly limits: ApiLimits };

export const nowNs = (clock: Clock): bigint => BigInt(Math.floor(clock.nowMs())) * NS_PER_MS;

export const JSON_TYPE = "application/json; charset=UTF-8";
export const SMALLER =
  "ask for fewer lines or series (limit, label matchers, aggregation), a shorter time or a larger step";

function answer(outcome: LogqlOutcome, flags: EncodingFlags, seconds: number, { limits }: LokiContext): ApiResponse {
  const body = createAnswer(limits.maxResponseChars, SMALLER);
  body.add('{"status":"success","data":{');
  addResult(body, outcome, flags);
  body.add(`,"stats":${statsJson({ ...outcome.stats, seconds })}}}\n`);
  return respond(200, JSON_TYPE, body.text());
}

const engineLimits = (request: ApiRequest) => (request.isExpired === undefined ? {} : { isExpired: request.isExpired });

/** `/loki/api/v1/query`. */
export function answerQuery(request: ApiRequest, context: LokiContext): ApiResponse {
  const { source, clock } = context;
  const startedMs = clock.nowMs();
  const limit = parseLimit(request.params);
  const timeNs = parseTimeNs(request.params.get("time"), nowNs(clock));
  const direction = parseDirection(request.params);
  const query = request.params.get("query") ?? "";
  const outcome = queryLogsInstant(source, query, { timeNs, limit, direction }, engineLimits(request));
  return answer(outcome, parseEncodingFlags(request.headers), (clock.nowMs() - startedMs) / 1000, context);
}

// Only a log query begins with a selector; parentheses and comments may stand before it.
const asksForLines = (query: string): boolean => query.replace(/^(?:[\s(]+|#[^\n]*(?:\n|$))*/, "").startsWith("{");

/** `/loki/api/v1/query_range`. */
export function answerQueryRange(request: ApiRequest, context: LokiContext): ApiResponse {
  const { source, clock, limits } = context;
  const startedMs = clock.nowMs();
  const { query, ...range } = parseRangeQuery(request.params, nowNs(clock));
  const flags = parseEncodingFlags(request.headers);
  parseLogql(query);
  if (asksForLines(query) && range.limit > limits.maxLogLines) {
    throw new ParseError(
      `max entries limit per query exceeded, limit > max_entries_limit_per_query (${range.limit} > ${limits.maxLogLines})`,
    );
  }
  refuseTooLong(range, limits.maxLogRangeMs);
  const outcome = queryLogsRange(
    source,
    query,
    { ...range, categorizeLabels: isCategorized(flags) },
    engineLimits(request),
  );
  return answer(outcome, flags, (clock.nowMs() - startedMs) / 1000, context);
}

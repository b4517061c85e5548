import type { Clock } from "../../base/index.ts";
import { createLinePipeline, type LinePipeline, type LogqlStreamEntry } from "../../logql/index.ts";
import { createAnswer } from "../answer.ts";
import { labelsJson } from "../labels-json.ts";
import { ParseError, parseCount } from "../parse-error.ts";
import type { ApiRequest, ApiResponse } from "../request.ts";
import { errorResponse } from "./error.ts";
import { type EncodingFlags, isCategorized, parseEncodingFlags, parseLimit, parseRange } from "./parameters.ts";
import { nowNs } from "./query.ts";
import { addStreams, flagsJson } from "./values-json.ts";

const MAX_DELAY_SECONDS = 5;

/** What a client that tails wants: the last `limit` lines from `startNs` on, then every new one. */
export type Tail = {
  readonly query: string;
  readonly pipeline: LinePipeline;
  readonly startNs: bigint;
  readonly limit: number;
  /** Lines are held back so long, in order to come in order of time. */
  readonly delaySeconds: number;
  readonly flags: EncodingFlags;
};

/** The tail that a request asks for, or the answer that refuses it before the connection becomes a WebSocket. */
export function parseTail(
  request: ApiRequest,
  clock: Clock,
): { readonly tail: Tail } | { readonly refusal: ApiResponse } {
  const { params, headers } = request;
  try {
    const query = params.get("query") ?? "";
    const pipeline = createLinePipeline(query);
    const limit = parseLimit(params);
    const { startNs } = parseRange(params, nowNs(clock));
    const delay = params.get("delay_for") ?? "";
    const delaySeconds = delay === "" ? 0 : parseCount(delay);
    if (delaySeconds < 0 || delaySeconds > MAX_DELAY_SECONDS) {
      throw new ParseError(`delay_for can't be greater than ${MAX_DELAY_SECONDS}`);
    }
    return { tail: { query, pipeline, startNs, limit, delaySeconds, flags: parseEncodingFlags(headers) } };
  } catch (error) {
    return { refusal: errorResponse(error) };
  }
}

/** Entries in order of time as one message of the WebSocket: neighbours with the same labels share a stream. */
export function tailMessage(entries: readonly LogqlStreamEntry[], flags: EncodingFlags): string {
  const categorized = isCategorized(flags);
  const streams = new Map<string, { labels: LogqlStreamEntry["labels"]; entries: LogqlStreamEntry[] }>();
  for (const entry of entries) {
    const labels = categorized ? entry.streamLabels : entry.labels;
    const key = labelsJson(labels);
    const known = streams.get(key);
    if (known === undefined) streams.set(key, { labels, entries: [entry] });
    else known.entries.push(entry);
  }
  const message = createAnswer(Number.POSITIVE_INFINITY, "");
  message.add('{"streams":');
  addStreams(message, [...streams.values()], flags);
  message.add(flags.length === 0 ? "}" : `,${flagsJson(flags)}}`);
  return message.text();
}

import type { Clock } from "../../base/index.ts";
import { createLinePipeline } from "../../logql/index.ts";
import { ParseError, parseCount } from "../parse-error.ts";
import type { ApiRequest, ApiResponse } from "../request.ts";
import { errorResponse } from "./error.ts";
import { type EncodingFlags, parseEncodingFlags, parseLimit, parseRange } from "./parameters.ts";
import { nowNs } from "./query.ts";

const MAX_DELAY_SECONDS = 5;

/** What a client that tails wants: the last `limit` lines from `startNs` on, then every new one. */
export type Tail = {
  readonly query: string;
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
    // Read for its mistakes only.
    createLinePipeline(query);
    const limit = parseLimit(params);
    const { startNs } = parseRange(params, nowNs(clock));
    const delay = params.get("delay_for") ?? "";
    const delaySeconds = delay === "" ? 0 : parseCount(delay);
    if (delaySeconds < 0 || delaySeconds > MAX_DELAY_SECONDS) {
      throw new ParseError(`delay_for can't be greater than ${MAX_DELAY_SECONDS}`);
    }
    return { tail: { query, startNs, limit, delaySeconds, flags: parseEncodingFlags(headers) } };
  } catch (error) {
    return { refusal: errorResponse(error) };
  }
}

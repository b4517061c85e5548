/**
 * The query APIs of Prometheus, Loki and Jaeger as pure functions from a request to a response, over the sources of `signals`. Knows
 * parameters, their errors and the shapes of answers; the engines are `promql` and `logql`, the transport is somebody else's.
 */
export type { ApiLimits } from "./limits.ts";
export { parseTail, type Tail } from "./loki/tail.ts";
export { createQueryApi, type QueryApiOptions } from "./query-api.ts";
export type { Api, ApiRequest, ApiResponse } from "./request.ts";
export { createRulesApi, type RulesApiOptions } from "./rules-api.ts";
export type { ApiUsage } from "./usage.ts";

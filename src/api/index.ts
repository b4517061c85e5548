/**
 * The query APIs of Prometheus, Loki and Jaeger as pure functions from a request to a response, over the sources of `signals`, and what of
 * Alertmanager's is about alerts and silences. Knows parameters, their errors and the shapes of answers; the engines are `promql` and
 * `logql`, silences are `rules`', the transport is somebody else's.
 */
export {
  type AlertmanagerApi,
  type AlertmanagerApiOptions,
  type BodyRequest,
  createAlertmanagerApi,
  type KnownAlert,
} from "./alertmanager/routes.ts";
export type { ApiLimits } from "./limits.ts";
export { parseTail, type Tail } from "./loki/tail.ts";
export { createQueryApi, type QueryApiOptions } from "./query-api.ts";
export type { Api, ApiRequest, ApiResponse } from "./request.ts";
export { createRulesApi, type RulesApiOptions } from "./rules-api.ts";
export type { ApiUsage } from "./usage.ts";

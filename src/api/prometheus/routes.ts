import type { Clock } from "../../base/index.ts";
import { parsePromql, printPromql } from "../../promql/index.ts";
import type { SeriesCatalog } from "../../signals/index.ts";
import { notFound, respondPlain } from "../answer.ts";
import type { ApiLimits } from "../limits.ts";
import type { Api, ApiRequest, ApiResponse } from "../request.ts";
import type { ApiUsage } from "../usage.ts";
import { answerLabels, answerLabelValues, answerMetadata, answerSeries } from "./catalog.ts";
import { errorResponse, inParameter } from "./error.ts";
import { answerExemplars } from "./exemplars.ts";
import { answerQuery, answerQueryRange } from "./query.ts";
import { success } from "./response.ts";
import {
  answerBuildInfo,
  answerConfig,
  answerFlags,
  answerNothing,
  answerRuntimeInfo,
  answerScrapePools,
  answerTargets,
  answerTsdb,
  answerWalReplay,
} from "./status.ts";

export type PrometheusOptions = {
  readonly source: SeriesCatalog;
  readonly clock: Clock;
  readonly limits: ApiLimits;
  readonly version: string;
  readonly usage: () => ApiUsage;
};

const PREFIX = "/api/v1/";
const LABEL_VALUES = /^label\/([^/]+)\/values$/;

type Handler = (request: ApiRequest, options: PrometheusOptions) => ApiResponse;

const answerFormatQuery: Handler = ({ params }) =>
  success(JSON.stringify(printPromql(inParameter("query", () => parsePromql(params.get("query") ?? "")))));

/** Where both a query string and a form may ask. */
const GET_OR_POST: Readonly<Record<string, Handler>> = {
  query: answerQuery,
  query_range: answerQueryRange,
  query_exemplars: answerExemplars,
  format_query: answerFormatQuery,
  labels: answerLabels,
  series: answerSeries,
};
const GET_ONLY: Readonly<Record<string, Handler>> = {
  metadata: answerMetadata,
  targets: answerTargets,
  "targets/metadata": answerNothing,
  scrape_pools: answerScrapePools,
  notifications: answerNothing,
  "status/buildinfo": (_request, options) => answerBuildInfo(options),
  "status/runtimeinfo": (_request, options) => answerRuntimeInfo(options),
  "status/config": answerConfig,
  "status/flags": answerFlags,
  "status/walreplay": answerWalReplay,
  "status/tsdb": answerTsdb,
};

/** Finds the handler of a path; says whether POST may ask it, too. */
function route(path: string): { readonly handler: Handler; readonly allowsPost: boolean } | undefined {
  if (Object.hasOwn(GET_OR_POST, path)) return { handler: GET_OR_POST[path] as Handler, allowsPost: true };
  if (Object.hasOwn(GET_ONLY, path)) return { handler: GET_ONLY[path] as Handler, allowsPost: false };
  const name = LABEL_VALUES.exec(path)?.[1];
  if (name === undefined) return undefined;
  return { handler: (request, options) => answerLabelValues(name, request, options), allowsPost: false };
}

/** Prometheus' HTTP API, without rules. */
export function createPrometheusApi(options: PrometheusOptions): Api {
  return {
    handles: (path) => path.startsWith(PREFIX),
    handle: (request) => {
      const found = route(request.path.slice(PREFIX.length));
      if (request.method === "OPTIONS") return { status: 204, headers: {}, body: "" };
      if (found === undefined) return notFound();
      const isAllowed = request.method === "GET" || (found.allowsPost && request.method === "POST");
      if (!isAllowed) return respondPlain(405, "Method Not Allowed\n");
      try {
        return found.handler(request, options);
      } catch (error) {
        return errorResponse(error);
      }
    },
  };
}

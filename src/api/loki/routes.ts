import type { Clock } from "../../base/index.ts";
import type { LogSource } from "../../signals/index.ts";
import { notFound, respond, respondPlain } from "../answer.ts";
import type { ApiLimits } from "../limits.ts";
import type { Api, ApiRequest, ApiResponse } from "../request.ts";
import { answerDetectedLabels, answerIndexStats, answerLabels, answerLabelValues, answerSeries } from "./catalog.ts";
import { answerDetectedFields } from "./detected-fields.ts";
import { errorResponse } from "./error.ts";
import { answerQuery, answerQueryRange, JSON_TYPE } from "./query.ts";
import { answerVolume, answerVolumeRange } from "./volume.ts";

export type LokiOptions = {
  readonly source: LogSource;
  readonly clock: Clock;
  readonly limits: ApiLimits;
  readonly version: string;
};

type Handler = (request: ApiRequest, options: LokiOptions) => ApiResponse;

/** The Loki whose API is spoken here. */
const SPOKEN_VERSION = "3.7.8";

const answerBuildInfo: Handler = (_request, { version }) =>
  respond(
    200,
    "application/json",
    JSON.stringify({
      version: SPOKEN_VERSION,
      revision: `agent-observatory ${version}`,
      branch: "",
      buildUser: "",
      buildDate: "",
      goVersion: "",
    }),
  );

/** Patterns are mined by a component of Loki that has no counterpart here; clients take an empty list for "none yet". */
const answerPatterns: Handler = () => respond(200, JSON_TYPE, '{"status":"success","data":[]}\n');

const HANDLERS: Readonly<Record<string, Handler>> = {
  query: answerQuery,
  query_range: answerQueryRange,
  label: answerLabels,
  labels: answerLabels,
  series: answerSeries,
  "index/stats": answerIndexStats,
  "index/volume": answerVolume,
  "index/volume_range": answerVolumeRange,
  detected_fields: answerDetectedFields,
  detected_labels: answerDetectedLabels,
  patterns: answerPatterns,
  "status/buildinfo": answerBuildInfo,
};

const PREFIX = "/loki/api/v1/";
const READY = "/ready";
const LABEL_VALUES = /^label\/([^/]+)\/values$/;

function route(path: string): Handler | undefined {
  if (Object.hasOwn(HANDLERS, path)) return HANDLERS[path];
  const encoded = LABEL_VALUES.exec(path)?.[1];
  if (encoded === undefined) return undefined;
  let name = encoded;
  try {
    name = decodeURIComponent(encoded);
  } catch {}
  return (request, options) => answerLabelValues(name, request, options);
}

/** Loki's HTTP API, but for `tail`, which is a WebSocket. */
export function createLokiApi(options: LokiOptions): Api {
  return {
    handles: (path) => path.startsWith(PREFIX) || path === READY,
    handle: (request) => {
      if (request.path === READY) return respondPlain(200, "ready\n");
      const handler = route(request.path.slice(PREFIX.length));
      if (handler === undefined) return notFound();
      const isAllowed = request.method === "GET" || (request.method === "POST" && handler !== answerBuildInfo);
      if (!isAllowed) return { status: 405, headers: {}, body: "" };
      try {
        return handler(request, options);
      } catch (error) {
        return errorResponse(error);
      }
    },
  };
}

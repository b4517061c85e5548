import type { Clock } from "../base/index.ts";
import type { LogSource, SeriesCatalog, SpanSource } from "../signals/index.ts";
import { notFound } from "./answer.ts";
import { createJaegerApi } from "./jaeger/routes.ts";
import { type ApiLimits, DEFAULT_LIMITS } from "./limits.ts";
import { createLokiApi } from "./loki/routes.ts";
import { createPrometheusApi } from "./prometheus/routes.ts";
import type { Api } from "./request.ts";
import type { ApiUsage } from "./usage.ts";

export type QueryApiOptions = {
  readonly sources: SeriesCatalog & LogSource & SpanSource;
  readonly clock: Clock;
  /** Of agent-observatory. */
  readonly version: string;
  readonly limits?: Partial<ApiLimits>;
  readonly usage?: () => ApiUsage;
};

/** The APIs that only read the store: Prometheus without rules, Loki without tail, Jaeger. Runs in a query thread. */
export function createQueryApi({ sources, clock, version, limits: given, usage: asked }: QueryApiOptions): Api {
  const limits = { ...DEFAULT_LIMITS, ...given };
  const startedMs = clock.nowMs();
  const usage = asked ?? (() => ({ startedMs }));
  const apis = [
    createPrometheusApi({ source: sources, clock, version, limits, usage }),
    createLokiApi({ source: sources, clock, version, limits }),
    createJaegerApi({ source: sources, clock, limits }),
  ];
  return {
    handles: (path) => apis.some((api) => api.handles(path)),
    handle: (request) => apis.find((api) => api.handles(request.path))?.handle(request) ?? notFound(),
  };
}

import { createJaegerBackend, type JaegerBackend } from "./jaeger.ts";
import { createLokiBackend, type LokiBackend } from "./loki.ts";
import { createPrometheusBackend, type PrometheusBackend } from "./prometheus.ts";
import type { ClientOptions } from "./transport.ts";

/** Where the embedded process answers for all three, unless it is told otherwise. */
export const EMBEDDED_URL = "http://127.0.0.1:4319";

export type Backends = {
  readonly prometheus: PrometheusBackend;
  readonly loki: LokiBackend;
  readonly jaeger: JaegerBackend;
};

export type BackendsOptions = Omit<ClientOptions, "url"> & {
  /** Of an embedded process, which answers for every back end that has no URL of its own. */
  readonly url?: string | undefined;
  readonly prometheusUrl?: string | undefined;
  readonly lokiUrl?: string | undefined;
  readonly jaegerUrl?: string | undefined;
};

/** Whether what answers as Prometheus is an embedded process. Throws `BackendError` where nothing answers. */
export async function isEmbedded({ buildInfo }: PrometheusBackend): Promise<boolean> {
  return (await buildInfo()).revision.startsWith("agent-observatory");
}

/** The three clients, with the same headers and limits. Asks nobody yet. */
export function createBackends({
  url = EMBEDDED_URL,
  prometheusUrl = url,
  lokiUrl = url,
  jaegerUrl = url,
  ...options
}: BackendsOptions = {}): Backends {
  return {
    prometheus: createPrometheusBackend({ ...options, url: prometheusUrl }),
    loki: createLokiBackend({ ...options, url: lokiUrl }),
    jaeger: createJaegerBackend({ ...options, url: jaegerUrl }),
  };
}

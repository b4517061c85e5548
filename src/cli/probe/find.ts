import { setTimeout as pause } from "node:timers/promises";
import { BackendError, type BackendName, type Backends } from "../../backends/index.ts";
import type { Config } from "../../config/index.ts";
import { ATTR, OPERATION } from "../../model/index.ts";
import { PROBE_SERVICE, type SentProbe } from "./send.ts";

export type Signal = "traces" | "metrics" | "logs";
export type Finding = {
  readonly signal: Signal;
  readonly backend: BackendName;
  readonly url: string;
  /** `off`: the settings do not send this signal. */
  readonly status: "found" | "missing" | "off";
  /** From the end of the probe until it was found. */
  readonly afterMs: number | undefined;
  /** What was found, or what was instead. */
  readonly found: string;
};

const LOOK_EVERY_MS = 200;
const MARGIN_MS = 60_000;
const OPERATIONS = [OPERATION.invokeAgent, OPERATION.executeTool, OPERATION.chat];

/** What there is of the probe so far. */
type Look = (probe: SentProbe, nowMs: number) => Promise<{ readonly complete: boolean; readonly found: string }>;

function looks({ jaeger, prometheus, loki }: Backends, runAttribute: string): Readonly<Record<Signal, Look>> {
  return {
    traces: async ({ id, startMs }, nowMs) => {
      const range = { startMs: startMs - MARGIN_MS, endMs: nowMs + MARGIN_MS };
      const found = await jaeger.findTraces({
        service: PROBE_SERVICE,
        tags: { [runAttribute]: id },
        ...range,
        limit: 1,
      });
      const spans = found[0]?.spans ?? [];
      const there = OPERATIONS.filter((wanted) =>
        spans.some(({ attributes }) => attributes[ATTR.operation] === wanted),
      );
      return {
        complete: there.length === OPERATIONS.length,
        found: spans.length === 0 ? "no trace" : `trace ${found[0]?.traceId.slice(0, 12)} with ${there.join(", ")}`,
      };
    },
    metrics: async ({ id }, nowMs) => {
      const { result } = await prometheus.query(`sum(agent_requests_total{instance=${JSON.stringify(id)}})`, {
        timeMs: nowMs,
      });
      const value = "series" in result ? result.series[0]?.points[0]?.value : undefined;
      return { complete: value === 1, found: value === undefined ? "no series" : `agent_requests_total is ${value}` };
    },
    logs: async ({ id, startMs }, nowMs) => {
      const name = runAttribute.replaceAll(".", "_");
      const answer = await loki.queryRange(
        `{service_name=${JSON.stringify(PROBE_SERVICE)}} | ${name}=${JSON.stringify(id)}`,
        { startMs: startMs - MARGIN_MS, endMs: nowMs + MARGIN_MS, limit: 1 },
      );
      const lines = answer.type === "lines" ? answer.entries.length : 0;
      return { complete: lines > 0, found: lines > 0 ? "its line" : "no line" };
    },
  };
}

const BACKENDS: Readonly<Record<Signal, BackendName>> = { traces: "Jaeger", metrics: "Prometheus", logs: "Loki" };

export type FindOptions = {
  readonly signals: Config["signals"];
  readonly runAttribute: string;
  readonly forMs: number;
  readonly nowMs: () => number;
};

/** Looks for the probe in every back end at once, until it is there or the time is over. A back end that does not answer is asked again. */
export async function findProbe(
  backends: Backends,
  probe: SentProbe,
  { signals, runAttribute, forMs, nowMs }: FindOptions,
): Promise<readonly Finding[]> {
  const urls = { traces: backends.jaeger.url, metrics: backends.prometheus.url, logs: backends.loki.url };
  const all = looks(backends, runAttribute);
  const find = async (signal: Signal): Promise<Finding> => {
    const where = { signal, backend: BACKENDS[signal], url: urls[signal] };
    if (!signals[signal])
      return { ...where, status: "off", afterMs: undefined, found: "the settings do not send this signal" };
    for (;;) {
      const look = await all[signal](probe, nowMs()).catch((error: unknown) => {
        if (!(error instanceof BackendError)) throw error;
        return { complete: false, found: error.received };
      });
      const afterMs = nowMs() - probe.endMs;
      if (look.complete) return { ...where, status: "found", afterMs, found: look.found };
      if (afterMs >= forMs) return { ...where, status: "missing", afterMs: undefined, found: look.found };
      await pause(Math.min(LOOK_EVERY_MS, forMs - afterMs));
    }
  };
  return Promise.all((["traces", "metrics", "logs"] as const).map(find));
}

import { createMetrics, type MetricSnapshot, type Metrics } from "../../../src/metrics/index.ts";
import type { Values } from "./otlp-json.ts";
import type { Random } from "./random.ts";
import type { Service } from "./services.ts";

/** One process of a service, with the registry that it pushes. */
export type Process = {
  readonly resource: Values;
  readonly metrics: Metrics;
  readonly startMs: number;
  /** When which span ended: its exemplar's time, as the registry knows the wall clock alone. */
  readonly endedMs: Map<string, number>;
  sentBytes: number;
};

export const hex = (random: Random, length: number): string =>
  Array.from({ length }, () => "0123456789abcdef"[random.below(16)]).join("");

export function startProcess(service: Service, nowMs: () => number, random: Random): Process {
  const metrics = createMetrics({ clock: { nowMs }, labelValueLimit: 200, cleanLabel: (value) => value });
  metrics.set("agent_observatory_up", { version: "1.4.0", node_version: "24" }, 1);
  return {
    resource: {
      "service.name": service.name,
      "service.namespace": service.namespace,
      "service.version": "1.4.0",
      "service.instance.id": `${service.name}-${hex(random, 8)}`,
      "service.criticality": service.criticality,
      "deployment.environment.name": service.environment,
      "telemetry.sdk.language": "nodejs",
      "telemetry.distro.name": "agent-observatory",
      "host.name": "box-7",
    },
    metrics,
    startMs: nowMs(),
    endedMs: new Map(),
    sentBytes: 0,
  };
}

export const snapshotOf = ({ metrics, endedMs }: Process): MetricSnapshot[] =>
  metrics.snapshot().map(({ definition, series }) => ({
    definition,
    series: series.map((one) => ({
      ...one,
      exemplars: one.exemplars.map((exemplar) => ({ ...exemplar, timeMs: endedMs.get(exemplar.spanId) ?? 0 })),
    })),
  }));

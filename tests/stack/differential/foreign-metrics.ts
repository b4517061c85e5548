import type { Metric } from "./otlp-json.ts";
import type { Process } from "./processes.ts";
import type { Random } from "./random.ts";

/** Metrics that others send: names, units and kinds that Prometheus translates in its own ways. */
export function foreignMetrics(process: Process, sinceMs: number, random: Random): Metric[] {
  const { startMs } = process;
  const bytes = random.below(5000);
  process.sentBytes += bytes;
  const histogram = { count: 3, sum: 123.5, bounds: [5, 50], bucketCounts: [1, 1, 1] };
  return [
    {
      name: "process.memory.usage",
      unit: "By",
      kind: "gauge",
      points: [{ labels: {}, value: 1e8 + random.below(1e7) }],
    },
    {
      name: "cache.hit.ratio",
      unit: "1",
      kind: "gauge",
      points: [{ labels: { "cache.name": "semantic" }, value: random.next() }],
    },
    {
      name: "queue.length",
      unit: "{item}",
      kind: "sum",
      monotonic: false,
      points: [{ labels: {}, startMs, value: random.below(9) }],
    },
    {
      name: "net.io",
      unit: "By",
      kind: "sum",
      points: [{ labels: { "2nd-label": "x", __private: "y" }, startMs, value: process.sentBytes }],
    },
    {
      name: "net.delta",
      unit: "By",
      kind: "sum",
      delta: true,
      points: [{ labels: {}, startMs: sinceMs, value: bytes }],
    },
    {
      name: "http.server.latency",
      unit: "ms",
      kind: "histogram",
      points: [{ labels: { route: "/a" }, startMs, histogram }],
    },
    {
      name: "speed",
      unit: "m/s",
      kind: "gauge",
      points: [{ labels: {}, value: random.chance(0.1) ? Number.NaN : random.next() }],
    },
    {
      name: "gone.sometimes",
      unit: "",
      kind: "gauge",
      points: [{ labels: {}, ...(random.chance(0.3) ? { flags: 1 } : { value: 4 }) }],
    },
    { name: "0-weird name!", unit: "", kind: "gauge", points: [{ labels: {}, value: 1 }] },
    {
      name: "rpc.duration",
      unit: "s",
      kind: "summary",
      points: [
        {
          labels: {},
          startMs,
          quantiles: [
            { quantile: 0.5, value: 0.2 },
            { quantile: 0.99, value: 1.5 },
          ],
        },
      ],
    },
  ];
}

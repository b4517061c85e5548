// Records metrics one way and tells what a call costs, in nanoseconds: `node metric-calls.mjs VARIANT CALLS`. Ours are preloaded.
import { writeSync } from "node:fs";
import { recordCache, setQueueDepth } from "agent-observatory";
import prom from "prom-client";

const [variant, count] = [process.argv[2], Number(process.argv[3])];

const OUTCOMES = ["hit", "miss", "set", "error"];
const CACHES = ["answers", "embeddings", "pages"];
// Bounds of cache_operation_duration_seconds.
const buckets = [0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const labelNames = ["cache", "kind", "outcome"];
const exemplar = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };

const labelsOf = (i) => ({ cache: CACHES[i % 3], kind: "exact", outcome: OUTCOMES[i % 4] });
const secondsOf = (i) => (i % 100) / 1000;
const exemplarLabels = () => ({ trace_id: exemplar.traceId, span_id: exemplar.spanId });

/** The running registry of the preloaded package, as its own spans record into it. */
const registry = () => globalThis[Symbol.for("agent-observatory.telemetry")].metrics;
const rawCounter = (options) => new prom.Counter({ name: "operations_total", help: "h", labelNames, ...options });
const rawHistogram = (options) =>
  new prom.Histogram({ name: "duration_seconds", help: "h", labelNames, buckets, ...options });
const rawGauge = () => new prom.Gauge({ name: "depth", help: "h", labelNames: ["agent"] });
const openMetrics = () => ({ enableExemplars: true, registers: [new prom.Registry(prom.openMetricsContentType)] });

const VARIANTS = {
  "raw-counter": () => {
    const counter = rawCounter();
    return (i) => counter.inc(labelsOf(i));
  },
  "raw-counter-exemplar": () => {
    const counter = rawCounter(openMetrics());
    return (i) => counter.inc({ labels: labelsOf(i), value: 1, exemplarLabels: exemplarLabels() });
  },
  "raw-gauge": () => {
    const gauge = rawGauge();
    return (i) => gauge.set({ agent: CACHES[i % 3] }, i % 50);
  },
  "raw-histogram": () => {
    const histogram = rawHistogram();
    return (i) => histogram.observe(labelsOf(i), secondsOf(i));
  },
  "raw-histogram-exemplar": () => {
    const histogram = rawHistogram(openMetrics());
    return (i) => histogram.observe({ labels: labelsOf(i), value: secondsOf(i), exemplarLabels: exemplarLabels() });
  },
  "raw-counter-and-histogram": () => {
    const counter = rawCounter();
    const histogram = rawHistogram();
    return (i) => {
      const labels = labelsOf(i);
      counter.inc(labels);
      histogram.observe(labels, secondsOf(i));
    };
  },
  counter: () => {
    const { add } = registry();
    return (i) => add("cache_operations_total", labelsOf(i));
  },
  "counter-exemplar": () => {
    const { add } = registry();
    return (i) => add("cache_operations_total", labelsOf(i), 1, exemplar);
  },
  gauge: () => {
    const { set } = registry();
    return (i) => set("agent_queue_depth", { agent: CACHES[i % 3] }, i % 50);
  },
  histogram: () => {
    const { observe } = registry();
    return (i) => observe("cache_operation_duration_seconds", labelsOf(i), secondsOf(i));
  },
  "histogram-exemplar": () => {
    const { observe } = registry();
    return (i) => observe("cache_operation_duration_seconds", labelsOf(i), secondsOf(i), exemplar);
  },
  recordCache: () => (i) => recordCache(labelsOf(i)),
  "recordCache-duration": () => (i) => recordCache({ ...labelsOf(i), durationMs: secondsOf(i) * 1000 }),
  setQueueDepth: () => (i) => setQueueDepth(CACHES[i % 3], i % 50),
};

const call = VARIANTS[variant]();
// As many before for the compiler.
for (let i = 0; i < count; i++) call(i);
const from = process.cpuUsage();
for (let i = 0; i < count; i++) call(i);
const { user, system } = process.cpuUsage(from);
writeSync(3, JSON.stringify({ ns: ((user + system) * 1000) / count }));

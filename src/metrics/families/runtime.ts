import type { MetricDefinition } from "./definition.ts";

/** The process that the program runs in: what it takes of the machine. */
const PROCESS = [
  {
    name: "process_cpu_time_seconds_total",
    otlpName: "process.cpu.time",
    type: "counter",
    help: "CPU time that the process has used, by mode (user, system).",
    unit: "s",
    labels: ["cpu_mode"],
  },
  {
    name: "process_memory_usage_bytes",
    otlpName: "process.memory.usage",
    type: "gauge",
    help: "Physical memory in use by the process.",
    unit: "By",
    labels: [],
  },
  {
    name: "process_uptime_seconds",
    otlpName: "process.uptime",
    type: "gauge",
    help: "Time for which the process has been running.",
    unit: "s",
    labels: [],
  },
] as const satisfies readonly MetricDefinition[];

/** The engine and the event loop, of which every thread has its own. */
const THREAD = [
  {
    name: "v8js_memory_heap_used_bytes",
    otlpName: "v8js.memory.heap.used",
    type: "gauge",
    help: "Memory in use on the heap of JavaScript.",
    unit: "By",
    labels: [],
  },
  {
    name: "v8js_memory_heap_limit_bytes",
    otlpName: "v8js.memory.heap.limit",
    type: "gauge",
    help: "Memory that the heap of JavaScript may take; beyond it the process ends.",
    unit: "By",
    labels: [],
  },
  {
    name: "v8js_gc_duration_seconds",
    otlpName: "v8js.gc.duration",
    type: "histogram",
    help: "Duration of a garbage collection, by type (major, minor, incremental, weakcb).",
    unit: "s",
    labels: ["v8js_gc_type"],
    buckets: [0.01, 0.1, 1, 10],
  },
  {
    name: "nodejs_eventloop_delay_p50_seconds",
    otlpName: "nodejs.eventloop.delay.p50",
    type: "gauge",
    help: "By how much the event loop is late: half of the time at most so much, within the last seconds.",
    unit: "s",
    labels: [],
  },
  {
    name: "nodejs_eventloop_delay_p99_seconds",
    otlpName: "nodejs.eventloop.delay.p99",
    type: "gauge",
    help: "By how much the event loop is late: 99 % of the time at most so much, within the last seconds.",
    unit: "s",
    labels: [],
  },
  {
    name: "nodejs_eventloop_delay_max_seconds",
    otlpName: "nodejs.eventloop.delay.max",
    type: "gauge",
    help: "By how much the event loop was late at most, within the last seconds.",
    unit: "s",
    labels: [],
  },
  {
    name: "nodejs_eventloop_utilization_ratio",
    otlpName: "nodejs.eventloop.utilization",
    type: "gauge",
    help: "Share of the time that the event loop was busy, within the last seconds.",
    unit: "1",
    labels: [],
  },
  {
    name: "nodejs_active_resources",
    type: "gauge",
    help: "What keeps the event loop running, by type (Timeout, TCPSocketWrap, …).",
    unit: "{resource}",
    labels: ["type"],
  },
] as const satisfies readonly MetricDefinition[];

export const RUNTIME_METRICS = [...PROCESS, ...THREAD] as const satisfies readonly MetricDefinition[];

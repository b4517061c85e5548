import { builtin, type Clock } from "../base/index.ts";
import type { Metrics } from "../metrics/index.ts";
import { type LoopWatch, watchEventLoop } from "./event-loop.ts";
import { watchGarbageCollection } from "./garbage-collection.ts";

export type RuntimeMetricsOptions = {
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** A thread tells of its own heap and loop; what the process takes as a whole is told once, by the main thread. */
  readonly isThread: boolean;
  readonly onFault: (error: unknown) => void;
};

/** CPU time since the process began, as a counter that takes what was added since the last time. */
function createCpuMeter(metrics: Metrics): () => void {
  let told = { user: 0, system: 0 };
  return () => {
    const used = process.cpuUsage();
    for (const mode of ["user", "system"] as const) {
      metrics.add("process_cpu_time_seconds_total", { cpu_mode: mode }, (used[mode] - told[mode]) / 1e6);
    }
    told = used;
  };
}

/** What keeps the loop running, by type. A type that is gone counts 0. */
function createResourceMeter(metrics: Metrics): () => void {
  const types = new Set<string>();
  return () => {
    const counts = new Map([...types].map((type) => [type, 0]));
    for (const type of process.getActiveResourcesInfo()) counts.set(type, (counts.get(type) ?? 0) + 1);
    for (const [type, count] of counts) {
      types.add(type);
      metrics.set("nodejs_active_resources", { type }, count);
    }
  };
}

function tellLoop(metrics: Metrics, loop: LoopWatch): void {
  const { utilization, delaySeconds } = loop.read();
  metrics.set("nodejs_eventloop_utilization_ratio", {}, utilization);
  if (delaySeconds === undefined) return;
  for (const name of ["p50", "p99", "max"] as const) {
    metrics.set(`nodejs_eventloop_delay_${name}_seconds`, {}, delaySeconds[name]);
  }
}

/** Tells of CPU, memory, garbage collection and event loop whenever metrics are looked at. Returns what stops it. */
export function startRuntimeMetrics({ metrics, clock, isThread, onFault }: RuntimeMetricsOptions): () => void {
  const tellCpu = createCpuMeter(metrics);
  const tellResources = createResourceMeter(metrics);
  let loop: LoopWatch | undefined;
  let stopCollections: (() => void) | undefined;
  let stopped = false;

  const begin = (): void => {
    if (loop !== undefined || stopped) return;
    // A timer in every thread would add up, and how busy each is can be had for nothing.
    loop = watchEventLoop({ clock, measuresDelay: !isThread });
    stopCollections = watchGarbageCollection(({ type, seconds }) =>
      metrics.quietly(() => metrics.observe("v8js_gc_duration_seconds", { v8js_gc_type: type }, seconds)),
    );
    // The series begins here, not with the first look.
    if (!isThread) metrics.quietly(tellCpu);
  };
  // Nothing of it is needed while the program loads, or by one that ends at once.
  const soon = setImmediate(() => {
    try {
      begin();
    } catch (error) {
      onFault(error);
    }
  }).unref();

  const unwatch = metrics.watch(() => {
    begin();
    if (!isThread) {
      tellCpu();
      metrics.set("process_memory_usage_bytes", {}, process.memoryUsage.rss());
      metrics.set("process_uptime_seconds", {}, process.uptime());
    }
    const { used_heap_size: used, heap_size_limit: limit } = builtin("node:v8").getHeapStatistics();
    metrics.set("v8js_memory_heap_used_bytes", {}, used);
    metrics.set("v8js_memory_heap_limit_bytes", {}, limit);
    tellResources();
    if (loop !== undefined) tellLoop(metrics, loop);
  });
  return () => {
    stopped = true;
    clearImmediate(soon);
    unwatch();
    stopCollections?.();
    loop?.stop();
  };
}

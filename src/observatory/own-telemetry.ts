import { performance } from "node:perf_hooks";
import type { Clock, Diagnostics } from "../base/index.ts";
import type { IngestClient } from "./ingest-client.ts";
import type { OwnMetrics } from "./own-metrics.ts";
import type { QueryPool } from "./query-pool.ts";

export type OwnTelemetryOptions = {
  readonly metrics: OwnMetrics;
  readonly ingest: IngestClient;
  readonly pool: QueryPool;
  readonly clock: Clock;
  readonly diagnostics: Diagnostics;
  readonly version: string;
  /** As the label `instance` has it. */
  readonly instance: string;
  readonly refreshRules: () => void;
  /** Whether it is stored, too; /metrics has it in any case. */
  readonly store: boolean;
};

/** As often as Prometheus scrapes the parts of the stack. */
const INTERVAL_MS = 15_000;
const JOB = "agent-observatory";

export type OwnTelemetry = {
  /** Brings gauges up to date, for /metrics. */
  readonly refresh: () => void;
  readonly close: () => void;
};

/** Writes what the process knows of itself into its own store, as if it were scraped. */
export function startOwnTelemetry(options: OwnTelemetryOptions): OwnTelemetry {
  const { metrics, ingest, pool, clock, diagnostics, version, instance, store, refreshRules } = options;
  const common = { job: JOB, instance };
  let busy = performance.eventLoopUtilization();
  const refresh = (): void => {
    refreshRules();
    const { user, system } = process.cpuUsage();
    const cpuSeconds = (user + system) / 1e6;
    metrics.set("agent_observatory_build_info", { version }, 1);
    metrics.set("agent_observatory_ingest_pending_bytes", {}, ingest.pendingBytes());
    metrics.set("agent_observatory_store_failing", {}, ingest.failure() === undefined ? 0 : 1);
    metrics.set("agent_observatory_queries_waiting", {}, pool.waiting());
    metrics.set("agent_observatory_query_threads", {}, pool.threads());
    metrics.set("process_cpu_seconds_total", {}, cpuSeconds);
    metrics.set("process_resident_memory_bytes", {}, process.memoryUsage.rss());
    metrics.set("process_start_time_seconds", {}, Math.round(clock.nowMs() / 1000 - process.uptime()));
  };
  const write = async (): Promise<void> => {
    refresh();
    const before = busy;
    busy = performance.eventLoopUtilization();
    metrics.set("nodejs_eventloop_utilization", {}, performance.eventLoopUtilization(busy, before).utilization);
    const usage = await ingest.usage();
    metrics.set("agent_observatory_store_bytes", {}, usage.bytes);
    for (const kind of ["series", "samples", "streams", "lines", "spans"] as const)
      metrics.set("agent_observatory_store_items", { kind }, usage[kind]);
    if (usage.oldestMs !== undefined)
      metrics.set("agent_observatory_store_oldest_timestamp_seconds", {}, usage.oldestMs / 1000);
    const timeMs = Math.floor(clock.nowMs());
    const up = { labels: { __name__: "up", ...common }, timeMs, value: 1 };
    await ingest.append([up, ...metrics.samples(timeMs, common)]);
  };
  const attempt = (): void => {
    write().catch((error: Error) => diagnostics.debug(`own metrics could not be stored: ${error.message}`));
  };
  if (!store) return { refresh, close: () => {} };
  attempt();
  const timer = setInterval(attempt, INTERVAL_MS);
  return { refresh, close: () => clearInterval(timer) };
}

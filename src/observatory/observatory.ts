import { type Clock, createDiagnostics, type Diagnostics, ObservatoryError, systemClock } from "../base/index.ts";
import type { EmbeddedConfig } from "../config/index.ts";
import { formatDuration } from "../gotext/index.ts";
import {
  closeServer,
  createByteBudget,
  DEFAULT_RECEIVE_LIMITS,
  listen,
  type OtlpServer,
  startOtlpGrpcServer,
  startOtlpHttpServer,
} from "../receive/index.ts";
import { VERSION } from "../version.ts";
import { createGuard, isLoopback } from "./access.ts";
import { type Closing, createClosing } from "./closing.ts";
import { createFeedbackDesk } from "./feedback.ts";
import { startIngestClient } from "./ingest-client.ts";
import { createOwnMetrics } from "./own-metrics.ts";
import { startOwnTelemetry } from "./own-telemetry.ts";
import { startQueryPool } from "./query-pool.ts";
import { startRules } from "./rules-host.ts";
import { codeIn, tellStoreFault } from "./store-faults.ts";
import { attachTail } from "./tail.ts";
import { createWebServer } from "./web-server.ts";

export type Observatory = {
  readonly urls: {
    /** The page and the query APIs. */
    readonly web: string;
    readonly otlpHttp: string;
    readonly otlpGrpc: string;
  };
  readonly settings: EmbeddedConfig;
  /** Reads the rule files again. Rejects with what is wrong with them; then those that were read before stay in force. */
  readonly reload: () => Promise<void>;
  /** Finishes what runs, stores what came and lets go of everything, within 5 seconds. May be called again. */
  readonly close: () => Promise<void>;
};

export type ObservatoryOptions = {
  readonly clock?: Clock;
  readonly diagnostics?: Diagnostics;
  /** Whether the process stores metrics of itself; true where not given. */
  readonly ownTelemetry?: boolean;
};

/** What may wait to be stored; requests that are being read count as well. */
const IN_FLIGHT_BYTES = 128 * 1024 * 1024;
/** Enough for the largest request, decoded; a sender of worse costs the thread, which is replaced. */
const INGEST_HEAP_MB = 1024;

/** As Prometheus writes it. */
const retentionText = ({ retention }: EmbeddedConfig): string =>
  `${formatDuration(retention.maxAgeMs)} or ${(retention.maxSizeBytes / 1024 ** 3).toFixed(1).replace(/\.0$/, "")}GB`;

const inUrl = (host: string): string => (host.includes(":") ? `[${host}]` : host);
/** An address under which it can be asked; "any address" is none. */
const reachable = (host: string): string => (host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host);

function describe(urls: Observatory["urls"], { dataDirectory }: EmbeddedConfig): string {
  return `agent-observatory ${VERSION}

OTLP in           ${urls.otlpHttp} (HTTP), ${urls.otlpGrpc} (gRPC)
Prometheus API    ${urls.web}/api/v1/query?query=up
Loki API          ${urls.web}/loki/api/v1/labels
Jaeger API        ${urls.web}/api/services
Alerts and rules  ${urls.web}/api/v1/alerts, ${urls.web}/api/v1/rules
Own metrics       ${urls.web}/metrics
Data              ${dataDirectory}
`;
}

/**
 * Starts the embedded process: OTLP in, the store, the query APIs, rules and notifications. Throws `ObservatoryError` where a port or the store
 * cannot be had; nothing is left running then.
 */
export async function startObservatory(
  settings: EmbeddedConfig,
  options: ObservatoryOptions = {},
): Promise<Observatory> {
  const { clock = systemClock, diagnostics = createDiagnostics("warn"), ownTelemetry = true } = options;
  const { host } = settings;
  if (!isLoopback(host) && settings.token === undefined) {
    throw new ObservatoryError("AO_EMBEDDED_TOKEN", {
      expected: `a token, because other machines reach ${host}`,
      received: "none",
    });
  }
  const closing = createClosing();
  try {
    return await compose(settings, { clock, diagnostics, ownTelemetry }, closing);
  } catch (error) {
    await closing.run();
    throw error;
  }
}

async function compose(
  settings: EmbeddedConfig,
  { clock, diagnostics, ownTelemetry }: Required<ObservatoryOptions>,
  closing: Closing,
): Promise<Observatory> {
  const { host, retention, dataDirectory, query } = settings;
  const metrics = createOwnMetrics();
  let logsVersion = 0;
  let ready = false;

  const address = (port: number, purpose: string, option: string) => ({
    host,
    port,
    purpose,
    remedy: `End what holds it, or choose another port with --${option} (AGENT_OBSERVATORY_${option.toUpperCase().replaceAll("-", "_")}).`,
  });

  const ingest = await startIngestClient({
    data: {
      directory: dataDirectory,
      retention: { maxAgeMs: retention.maxAgeMs, maxBytes: retention.maxSizeBytes },
      maxSeriesPerDay: settings.maxSeriesPerDay,
    },
    maxPendingBytes: IN_FLIGHT_BYTES / 2,
    heapMb: INGEST_HEAP_MB,
    diagnostics,
    onTaken: (signal, result, items) => {
      metrics.add("agent_observatory_otlp_requests_total", { signal, outcome: result.kind });
      if (result.kind !== "accepted") return;
      metrics.add("agent_observatory_otlp_items_total", { signal, outcome: "stored" }, items);
      if (result.rejected > 0)
        metrics.add("agent_observatory_otlp_items_total", { signal, outcome: "rejected" }, result.rejected);
      if (signal === "logs") logsVersion += 1;
    },
    onCommitted: (busyMs) => metrics.observe("agent_observatory_ingest_group_duration_seconds", {}, busyMs / 1000),
    onRestart: () => metrics.add("agent_observatory_ingest_restarts_total"),
  });
  closing.add("store", ingest.close);

  const pool = await startQueryPool({
    data: {
      directory: dataDirectory,
      version: VERSION,
      retention: retentionText(settings),
      startedMs: clock.nowMs(),
    },
    threads: query.threads,
    timeoutMs: query.timeoutMs,
    memoryBytes: query.memoryBytes,
    clock,
    diagnostics,
    // The writer sets it aside and tells of that; what is left to tell is what it has nothing to do with.
    onStoreFault: (fault) =>
      void ingest.distrust(fault.path, fault.error).then(() => tellStoreFault(diagnostics, fault)),
    onReplaced: (reason) => metrics.add("agent_observatory_query_threads_replaced_total", { reason }),
  });
  closing.add("queries", pool.close);

  const guard = createGuard({
    host,
    allowedHosts: [
      ...settings.allowedHosts,
      ...(settings.externalUrl === undefined ? [] : [new URL(settings.externalUrl).host]),
    ],
    ...(settings.token !== undefined && { token: settings.token }),
  });
  const limits = { ...DEFAULT_RECEIVE_LIMITS, maxRequestBytes: settings.maxRequestSizeBytes };
  const onFault = (error: unknown): void =>
    diagnostics.warnOnce(`fault ${String(error)}`, `a request could not be handled: ${String(error)}`);
  const receiving = { onFault, take: ingest.take, limits, budget: createByteBudget(IN_FLIGHT_BYTES), guard };
  const refusedBy = (protocol: string) => (status: string) =>
    metrics.add("agent_observatory_otlp_refused_total", { protocol, status });

  const rules = await startRules({ settings, clock, diagnostics, metrics, ingest, pool, version: VERSION });
  closing.add("rules", rules.close);

  const feedback = createFeedbackDesk({ take: ingest.take, clock });
  closing.add("work", feedback.close);
  const web = createWebServer({
    guard,
    corsOrigins: settings.corsOrigins,
    feedback,
    pool,
    local: rules.api,
    alertmanager: rules.alertmanager,
    metrics,
    unready: () => {
      const failure = ingest.failure();
      if (failure !== undefined) return `what arrives cannot be stored (${codeIn(failure)})`;
      return ready ? undefined : "it is starting or ending";
    },
    reload: rules.reload,
    describe: () => describe(urls, settings),
    refresh: () => telemetry.refresh(),
    monotonicMs: () => performance.now(),
    onFault,
  });
  const tail = attachTail({
    server: web,
    guard,
    corsOrigins: settings.corsOrigins,
    pool,
    clock,
    logsVersion: () => logsVersion,
    onClients: (count) => metrics.set("agent_observatory_tail_clients", {}, count),
  });
  const otlpHttp: OtlpServer = await startOtlpHttpServer({
    ...receiving,
    address: address(settings.otlpHttpPort, "OTLP over HTTP", "otlp-http-port"),
    corsOrigins: settings.corsOrigins,
    onRefused: refusedBy("http"),
  });
  closing.add("servers", otlpHttp.close);
  const otlpGrpc = await startOtlpGrpcServer({
    ...receiving,
    address: address(settings.otlpGrpcPort, "OTLP over gRPC", "otlp-grpc-port"),
    onRefused: refusedBy("grpc"),
  });
  closing.add("servers", otlpGrpc.close);
  // The last one: whoever finds it open finds everything.
  const port = await listen(web, address(settings.port, "the page and the query APIs", "port"));
  closing.add("servers", () => closeServer(web));
  closing.add("work", tail.close);

  const base = inUrl(reachable(host));
  const urls = {
    web: `http://${base}:${port}`,
    otlpHttp: `http://${base}:${otlpHttp.port}`,
    otlpGrpc: `http://${base}:${otlpGrpc.port}`,
  };
  const telemetry = startOwnTelemetry({
    metrics,
    ingest,
    pool,
    clock,
    diagnostics,
    version: VERSION,
    instance: `${base}:${port}`,
    store: ownTelemetry,
    refreshRules: rules.refresh,
  });
  closing.add("work", telemetry.close);
  rules.start(settings.externalUrl ?? urls.web);
  ready = true;

  let closed: Promise<void> | undefined;
  return {
    urls,
    settings,
    reload: rules.reload,
    close: () => {
      ready = false;
      closed ??= closing.run();
      return closed;
    },
  };
}

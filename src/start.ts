/**
 * Puts the parts together in the program: the only place that knows them all. Used by the preload; rooms below never use it.
 */
import { context, logs, propagation, trace } from "@opentelemetry/api";
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from "@opentelemetry/core";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  createAlwaysRecordSampler,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import { type Diagnostics, systemClock } from "./base/index.ts";
import type { Config } from "./config/index.ts";
import { createPricer } from "./cost/index.ts";
import {
  createLangChainAdapter,
  installModuleHooks,
  instrumentedPackages,
  type LogTap,
  pinoAdapter,
  winstonAdapter,
} from "./frameworks/index.ts";
import { createMetrics, type Metrics, type PullServer, startPullServer } from "./metrics/index.ts";
import { createRedactor } from "./redaction/index.ts";
import {
  activeSpanIds,
  BridgedContextManager,
  createConsoleOutlet,
  createExport,
  createLoggerProvider,
  createSpanPipeline,
  type Export,
  guardExit,
  type LogItem,
  logAttributes,
  type Outlet,
  resourceAttributes,
  runningTelemetry,
  setRunningTelemetry,
  severityOf,
  type Telemetry,
} from "./telemetry/index.ts";
import { startWire } from "./wire/index.ts";

export type StartOptions = { readonly config: Config; readonly diagnostics: Diagnostics; readonly version: string };

const SCOPE = "agent-observatory";

function createLogTap(emit: (log: LogItem) => void): LogTap {
  return {
    ids: () => {
      const span = activeSpanIds();
      return span === undefined ? undefined : { trace_id: span.traceId, span_id: span.spanId };
    },
    emit: ({ level, message, fields, logger }) =>
      emit({
        timeMs: systemClock.nowMs(),
        severityNumber: severityOf(level),
        severityText: level.toUpperCase(),
        body: message,
        attributes: logAttributes(fields),
        spanContext: trace.getSpanContext(context.active()),
        scope: logger,
      }),
  };
}

/** Starts everything in this process. Called once; a second call returns what runs. */
export function startTelemetry({ config, diagnostics, version }: StartOptions): Telemetry {
  const running = runningTelemetry();
  if (running !== undefined) return running;

  const clock = systemClock;
  const onFault = (error: unknown): void => {
    const reason = error instanceof Error ? error.message : String(error);
    diagnostics.warnOnce(`fault-${reason}`, `a fault of its own was caught, the program is not affected: ${reason}`);
    if (error instanceof Error) diagnostics.debug(error.stack ?? "");
  };

  const attributes = resourceAttributes(config, version);
  const metrics: Metrics = createMetrics({ clock, labelValueLimit: config.metrics.labelValueLimit });
  metrics.set("agent_observatory_up", { version, node_version: process.versions.node }, 1);

  const privacyOptions = {
    captureContent: config.captureContent,
    contentMaxLength: config.contentMaxLength,
    redactor: createRedactor(),
  };
  const exporting: Export | undefined =
    config.exporter === "otlp"
      ? createExport({ config, metrics, diagnostics, attributes, version, clock, privacyOptions })
      : undefined;
  const outlet: Outlet | undefined =
    exporting ?? (config.exporter === "console" ? createConsoleOutlet(privacyOptions) : undefined);

  const pricer = createPricer();
  const pipeline = createSpanPipeline({
    metrics,
    pricer,
    onFault,
    onExport: (span) => {
      if (config.signals.traces) outlet?.span(span);
    },
  });
  const contextManager = new BridgedContextManager();
  const provider = new TracerProvider({
    resource: resourceFromAttributes(attributes),
    sampler: createAlwaysRecordSampler(
      new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(config.sampleRatio) }),
    ),
    spanProcessors: [pipeline],
  });
  const tracer = provider.getTracer(SCOPE, version);
  const emitLog = (log: LogItem): void => {
    if (config.signals.logs) outlet?.log(log);
  };

  context.setGlobalContextManager(contextManager);
  propagation.setGlobalPropagator(
    new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
  );
  if (!trace.setGlobalTracerProvider(provider)) {
    diagnostics.warnOnce(
      "second-sdk",
      "another OpenTelemetry SDK is registered already; spans of the program go there.",
    );
  }
  logs.setGlobalLoggerProvider(createLoggerProvider(emitLog, clock));

  const langchain = createLangChainAdapter({
    tracer,
    clock,
    captureContent: config.captureContent,
    outerContext: () => contextManager.unbridged(),
  });
  contextManager.addBridge(langchain.bridge);
  const disabled = config.instrumentations.disabled;
  const tap = createLogTap(emitLog);
  const unhook = installModuleHooks({
    adopted: [
      ...(disabled.includes("langchain") ? [] : langchain.files),
      ...(disabled.includes("winston") ? [] : [winstonAdapter(tap)]),
      ...(disabled.includes("pino") ? [] : [pinoAdapter(tap)]),
    ],
    instrumented: instrumentedPackages(disabled),
    onFault,
  });

  let pricesLoading = false;
  const loadPricesSoon = (): void => {
    if (pricesLoading) return;
    pricesLoading = true;
    // While the first request is under way nobody waits for this.
    setImmediate(() => {
      try {
        pricer.load();
      } catch (error) {
        onFault(error);
      }
    }).unref();
  };
  const stopWire = startWire({
    tracer,
    clock,
    captureContent: config.captureContent,
    enter: (entered) => void contextManager.attach(entered),
    onFault,
    onInferenceStart: (callProvider, model) => {
      metrics.add("llm_requests_active", { provider: callProvider, model }, 1);
      loadPricesSoon();
      return langchain.claimModelCall();
    },
    onInferenceEnd: (callProvider, model) => metrics.add("llm_requests_active", { provider: callProvider, model }, -1),
  });

  const { pullPort, pullHost } = config.metrics;
  const pull: PullServer | undefined =
    pullPort === undefined ? undefined : startPullServer(metrics, pullHost, pullPort, diagnostics);

  const flush = async (timeoutMs: number): Promise<void> => exporting?.flush(AbortSignal.timeout(timeoutMs));
  const releaseExit =
    exporting &&
    guardExit({
      flush: exporting.flush,
      pending: exporting.pending,
      drain: exporting.drain,
      timeoutMs: config.export.exitTimeoutMs,
      diagnostics,
      onLost: () => {},
    });

  const telemetry: Telemetry = {
    metrics,
    captureContent: config.captureContent,
    logging: config.logging,
    emitLog: (item) => emitLog({ ...item, timeMs: clock.nowMs(), spanContext: trace.getSpanContext(context.active()) }),
    flush,
    shutdown: async () => {
      await flush(config.export.exitTimeoutMs);
      setRunningTelemetry(undefined);
      releaseExit?.();
      stopWire();
      unhook();
      pull?.close();
      exporting?.close();
      trace.disable();
      context.disable();
      propagation.disable();
      logs.disable();
    },
  };
  setRunningTelemetry(telemetry);
  return telemetry;
}

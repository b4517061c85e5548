import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { type Attributes, type Context, context, trace } from "@opentelemetry/api";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { type Diagnostics, systemClock } from "../base/index.ts";
import { createBudgetWatch, setRunningBudgets } from "../budgets/index.ts";
import type { Config } from "../config/index.ts";
import { createPricer } from "../cost/index.ts";
import { BACKGROUND_SCOPES, createCoverage } from "../frameworks/index.ts";
import { startHealth } from "../health/index.ts";
import { createMetrics } from "../metrics/index.ts";
import { ATTR } from "../model/index.ts";
import { createRedactor } from "../redaction/index.ts";
import { startRuntimeMetrics } from "../runtime/index.ts";
import {
  carriedBy,
  contextOf,
  createConsoleOutlet,
  createDebugMode,
  createEncoder,
  createExport,
  createHeadSampler,
  createLoggerProvider,
  createPrivacy,
  createReport,
  createRunWatch,
  createSpanPipeline,
  createTailSampler,
  createThreadExport,
  createThreads,
  environmentCarrier,
  guardExit,
  isThread,
  type LogItem,
  propagateToChildren,
  type ReadableSpan,
  resourceAttributes,
  runningTelemetry,
  setRunningTelemetry,
  severityOf,
  startSdk,
  type Telemetry,
  takesContent,
  takesLine,
  threadLink,
} from "../telemetry/index.ts";
import { createErrorTracker, type LogLine, setRunningTracker, startErrorWatch } from "../tracking/index.ts";

import { processFacts } from "./process-facts.ts";
import { watchProgram } from "./watch.ts";

export type StartOptions = { readonly config: Config; readonly diagnostics: Diagnostics; readonly version: string };

const SCOPE = "agent-observatory";

/** Starts everything in this process. A second call returns what runs. */
export function startTelemetry(options: StartOptions): Telemetry {
  const running = runningTelemetry();
  if (running !== undefined) return running;

  const { config, diagnostics, version } = options;
  const onFault = (error: unknown): void => {
    const reason = error instanceof Error ? error.message : String(error);
    diagnostics.warnOnce(`fault-${reason}`, `a fault of its own was caught, the program is not affected: ${reason}`);
    if (error instanceof Error) diagnostics.debug(error.stack ?? "");
  };

  const clock = systemClock;
  // The address of a server is what telemetry is about; in what people say an address is personal data.
  const redactor = createRedactor({ except: ["ip_address"] });
  const said = resourceAttributes(config, version);
  const attributes = { ...(redactor.value(said) as Attributes), "service.instance.id": said["service.instance.id"] };
  const metrics = createMetrics({
    clock,
    labelValueLimit: config.metrics.labelValueLimit,
    cleanLabel: redactor.text,
  });
  const privacy = createPrivacy({
    captureContent: config.captureContent,
    contentMaxLength: config.contentMaxLength,
    contentRedactor: createRedactor(),
    redactor,
  });
  const encoder = createEncoder({
    attributes,
    version,
    privacy,
    format: config.zipkinUrl === undefined ? "otlp" : "zipkin",
  });
  const link = threadLink();
  const threadExport =
    link === undefined || config.exporter !== "otlp"
      ? undefined
      : createThreadExport({
          link,
          encoder,
          metrics,
          clock,
          sendsMetrics: config.signals.metrics,
          metricIntervalMs: config.metrics.exportIntervalMs,
          queueSize: config.export.queueSize,
        });
  const exporting =
    threadExport ??
    (config.exporter === "otlp" ? createExport({ config, metrics, diagnostics, encoder, version, clock }) : undefined);
  const consoleOutlet = config.exporter === "console" ? createConsoleOutlet(privacy) : undefined;
  const outlet = exporting ?? consoleOutlet;
  const emitLog = (log: LogItem): void => {
    if (config.signals.logs) outlet?.log(log);
  };

  const coverage = createCoverage({
    onChange: ({ library, version, status }, previous) => {
      const name = "agent_observatory_instrumentation_status";
      if (previous !== undefined) metrics.note(name, { library, version, status: previous }, 0);
      metrics.note(name, { library, version, status }, 1);
    },
  });
  const pricer = createPricer(config.prices.models);
  const onExport = (span: ReadableSpan): void => {
    if (config.signals.traces) outlet?.span(span);
  };
  const stacks = { root: process.cwd(), own: dirname(fileURLToPath(import.meta.url)) };
  const tracker = createErrorTracker({
    clock,
    metrics,
    diagnostics,
    emitLog,
    cleanText: redactor.text,
    cleanValue: redactor.value,
    service: config.serviceName,
    ...(config.environment !== undefined && { environment: config.environment }),
    stacks,
    scope: SCOPE,
    patterns: config.errors.patterns,
    onFault,
  });
  setRunningTracker(tracker);
  const errorWatch = config.errors.tracking ? startErrorWatch(tracker, onFault) : undefined;
  const onLogLine = (line: LogLine): void => errorWatch?.onLog(line);
  const headSampler = createHeadSampler({ ratio: config.sampleRatio, ...config.sampling });
  const debugMode = createDebugMode(config.debug);
  const pipeline = createSpanPipeline({
    metrics,
    pricer,
    clock,
    captureContent: config.captureContent,
    stacks,
    debug: debugMode,
    clean: privacy.attributes,
    resource: resourceFromAttributes(attributes),
    scope: SCOPE,
    backgroundScopes: BACKGROUND_SCOPES,
    // What the program's own sampler says is about its own back end.
    isSampled: (traceId, parent) =>
      headSampler(traceId, parent !== undefined && !parent.isRemote && sdk.hasForeign() ? undefined : parent),
    tail: createTailSampler({ rules: config.sampling.keep, onKeep: onExport }),
    runs: createRunWatch({ metrics, clock, emitLog, scope: SCOPE }),
    onStart: ({ attributes, instrumentationScope }) => {
      const shown = attributes[ATTR.framework] ?? instrumentationScope.name;
      if (shown !== SCOPE) coverage.spanned(String(shown));
    },
    onFinished: ({ view, seconds, identity, runId, isSampled }) => {
      budgets.onEnded({
        attributes: view.attributes,
        seconds,
        spanContext: view.spanContext(),
        identity,
        runId,
      });
      errorWatch?.onSpan(view, isSampled);
    },
    onFault,
    onExport,
  });
  const isDebugged = (at: Context): boolean => pipeline.debugAt(at) !== undefined;
  const captures = (at: Context): boolean => config.captureContent || takesContent(pipeline.debugAt(at));
  const takesLineAt = (at: Context): boolean => takesLine(pipeline.debugAt(at));
  const hereNow = () => pipeline.identityAt(context.active());
  const budgets = createBudgetWatch({
    clock,
    config: config.budgets,
    metrics,
    emit: ({ name, level, message, attributes, spanContext }) =>
      emitLog({
        timeMs: clock.nowMs(),
        severityNumber: severityOf(level),
        severityText: level.toUpperCase(),
        body: message,
        attributes,
        spanContext: spanContext ?? trace.getSpanContext(context.active()),
        scope: SCOPE,
        eventName: name,
      }),
    here: hereNow,
    onError: onFault,
  });
  setRunningBudgets({
    budgets: budgets.budgets,
    costs: budgets.costs,
    here: hereNow,
    complain: (message) => diagnostics.warnOnce(message, message),
  });
  let stdoutTaken = false;
  const sdk = startSdk({
    scope: SCOPE,
    version,
    attributes,
    contextHosts: config.propagation.contextHosts,
    isDebugged,
    receiveDebug: debugMode.receive,
    headSampler,
    own: pipeline.own,
    joined: pipeline.joined,
    loggerProvider: createLoggerProvider(
      (item) => {
        emitLog(item);
        const { timeMs, severityNumber, body, attributes: fields, scope } = item;
        onLogLine({ timeMs, severityNumber, message: body, fields, logger: scope });
      },
      clock,
      isDebugged,
    ),
    diagnostics,
    onFault,
  });
  const inherited = environmentCarrier();
  const { childProcesses } = config.propagation;
  sdk.contextManager.startFrom(contextOf(link?.carrier ?? (childProcesses ? inherited : {})));
  const stopPropagation = childProcesses ? propagateToChildren(inherited, onFault) : undefined;
  const threads = createThreads({ take: (handover) => exporting?.take(handover), onFault });
  const watch = watchProgram({
    config,
    sdk,
    claimable: pipeline.claimable,
    upToDate: pipeline.upToDate,
    captures,
    isDebugged,
    takesLine: takesLineAt,
    metrics,
    pricer,
    budgets,
    identityAt: pipeline.identityAt,
    emitLog,
    onLogLine,
    coverage,
    cleanText: redactor.text,
    onStdioServer: () => {
      stdoutTaken = true;
      consoleOutlet?.leaveStdout();
    },
    onThreads: threads.prepare,
    onFault,
  });

  const health = startHealth(config, !isThread(), diagnostics);
  const stopRuntimeMetrics = config.metrics.runtime
    ? startRuntimeMetrics({ metrics, clock, isThread: isThread(), onFault })
    : undefined;
  const { exitTimeoutMs } = config.export;
  const { reportFile, serviceName } = config;
  const report =
    reportFile === undefined
      ? undefined
      : createReport({
          file: reportFile,
          service: serviceName,
          metrics,
          libraries: coverage.all,
          onFault,
          // Where nothing is exported nobody guards the end.
          atExit: exporting === undefined,
        });
  const endSteps = new Set<() => void>();
  const endOpen = (failed: boolean): void => {
    watch.leaveAll();
    pipeline.endOpen(failed);
    report?.();
    for (const step of endSteps) step();
  };
  const releaseExit =
    exporting &&
    guardExit({
      ...exporting,
      onEnd: exporting.end,
      endOpen,
      collect: threads.collect,
      thread: isThread(),
      ...(threadExport !== undefined && { onAsked: threadExport.onAsked }),
      timeoutMs: exitTimeoutMs,
      diagnostics,
    });
  const flush = async (timeoutMs: number): Promise<void> => exporting?.flush(AbortSignal.timeout(timeoutMs));

  const telemetry: Telemetry = {
    metrics,
    tracer: sdk.tracer,
    captures,
    debug: {
      begin: debugMode.begin,
      takesLine: takesLineAt,
      isOn: isDebugged,
      environment: () => processFacts({ config, version, libraries: coverage.all() }),
    },
    logging: { ...config.logging, isStdoutTaken: () => stdoutTaken },
    api: config.api,
    serviceName: config.serviceName,
    diagnostics,
    onEnd: (step) => {
      endSteps.add(step);
      return () => void endSteps.delete(step);
    },
    emitLog: (item) => {
      const current = context.active();
      emitLog({
        spanContext: trace.getSpanContext(current),
        ...item,
        attributes: { ...carriedBy(current)?.attributes, ...item.attributes },
        isDebugged: isDebugged(current),
        timeMs: clock.nowMs(),
      });
    },
    emitLine: (item) => {
      coverage.spanned("winston");
      telemetry.emitLog(item);
      const { severityNumber, body, attributes: fields, scope } = item;
      onLogLine({ timeMs: clock.nowMs(), severityNumber, message: body, fields, logger: scope });
    },
    enter: (entered) => void sdk.contextManager.attach(entered),
    stampContext: pipeline.stamp,
    here: () => pipeline.here(context.active()),
    flush,
    shutdown: async () => {
      exporting?.end();
      await flush(exitTimeoutMs);
      setRunningTelemetry(undefined);
      setRunningTracker(undefined);
      errorWatch?.stop();
      setRunningBudgets(undefined);
      releaseExit?.();
      stopPropagation?.();
      threads.stop();
      watch.stop();
      health.close();
      stopRuntimeMetrics?.();
      exporting?.close();
      sdk.close();
    },
  };
  setRunningTelemetry(telemetry);
  return telemetry;
}

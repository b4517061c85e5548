/**
 * Puts the parts together in the program: the only place that knows them all. Used by the preload; rooms below never use it.
 */
import { type Context, context, trace } from "@opentelemetry/api";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { type Diagnostics, systemClock } from "./base/index.ts";
import {
  admissionFor,
  argumentsFingerprint,
  type BudgetWatch,
  createBudgetWatch,
  setRunningBudgets,
} from "./budgets/index.ts";
import type { Config } from "./config/index.ts";
import { costAttributes, createPricer, type Pricer } from "./cost/index.ts";
import {
  bunyanAdapter,
  type Coverage,
  createAiSdkAdapter,
  createClaudeAgentAdapter,
  createCoverage,
  createLangChainAdapter,
  createLlamaIndexAdapter,
  createMcpAdapter,
  createOpenAiAgentsAdapter,
  installModuleHooks,
  instrumentedPackages,
  type LogTap,
  pinoAdapter,
  watchConsole,
  winstonAdapter,
} from "./frameworks/index.ts";
import { startHealth } from "./health/index.ts";
import { createMetrics, type Metrics, measureUsage } from "./metrics/index.ts";
import { ATTR } from "./model/index.ts";
import { createRedactor } from "./redaction/index.ts";
import {
  activeSpanIds,
  carriedBy,
  contextOf,
  createConsoleOutlet,
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
  logAttributes,
  propagateToChildren,
  type ReadableSpan,
  resourceAttributes,
  runningTelemetry,
  type Sdk,
  type SpanPipeline,
  setRunningTelemetry,
  severityOf,
  startSdk,
  type Telemetry,
  threadLink,
} from "./telemetry/index.ts";
import { createErrorTracker, type LogLine, setRunningTracker, startErrorWatch } from "./tracking/index.ts";
import { startWire, type Wire } from "./wire/index.ts";

export type StartOptions = { readonly config: Config; readonly diagnostics: Diagnostics; readonly version: string };

const SCOPE = "agent-observatory";

type LogTapOptions = {
  readonly emit: (log: LogItem) => void;
  readonly onLogLine: (line: LogLine) => void;
  readonly coverage: Coverage;
  readonly clean: (text: string) => string;
};

function createLogTap({ emit, onLogLine, coverage, clean }: LogTapOptions): LogTap {
  /** What a context carries, made safe once for all lines that are written in it. */
  const lines = new WeakMap<object, Readonly<Record<string, string | number | boolean>>>();
  const carriedLine = () => {
    const carried = carriedBy(context.active());
    if (carried === undefined) return undefined;
    let line = lines.get(carried);
    if (line === undefined) {
      const entries = Object.entries(carried.line);
      line = Object.fromEntries(
        entries.map(([name, value]) => [name, typeof value === "string" ? clean(value) : value]),
      );
      lines.set(carried, line);
    }
    return line;
  };
  return {
    ids: () => {
      const span = activeSpanIds();
      const carried = carriedLine();
      if (span === undefined) return carried;
      return { trace_id: span.traceId, span_id: span.spanId, ...carried };
    },
    emit: ({ level, message, fields: given, logger }) => {
      coverage.spanned(logger);
      const current = context.active();
      const carried = carriedLine();
      // What was put on the line above is said once, by its name as an attribute.
      const fields =
        carried === undefined
          ? given
          : Object.fromEntries(Object.entries(given).filter(([name, value]) => carried[name] !== value));
      const [timeMs, severityNumber] = [systemClock.nowMs(), severityOf(level)];
      emit({
        timeMs,
        severityNumber,
        severityText: level.toUpperCase(),
        body: message,
        attributes: { ...carriedBy(current)?.attributes, ...logAttributes(fields) },
        spanContext: trace.getSpanContext(current),
        scope: logger,
      });
      onLogLine({ timeMs, severityNumber, message, fields, logger });
    },
  };
}

type Watch = {
  readonly config: Config;
  readonly sdk: Sdk;
  readonly claimable: SpanPipeline["claimable"];
  readonly metrics: Metrics;
  readonly pricer: Pricer;
  readonly budgets: BudgetWatch;
  readonly identityAt: SpanPipeline["identityAt"];
  readonly emitLog: (log: LogItem) => void;
  readonly onLogLine: (line: LogLine) => void;
  readonly coverage: Coverage;
  readonly cleanText: (text: string) => string;
  /** The program's stdout may be a connection: see `Outlet`. */
  readonly onStdioServer: () => void;
  /** Called before the program can start a thread. */
  readonly onThreads: () => void;
  readonly onFault: (error: unknown) => void;
};

/** Watches the program: frameworks and loggers by module hooks, everything else on the wire. */
function watchProgram({
  config,
  sdk,
  claimable,
  metrics,
  pricer,
  budgets,
  identityAt,
  emitLog,
  onLogLine,
  coverage,
  cleanText,
  onStdioServer,
  onThreads,
  onFault,
}: Watch): Wire {
  const { tracer, contextManager } = sdk;
  const { captureContent } = config;
  const { disabled } = config.instrumentations;
  const onToolCall =
    config.budgets.loops === "off"
      ? undefined
      : (at: Context, name: string, args: unknown): void => {
          const fingerprint = argumentsFingerprint(name, args);
          if (fingerprint === undefined) return;
          // What is told of it belongs to the tool's span.
          context.with(at, () => budgets.budgets.countRepeat(identityAt(at), "tool", fingerprint, name));
        };
  const langchain = createLangChainAdapter({
    onToolCall,
    tracer,
    clock: systemClock,
    captureContent,
    outerContext: () => contextManager.unbridged(),
  });
  contextManager.addBridge(langchain.bridge);
  const aiSdk = createAiSdkAdapter({ onToolCall, tracer, clock: systemClock, captureContent });
  const openAiAgents = createOpenAiAgentsAdapter({
    onToolCall,
    tracer,
    clock: systemClock,
    captureContent,
    outerContext: () => contextManager.unbridged(),
  });
  contextManager.addBridge(openAiAgents.bridge);
  const claudeAgent = createClaudeAgentAdapter({
    tracer,
    captureContent,
    onUsage: (labels, attributes) => {
      measureUsage(metrics, { attributes, exemplar: undefined }, labels);
      budgets.onUsage(attributes, { ...identityAt(context.active()), agent: labels.agent });
    },
    onFault,
  });
  const llamaIndex = createLlamaIndexAdapter({ onToolCall, tracer, captureContent, onFault });
  const mcp = createMcpAdapter({
    tracer,
    clock: systemClock,
    captureContent,
    onSessionEnd: ({ side, seconds, protocolVersion = "", transport = "" }) =>
      metrics.observe(
        `mcp_${side}_session_duration_seconds`,
        { mcp_protocol_version: protocolVersion, network_transport: transport },
        seconds,
      ),
    onStdioServer,
    onFault,
  });
  const tap = createLogTap({ emit: emitLog, onLogLine, coverage, clean: cleanText });
  const unwatchConsole = config.logging.captureConsole ? watchConsole(tap, onFault) : undefined;
  const unhook = installModuleHooks({
    adopted: [
      ...(disabled.includes("langchain") ? [] : langchain.files),
      ...(disabled.includes("ai-sdk") ? [] : aiSdk.files),
      ...(disabled.includes("openai-agents") ? [] : openAiAgents.files),
      ...(disabled.includes("claude-agent") ? [] : claudeAgent.files),
      ...(disabled.includes("llamaindex") ? [] : llamaIndex.files),
      ...(disabled.includes("mcp") ? [] : mcp.files),
      ...(disabled.includes("winston") ? [] : [winstonAdapter(tap)]),
      ...(disabled.includes("pino") ? [] : [pinoAdapter(tap)]),
      ...(disabled.includes("bunyan") ? [] : [bunyanAdapter(tap)]),
    ],
    // What the program's own SDK instruments already would come twice.
    instrumented: [...threadPackages(onThreads), ...instrumentedPackages(disabled, sdk.isInstrumented)],
    coverage,
    onFault,
  });

  const loadPricesSoon = once(() => {
    // While the first request is under way nobody waits for this.
    setImmediate(() => {
      try {
        pricer.load();
      } catch (error) {
        onFault(error);
      }
    }).unref();
  });
  const wire = startWire({
    tracer,
    clock: systemClock,
    captureContent,
    costOf: (attributes) => costAttributes(pricer, attributes, { failed: false, timeMs: systemClock.nowMs() }),
    enter: (entered) => void contextManager.attach(entered),
    admission: (at) => admissionFor(budgets.budgets, identityAt(at)),
    claimable: (outer) => {
      langchain.noteModelRequest();
      return claimable(outer);
    },
    isInstrumented: sdk.isInstrumented,
    onFault,
    onInferenceStart: (provider, model, userAgent) => {
      coverage.called(userAgent);
      metrics.add("llm_requests_active", { provider, model }, 1);
      loadPricesSoon();
      openAiAgents.claimModelCall();
      return langchain.claimModelCall(model) ?? aiSdk.claimModelCall();
    },
    onInferenceEnd: (provider, model) => metrics.add("llm_requests_active", { provider, model }, -1),
  });
  return {
    leaveAll: () => {
      wire.leaveAll();
      mcp.leaveAll();
    },
    stop: () => {
      wire.stop();
      unwatchConsole?.();
      unhook();
    },
  };
}

/** The names by which the program asks for threads. */
const threadPackages = (prepare: () => void) =>
  ["worker_threads", "node:worker_threads"].map((packageName) => ({ packageName, prepare }));

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    action();
  };
}

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
  const attributes = resourceAttributes(config, version);
  // The address of a server is what telemetry is about; in what people say an address is personal data.
  const redactor = createRedactor({ except: ["ip_address"] });
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
  const tracker = createErrorTracker({
    clock,
    metrics,
    diagnostics,
    emitLog,
    cleanText: redactor.text,
    cleanValue: redactor.value,
    service: config.serviceName,
    ...(config.environment !== undefined && { environment: config.environment }),
    root: process.cwd(),
    scope: SCOPE,
    patterns: config.errors.patterns,
    onFault,
  });
  setRunningTracker(tracker);
  const errorWatch = config.errors.tracking ? startErrorWatch(tracker, onFault) : undefined;
  const onLogLine = (line: LogLine): void => errorWatch?.onLog(line);
  const headSampler = createHeadSampler({ ratio: config.sampleRatio, ...config.sampling });
  const pipeline = createSpanPipeline({
    metrics,
    pricer,
    clock,
    captureContent: config.captureContent,
    resource: resourceFromAttributes(attributes),
    scope: SCOPE,
    // What the program's own sampler says is about its own back end.
    isSampled: (traceId, parent) =>
      headSampler(traceId, parent?.isRemote !== true && sdk.hasForeign() ? undefined : parent),
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
    headSampler,
    own: pipeline.own,
    joined: pipeline.joined,
    loggerProvider: createLoggerProvider((item) => {
      emitLog(item);
      const { timeMs, severityNumber, body, attributes: fields, scope } = item;
      onLogLine({ timeMs, severityNumber, message: body, fields, logger: scope });
    }, clock),
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
    captureContent: config.captureContent,
    logging: { ...config.logging, isStdoutTaken: () => stdoutTaken },
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
      exporting?.close();
      sdk.close();
    },
  };
  setRunningTelemetry(telemetry);
  return telemetry;
}

import { type Context, context } from "@opentelemetry/api";
import { systemClock } from "../base/index.ts";
import { admissionFor, argumentsFingerprint, type BudgetWatch, reservationIn } from "../budgets/index.ts";
import type { Config } from "../config/index.ts";
import { costAttributes, type Pricer } from "../cost/index.ts";
import {
  bunyanAdapter,
  type Coverage,
  createAiSdkAdapter,
  createClaudeAgentAdapter,
  createLangChainAdapter,
  createLlamaIndexAdapter,
  createMcpAdapter,
  createOpenAiAgentsAdapter,
  databasePoolFiles,
  honoAdapter,
  installModuleHooks,
  instrumentedPackages,
  pinoAdapter,
  watchConsole,
  watchFastify,
  winstonAdapter,
} from "../frameworks/index.ts";
import { type Metrics, measureUsage } from "../metrics/index.ts";
import { createPoolWatch } from "../runtime/index.ts";
import { carryDebug, type LogItem, type Sdk, type SpanPipeline } from "../telemetry/index.ts";
import type { LogLine } from "../tracking/index.ts";
import { startWire, type Wire } from "../wire/index.ts";

import { createLogTap } from "./log-tap.ts";

export type WatchOptions = {
  readonly config: Config;
  readonly sdk: Sdk;
  readonly claimable: SpanPipeline["claimable"];
  readonly upToDate: SpanPipeline["upToDate"];
  readonly captures: (at: Context) => boolean;
  readonly isDebugged: (at: Context) => boolean;
  readonly takesLine: (at: Context) => boolean;
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
export function watchProgram({
  config,
  sdk,
  claimable,
  upToDate,
  captures,
  isDebugged,
  takesLine,
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
}: WatchOptions): Wire {
  const { tracer, contextManager } = sdk;
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
    captures,
    outerContext: () => contextManager.unbridged(),
  });
  contextManager.addBridge(langchain.bridge);
  const aiSdk = createAiSdkAdapter({ onToolCall, tracer, clock: systemClock, captures });
  const openAiAgents = createOpenAiAgentsAdapter({
    onToolCall,
    tracer,
    clock: systemClock,
    captures,
    outerContext: () => contextManager.unbridged(),
  });
  contextManager.addBridge(openAiAgents.bridge);
  const claudeAgent = createClaudeAgentAdapter({
    tracer,
    captures,
    onUsage: (labels, attributes) => {
      measureUsage(metrics, { attributes, exemplar: undefined }, labels);
      budgets.onUsage(attributes, { ...identityAt(context.active()), agent: labels.agent });
    },
    onFault,
  });
  const llamaIndex = createLlamaIndexAdapter({ onToolCall, tracer, captures, onFault });
  const mcp = createMcpAdapter({
    tracer,
    clock: systemClock,
    captures,
    carryDebug,
    onSessionEnd: ({ side, seconds, protocolVersion = "", transport = "" }) =>
      metrics.observe(
        `mcp_${side}_session_duration_seconds`,
        { mcp_protocol_version: protocolVersion, network_transport: transport },
        seconds,
      ),
    onStdioServer,
    onFault,
  });
  const tap = createLogTap({ emit: emitLog, onLogLine, isDebugged, takesLine, coverage, clean: cleanText });
  const unwatchConsole = config.logging.captureConsole ? watchConsole(tap, onFault) : undefined;
  const unwatchFastify = disabled.includes("fastify")
    ? undefined
    : watchFastify(() => coverage.spanned("fastify"), onFault);
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
      ...(disabled.includes("hono") ? [] : [honoAdapter(() => coverage.spanned("hono"), onFault)]),
      ...databasePoolFiles({ disabled, onPool: createPoolWatch(metrics).see, onFault }),
    ],
    // What the program's own SDK instruments already would come twice.
    instrumented: [...threadPackages(onThreads), ...instrumentedPackages(disabled, sdk)],
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
    captures,
    costOf: (attributes) => costAttributes(pricer, attributes, { failed: false, timeMs: systemClock.nowMs() }),
    enter: (entered) => void contextManager.attach(entered),
    upToDate,
    admission: (at) => admissionFor(budgets.budgets, identityAt(at), reservationIn(at)),
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
      unwatchFastify?.();
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

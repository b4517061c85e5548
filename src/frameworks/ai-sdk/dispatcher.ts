import { type Attributes, context } from "@opentelemetry/api";
import { ATTR } from "../../model/index.ts";
import type { AdapterOptions } from "../adapter.ts";
import type { Adopted } from "../module-hooks.ts";
import { createOperation, type ModelCall, type Operation, type ToolCall } from "./operation.ts";
import { providerOf, type TelemetrySettings, text } from "./reported-attributes.ts";

export type DispatcherOptions = Pick<AdapterOptions, "tracer" | "clock" | "captures" | "onToolCall">;

type Event = Readonly<Record<string, unknown>>;
type Listener = (event: Event) => unknown;
type Execution = Event & { readonly execute: () => Promise<unknown> };
type Runner = (execution: Execution) => Promise<unknown>;
type Channel = { readonly run: (execute: () => unknown) => unknown };
/** The part of AI SDK 7's dispatcher that tells what we need. All of it may be missing. */
type Dispatcher = {
  readonly onStart?: Listener;
  readonly onLanguageModelCallEnd?: Listener;
  readonly onToolExecutionEnd?: Listener;
  readonly onEnd?: Listener;
  readonly onAbort?: Listener;
  readonly onError?: Listener;
  readonly executeLanguageModelCall?: Runner;
  readonly executeTool?: Runner;
  readonly runInTracingChannelSpan?: Runner;
  readonly startTracingChannelContext?: (event: Event) => Channel | undefined;
};

/** Objects are left out: their calls to models cannot be put inside a span, as there is no wrapper around them. */
const ROOT = /^ai\.(?:generate|stream)Text$/;
/** Types of channel spans that are operations of which we make something. */
const OPERATIONS: ReadonlySet<unknown> = new Set(["generateText", "streamText"]);

/** Operations whose dispatcher was dropped before they ended: an abandoned stream is collected with all that it holds. */
const forgotten = new FinalizationRegistry<Operation>((operation) => {
  try {
    operation.abandon();
  } catch {
    // Telemetry that is already shut down.
  }
});

const runPlainly: Runner = async ({ execute }) => await execute();

const count = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) ? value : undefined;

function contentOf(value: unknown): string | undefined {
  try {
    return typeof value === "string" ? value : JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** What the end of a call to a model tells, for one that the wire did not show. */
function answerOf({ usage, finishReason, responseId, modelId }: Event): Attributes {
  const { inputTokens, outputTokens, inputTokenDetails, outputTokenDetails } = (usage ?? {}) as Record<string, unknown>;
  const input = (inputTokenDetails ?? {}) as Record<string, unknown>;
  const output = (outputTokenDetails ?? {}) as Record<string, unknown>;
  const found: Readonly<Record<string, Attributes[string]>> = {
    [ATTR.inputTokens]: count(inputTokens),
    [ATTR.outputTokens]: count(outputTokens),
    [ATTR.cacheReadTokens]: count(input["cacheReadTokens"]),
    [ATTR.cacheCreationTokens]: count(input["cacheWriteTokens"]),
    [ATTR.reasoningTokens]: count(output["reasoningTokens"]),
    [ATTR.finishReasons]: typeof finishReason === "string" ? [finishReason] : undefined,
    [ATTR.responseId]: text(responseId),
    [ATTR.responseModel]: text(modelId),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

/** An integration that makes spans itself, as @ai-sdk/otel does: its spans come to us, or to whom the program sends them. */
function makesSpans(telemetry: TelemetrySettings | undefined): boolean {
  if (telemetry?.isEnabled === false) return false;
  const registered: unknown =
    telemetry?.integrations ??
    (globalThis as { AI_SDK_TELEMETRY_INTEGRATIONS?: unknown }).AI_SDK_TELEMETRY_INTEGRATIONS;
  const integrations: readonly unknown[] = Array.isArray(registered) ? registered : [registered];
  return integrations.some(
    (one) => typeof (one as { tracer?: { startSpan?: unknown } } | undefined)?.tracer?.startSpan === "function",
  );
}

const hasMembers = (value: unknown): boolean =>
  typeof value === "object" && value !== null && Object.keys(value).length > 0;

/** Tells `ours` first; what the program's integrations return or throw stays theirs. */
function besides(theirs: Listener | undefined, ours: (event: Event) => void): Listener {
  return (event) => {
    try {
      ours(event);
    } catch {
      // The program's own listeners come next.
    }
    return theirs?.(event);
  };
}

function attempt<T>(step: () => T): T | undefined {
  try {
    return step();
  } catch {
    return undefined;
  }
}

function observeModelCalls(operation: Operation, theirs: Dispatcher): Dispatcher {
  let current: ModelCall | undefined;
  return {
    executeLanguageModelCall: (execution) => {
      const call = attempt(() =>
        operation.callModel({
          model: text(execution["modelId"]),
          provider: providerOf(execution["provider"]),
          usesTools: false,
        }),
      );
      const run = theirs.executeLanguageModelCall ?? runPlainly;
      if (call === undefined) return run(execution);
      current = call;
      const result = run({ ...execution, execute: () => context.with(call.context, execution.execute) });
      result.then(undefined, (error: unknown) => attempt(() => call.fail(error)));
      return result;
    },
    onLanguageModelCallEnd: besides(theirs.onLanguageModelCallEnd, (event) => current?.end(answerOf(event))),
  };
}

type Captured = { readonly inputs: boolean; readonly outputs: boolean };

function observeTools(
  operation: Operation,
  theirs: Dispatcher,
  captured: Captured,
  onToolCall: AdapterOptions["onToolCall"],
): Dispatcher {
  /** Tools that are done, and whose result is told a little later. */
  const unreported = new Map<string, ToolCall>();
  const begin = ({ toolCall, toolCallId }: Event): ToolCall => {
    const { toolName, input } = (toolCall ?? {}) as { readonly toolName?: unknown; readonly input?: unknown };
    const call = operation.callTool(text(toolName) ?? "tool", text(toolCallId));
    const content = captured.inputs ? contentOf(input) : undefined;
    if (content !== undefined) call.set({ [ATTR.toolArguments]: content });
    onToolCall?.(call.context, text(toolName) ?? "tool", input);
    return call;
  };
  return {
    executeTool: (execution) => {
      const run = theirs.executeTool ?? runPlainly;
      const call = attempt(() => begin(execution));
      if (call === undefined) return run(execution);
      const id = text(execution["toolCallId"]);
      const result = run({ ...execution, execute: () => context.with(call.context, execution.execute) });
      result.then(
        () => {
          if (captured.outputs && id !== undefined) unreported.set(id, call);
          else attempt(call.end);
        },
        (error: unknown) =>
          attempt(() => {
            call.fail(error);
            call.end();
          }),
      );
      return result;
    },
    onToolExecutionEnd: besides(theirs.onToolExecutionEnd, ({ toolCall, toolOutput }) => {
      const id = text((toolCall as { toolCallId?: unknown } | undefined)?.toolCallId);
      const call = id === undefined ? undefined : unreported.get(id);
      if (id === undefined || call === undefined) return;
      unreported.delete(id);
      const content = contentOf((toolOutput as { output?: unknown } | undefined)?.output);
      if (content !== undefined) call.set({ [ATTR.toolResult]: content });
      call.end();
    }),
  };
}

/** Runs what belongs to the operation inside its span, and hears how generateText ends, which its events do not always tell. */
function observeRoot(operation: Operation, theirs: Dispatcher): Dispatcher {
  let endsWithPromise = false;
  const start = (event: unknown): void => {
    const { operationId, tools } = (event ?? {}) as Event;
    const id = text(operationId);
    if (id !== undefined && ROOT.test(id)) operation.start({ id, attributes: {}, isWorthSpan: hasMembers(tools) });
  };
  const end = (failure?: { readonly error: unknown }): void => {
    if (!endsWithPromise) operation.end(failure);
  };
  return {
    onStart: besides(theirs.onStart, start),
    onEnd: besides(theirs.onEnd, () => end()),
    onError: besides(theirs.onError, ({ error }) => end({ error })),
    onAbort: besides(theirs.onAbort, () => operation.abandon()),
    runInTracingChannelSpan: (execution) => {
      const run = theirs.runInTracingChannelSpan ?? runPlainly;
      if (OPERATIONS.has(execution["type"])) attempt(() => start(execution["event"]));
      const result = run({ ...execution, execute: () => context.with(operation.context(), execution.execute) });
      if (execution["type"] === "generateText") {
        endsWithPromise = true;
        result.then(
          () => attempt(() => operation.end()),
          (error: unknown) => attempt(() => operation.end({ error })),
        );
      }
      return result;
    },
    startTracingChannelContext: (event) => {
      const channel = theirs.startTracingChannelContext?.(event);
      if (OPERATIONS.has(event["type"])) attempt(() => start(event["event"]));
      return {
        run: (execute) =>
          context.with(operation.context(), () => (channel === undefined ? execute() : channel.run(execute))),
      };
    },
  };
}

type CreateDispatcher = (given: { readonly telemetry?: TelemetrySettings }) => Dispatcher;

/**
 * AI SDK 7 makes a dispatcher for each operation, which tells registered integrations what happens and runs calls to models and tools inside
 * their contexts. Ours is told before them, and stays out where one of them makes spans itself.
 */
export function adoptDispatcher(options: DispatcherOptions, { get, set }: Adopted): void {
  const create = get("createTelemetryDispatcher") as CreateDispatcher | undefined;
  if (typeof create !== "function") return;
  const observe = (theirs: Dispatcher, telemetry: TelemetrySettings | undefined): Dispatcher => {
    const operation = createOperation({ ...options, functionId: text(telemetry?.functionId) });
    // Who says that a call is not to be reported means what was said in it.
    const isReported = options.captures(context.active()) && telemetry?.isEnabled !== false;
    const captured = {
      inputs: isReported && telemetry?.recordInputs !== false,
      outputs: isReported && telemetry?.recordOutputs !== false,
    };
    const ours = {
      ...theirs,
      ...observeRoot(operation, theirs),
      ...observeModelCalls(operation, theirs),
      ...observeTools(operation, theirs, captured, options.onToolCall),
    };
    if (ours.executeTool !== undefined) forgotten.register(ours.executeTool, operation);
    return ours;
  };
  set("createTelemetryDispatcher", (given: { readonly telemetry?: TelemetrySettings }) => {
    const theirs = create(given);
    try {
      return makesSpans(given?.telemetry) ? theirs : observe(theirs, given?.telemetry);
    } catch {
      return theirs;
    }
  });
}

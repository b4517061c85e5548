import { type Attributes, context, type Span, type SpanOptions, type Tracer } from "@opentelemetry/api";
import { ATTR, OPERATION } from "../../model/index.ts";
import type { AdapterOptions } from "../adapter.ts";
import type { Adopted } from "../module-hooks.ts";
import { createOperation, type ModelCall, type Operation, type ToolCall } from "./operation.ts";
import {
  contentOf,
  conventional,
  providerOf,
  type Reported,
  type TelemetrySettings,
  text,
} from "./reported-attributes.ts";

export type TracerOptions = Pick<AdapterOptions, "tracer" | "clock" | "captureContent">;

type Fn = (span: unknown) => unknown;
/** What the attributes of a span were before the AI SDK left any out. */
type Attach = (given: Attributes | undefined) => Reported | undefined;

const ROOT = /^ai\.(?:generate|stream)(?:Text|Object)$/;
const MODEL_CALL = /^ai\.(?:(?:generate|stream)(?:Text|Object)\.do(?:Generate|Stream)|embed(?:Many)?\.doEmbed)$/;
const TOOL_CALL = "ai.toolCall";
const ERROR_STATUS = 2;

type Failure = { readonly error: unknown };

/** What a span of the AI SDK stands for here. */
type Part = {
  readonly set: (reported: Reported, given: Attributes) => void;
  readonly end: (failure: Failure | undefined) => void;
  readonly abandon: () => void;
};

/** Parts whose span the AI SDK dropped without ending it: an abandoned stream is collected with all that it holds. */
const forgotten = new FinalizationRegistry<Part>((part) => {
  try {
    part.abandon();
  } catch {
    // Telemetry that is already shut down.
  }
});

/** The object that the AI SDK takes for a span. It must not be reachable from the part, whose end may depend on its collection. */
function reportingSpan(
  part: Part,
  attach: Attach,
): { readonly span: object; readonly settled: (thrown?: Failure) => void } {
  let exception: unknown;
  let failed = false;
  let ended = false;
  let result: { readonly thrown: Failure | undefined } | undefined;
  const guarded = (step: () => void): void => {
    try {
      step();
    } catch {
      // The AI SDK does not expect a span to throw.
    }
  };
  const finish = (): void => {
    if (!ended || result === undefined) return;
    forgotten.unregister(span);
    guarded(() => part.end(result?.thrown ?? (failed ? { error: exception } : undefined)));
  };
  const span = {
    spanContext: () => ({ traceId: "", spanId: "", traceFlags: 0 }),
    setAttribute: () => span,
    setAttributes: (given: Attributes) => {
      guarded(() => {
        const reported = attach(given);
        if (reported !== undefined) part.set(reported, given);
      });
      return span;
    },
    addEvent: () => span,
    addLink: () => span,
    addLinks: () => span,
    setStatus: (status: { readonly code?: number } | undefined) => {
      if (status?.code === ERROR_STATUS) failed = true;
      return span;
    },
    updateName: () => span,
    end: () => {
      ended = true;
      finish();
      return span;
    },
    isRecording: () => false,
    recordException: (error: unknown) => {
      exception = error;
      return span;
    },
  };
  forgotten.register(span, part, span);
  return {
    span,
    // The AI SDK records a copy of an error's texts first, and then throws or returns the error itself.
    settled: (thrown) => {
      result = { thrown };
      finish();
    },
  };
}

function rootPart(operation: Operation, id: string, given: Attributes): Part {
  operation.start({ id, attributes: given, hasTools: id.endsWith("Object") ? false : undefined });
  return {
    set: (_, attributes) => operation.set(attributes),
    end: operation.end,
    abandon: operation.abandon,
  };
}

function modelPart(call: ModelCall, asked: Reported): Part {
  let answered: Attributes = {};
  return {
    set: (reported) => {
      const tokens = reported.attributes["ai.usage.tokens"];
      answered = {
        ...answered,
        ...conventional(reported),
        ...(typeof tokens === "number" && Number.isFinite(tokens) && { [ATTR.inputTokens]: tokens }),
      };
    },
    end: (failure) => {
      if (failure !== undefined) call.fail(failure.error);
      else call.end({ ...conventional(asked), ...answered });
    },
    abandon: () => call.end({ ...conventional(asked), ...answered, [ATTR.streamOutcome]: "abandoned" }),
  };
}

function toolPart(call: ToolCall, asked: Reported, given: Attributes, captureContent: boolean): Part {
  const setContent = (name: string, reported: Reported, from: string): void => {
    const content = captureContent ? contentOf(reported, from) : undefined;
    if (content !== undefined) call.set({ [name]: content });
  };
  call.set(given);
  setContent(ATTR.toolArguments, asked, "ai.toolCall.args");
  return {
    set: (reported, attributes) => {
      call.set(attributes);
      setContent(ATTR.toolResult, reported, "ai.toolCall.result");
    },
    end: (failure) => {
      if (failure !== undefined) call.fail(failure.error);
      call.end();
    },
    abandon: call.end,
  };
}

/** What the AI SDK returns for a tool that threw. */
function toolErrorOf(value: unknown): Failure | undefined {
  const { type, error } = (value ?? {}) as { readonly type?: unknown; readonly error?: unknown };
  return type === "tool-error" ? { error } : undefined;
}

/** Makes our spans of what one operation of the AI SDK reports to the tracer that it asked for. */
function operationTracer(
  options: TracerOptions,
  telemetry: TelemetrySettings | undefined,
  theirs: Tracer,
  attach: Attach,
): object {
  const { captureContent } = options;
  const operation = createOperation({ ...options, functionId: text(telemetry?.functionId) });

  const begin = (
    name: string,
    given: Attributes,
  ): { readonly part: Part; readonly place: ReturnType<Operation["context"]> } | undefined => {
    const reported = attach(given);
    if (reported === undefined) return undefined;
    const { attributes } = reported;
    if (ROOT.test(name)) {
      const part = rootPart(operation, name, given);
      return { part, place: operation.context() };
    }
    if (MODEL_CALL.test(name)) {
      const call = operation.callModel({
        model: text(attributes["ai.model.id"]),
        provider: providerOf(attributes["ai.model.provider"]),
        usesTools: usesTools(attributes),
        embeds: name.endsWith(".doEmbed"),
        isParallel: name.startsWith("ai.embedMany."),
      });
      return { part: modelPart(call, reported), place: call.context };
    }
    if (name === TOOL_CALL) {
      const call = operation.callTool(
        text(attributes["ai.toolCall.name"]) ?? "tool",
        text(attributes["ai.toolCall.id"]),
      );
      return { part: toolPart(call, reported, given, captureContent), place: call.context };
    }
    return undefined;
  };

  const run = (name: string, given: Attributes, fn: Fn): { readonly result: unknown } | undefined => {
    let begun: ReturnType<typeof begin>;
    try {
      begun = begin(name, given);
    } catch {
      return undefined;
    }
    if (begun === undefined) return undefined;
    const { span, settled } = reportingSpan(begun.part, attach);
    const result = context.with(begun.place, () => fn(span));
    if (result instanceof Promise) {
      result.then(
        (value) => settled(toolErrorOf(value)),
        (error: unknown) => settled({ error }),
      );
    } else {
      settled();
    }
    return { result };
  };

  return {
    startSpan: (...args: Parameters<Tracer["startSpan"]>) => theirs.startSpan(...args),
    startActiveSpan: (name: string, ...rest: unknown[]) => {
      const fn = rest.at(-1) as Fn;
      const given = (rest[0] as SpanOptions | undefined)?.attributes ?? {};
      const ran = run(name, given, fn);
      return ran === undefined ? theirs.startActiveSpan(name, ...(rest as [SpanOptions, Fn])) : ran.result;
    },
  };
}

/** A choice of tools is made only where there are tools. */
function usesTools(attributes: Reported["attributes"]): boolean {
  const choice = attributes["ai.prompt.toolChoice"] as { readonly input?: () => unknown } | undefined;
  return typeof choice?.input === "function" && choice.input() != null;
}

/** What the program's own tracer is told besides: its spans then count as agents and tools. */
function enrichingTracer(theirs: Tracer, telemetry: TelemetrySettings | undefined): object {
  const functionId = text(telemetry?.functionId);
  const besides = (name: string, given: Attributes): Attributes => {
    if (ROOT.test(name) && functionId !== undefined) {
      return { [ATTR.operation]: OPERATION.invokeAgent, [ATTR.agentName]: functionId };
    }
    return name === TOOL_CALL
      ? {
          [ATTR.operation]: OPERATION.executeTool,
          [ATTR.toolType]: "function",
          [ATTR.toolName]: given["ai.toolCall.name"],
          [ATTR.toolCallId]: given["ai.toolCall.id"],
        }
      : {};
  };
  return {
    startSpan: (...args: Parameters<Tracer["startSpan"]>) => theirs.startSpan(...args),
    startActiveSpan: (name: string, options: SpanOptions, ...rest: [(span: Span) => unknown]) => {
      const attributes = options?.attributes ?? {};
      return theirs.startActiveSpan(
        name,
        { ...options, attributes: { ...attributes, ...besides(name, attributes) } },
        ...rest,
      );
    },
  };
}

type Select = (given: Reported) => unknown;
type GetTracer = (telemetry?: TelemetrySettings) => Tracer;

/**
 * AI SDK 5 and 6 report to a tracer, a silent one where the program has not switched telemetry on, and leave attributes out then. Ours takes
 * the silent one's place, with the attributes as they were before they were left out; so it does where the program's own spans would come to
 * us as well. A tracer of somebody else's keeps its spans.
 */
export function adoptTracer(options: TracerOptions, { get, set }: Adopted): void {
  const getTracer = get("getTracer") as GetTracer | undefined;
  const select = get("selectTelemetryAttributes") as Select | undefined;
  if (typeof getTracer !== "function" || typeof select !== "function") return;
  const selections = new WeakMap<object, Reported>();
  const attach: Attach = (given) => (given === undefined ? undefined : selections.get(given));
  const isOurs = (tracer: Tracer): boolean => Object.getPrototypeOf(tracer) === Object.getPrototypeOf(options.tracer);

  set("selectTelemetryAttributes", (given: Reported) => {
    const selected = select(given);
    if (selected instanceof Promise) {
      selected.then(
        (attributes) => void selections.set(attributes, given),
        () => {},
      );
    } else if (typeof selected === "object" && selected !== null) {
      selections.set(selected, given);
    }
    return selected;
  });
  set("getTracer", (telemetry?: TelemetrySettings) => {
    const theirs = getTracer(telemetry);
    try {
      if (telemetry?.isEnabled !== true || isOurs(theirs)) return operationTracer(options, telemetry, theirs, attach);
      return enrichingTracer(theirs, telemetry);
    } catch {
      return theirs;
    }
  });
}

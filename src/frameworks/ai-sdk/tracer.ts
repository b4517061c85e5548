import { type Attributes, context, type SpanOptions, type Tracer } from "@opentelemetry/api";
import { ATTR } from "../../model/index.ts";
import type { AdapterOptions } from "../adapter.ts";
import type { Adopted } from "../module-hooks.ts";
import { enrichingTracer } from "./enriching-tracer.ts";
import { MODEL_CALL, ROOT, TOOL_CALL } from "./names.ts";
import { createOperation, type ModelCall, type Operation, type ToolCall } from "./operation.ts";
import {
  contentOf,
  conventional,
  metadataOf,
  providerOf,
  type Reported,
  type TelemetrySettings,
  text,
} from "./reported-attributes.ts";
import { type Attach, type Failure, type Part, reportingSpan } from "./reporting-span.ts";

export type TracerOptions = Pick<AdapterOptions, "tracer" | "clock" | "captures" | "onToolCall">;

type Fn = (span: unknown) => unknown;

function rootPart(operation: Operation, id: string, given: Attributes, isWanted: boolean): Part {
  // An object is made in one step.
  operation.start({
    id,
    attributes: metadataOf(given),
    isWorthSpan: isWanted ? true : id.endsWith("Object") ? false : undefined,
  });
  return {
    set: () => {},
    end: operation.end,
    abandon: operation.abandon,
  };
}

function modelPart(call: ModelCall, asked: Attributes): Part {
  let answered = asked;
  return {
    set: (reported) => {
      answered = { ...answered, ...conventional(reported) };
    },
    end: (failure) => {
      if (failure !== undefined) call.fail(failure.error);
      else call.end(answered);
    },
    abandon: () => call.end({ ...answered, [ATTR.streamOutcome]: "abandoned" }),
  };
}

function toolPart(call: ToolCall, asked: Reported, given: Attributes, captureContent: boolean): Part {
  const setContent = (name: string, reported: Reported, from: string): void => {
    const content = captureContent ? contentOf(reported, from) : undefined;
    if (content !== undefined) call.set({ [name]: content });
  };
  call.set(metadataOf(given));
  setContent(ATTR.toolArguments, asked, "ai.toolCall.args");
  return {
    set: (reported) => setContent(ATTR.toolResult, reported, "ai.toolCall.result"),
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
  const operation = createOperation({ ...options, functionId: text(telemetry?.functionId) });

  const begin = (
    name: string,
    given: Attributes,
  ): { readonly part: Part; readonly place: ReturnType<Operation["context"]> } | undefined => {
    const reported = attach(given);
    if (reported === undefined) return undefined;
    const { attributes } = reported;
    if (ROOT.test(name)) {
      const part = rootPart(operation, name, given, telemetry?.isEnabled === true);
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
      return { part: modelPart(call, conventional(reported)), place: call.context };
    }
    if (name === TOOL_CALL) {
      const call = operation.callTool(
        text(attributes["ai.toolCall.name"]) ?? "tool",
        text(attributes["ai.toolCall.id"]),
      );
      const toolName = text(attributes["ai.toolCall.name"]) ?? "tool";
      options.onToolCall?.(call.context, toolName, contentOf(reported, "ai.toolCall.args"));
      return { part: toolPart(call, reported, given, options.captures(call.context)), place: call.context };
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
  /** Whether the API's own tracer is one of ours: the program has no SDK. A tracer that the program gives is taken for its own. */
  const isOurs = (tracer: Tracer, telemetry: TelemetrySettings): boolean =>
    telemetry.tracer === undefined && Object.getPrototypeOf(tracer) === Object.getPrototypeOf(options.tracer);

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
      if (telemetry?.isEnabled !== true || isOurs(theirs, telemetry))
        return operationTracer(options, telemetry, theirs, attach);
      return enrichingTracer(theirs, telemetry);
    } catch {
      return theirs;
    }
  });
}

import { type Attributes, type Context, type Span, SpanKind, type Tracer, trace } from "@opentelemetry/api";
import { describeError, type ErrorDescription, failSpan } from "../../errors/index.ts";
import { ATTR, OPERATION } from "../../model/index.ts";
import type { AdapterOptions } from "../adapter.ts";
import { describeSpanError } from "./failure.ts";
import { readModelAnswer } from "./model-answer.ts";
import type { ReportedSpan, ReportedTrace, SpanData, SpanError } from "./reported-spans.ts";

type Kind = "workflow" | "agent" | "tool" | "handoff" | "guardrail" | "custom" | "model" | "plumbing";

/** Something that the framework is in the middle of. Plumbing has no span of its own and stands for that of its parent. */
export type Place = {
  readonly kind: Kind;
  readonly parent: Place | undefined;
  /** The workflow that it belongs to. */
  readonly top: Place | undefined;
  readonly span: Span | undefined;
  /** The context for what happens inside. */
  readonly context: Context;
  /** What OpenTelemetry held current at its start: while it still does, the place is the more specific one. */
  readonly outerSpan: Span | undefined;
  readonly startMs: number;
  /** What it told of an error where the framework keeps none. */
  error: SpanError | undefined;
  /** How many requests to a model the wire has shown. */
  wireCalls: number;
  /** Of a workflow: what has not ended, the agent that hands over to the next, and how its last run went wrong. */
  readonly open: Set<Place>;
  handoffFrom: string | undefined;
  failure: ErrorDescription | undefined;
  ended: boolean;
};

export type PlacesOptions = Pick<AdapterOptions, "tracer" | "clock" | "captures" | "outerContext" | "onToolCall">;

/** What the framework calls a trace that the program gave no name. */
const DEFAULT_WORKFLOW = "Agent workflow";
const FRAMEWORK = { [ATTR.framework]: "openai-agents" };
const VAGUE: ReadonlySet<string> = new Set(["unknown", "internal"]);
const NOT_SENSITIVE: ReadonlySet<unknown> = new Set(["", undefined, null]);

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

type Description = { readonly kind: Kind; readonly name?: string; readonly attributes?: Attributes };

function describe(data: SpanData, handoffFrom: string | undefined): Description {
  const name = text(data.name);
  switch (data.type) {
    case "agent":
      return {
        kind: "agent",
        name: name === undefined ? OPERATION.invokeAgent : `${OPERATION.invokeAgent} ${name}`,
        attributes: {
          [ATTR.operation]: OPERATION.invokeAgent,
          ...(name !== undefined && { [ATTR.agentName]: name }),
          ...(handoffFrom !== undefined && { [ATTR.handoffFrom]: handoffFrom }),
        },
      };
    case "function":
      return {
        kind: "tool",
        name: `${OPERATION.executeTool} ${name ?? "tool"}`,
        attributes: {
          [ATTR.operation]: OPERATION.executeTool,
          [ATTR.toolName]: name ?? "tool",
          [ATTR.toolType]: "function",
        },
      };
    case "handoff":
      return { kind: "handoff", name: "handoff" };
    case "guardrail":
      return {
        kind: "guardrail",
        name: `guardrail ${name ?? ""}`.trimEnd(),
        attributes: { ...(name !== undefined && { [ATTR.guardrailName]: name }) },
      };
    case "custom":
      return { kind: "custom", name: name ?? "custom" };
    case "generation":
    case "response":
      return { kind: "model" };
    default:
      // Runs, turns, listed tools, speech: what they do shows by itself.
      return { kind: "plumbing" };
  }
}

/** What is known of a span at its end only. */
function outcome({ kind }: Place, data: SpanData, captureContent: boolean): Attributes {
  if (kind === "guardrail") {
    return typeof data.triggered === "boolean" ? { [ATTR.guardrailTriggered]: data.triggered } : {};
  }
  if (kind === "handoff") {
    const [from, to] = [text(data.from_agent), text(data.to_agent)];
    return { ...(from && { [ATTR.handoffFrom]: from }), ...(to && { [ATTR.handoffTo]: to }) };
  }
  if (kind !== "tool" || !captureContent) return {};
  return {
    ...(!NOT_SENSITIVE.has(data.input) && { [ATTR.toolArguments]: contentOf(data.input) }),
    ...(!NOT_SENSITIVE.has(data.output) && { [ATTR.toolResult]: contentOf(data.output) }),
  };
}

function contentOf(value: unknown): string {
  if (typeof value === "string") return value;
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    return "";
  }
}

const failureOf = (kind: Kind, error: SpanError): ErrorDescription => {
  const described = describeSpanError(error);
  return kind === "tool" && VAGUE.has(described.category) ? { ...described, category: "tool" } : described;
};

/** Where the framework's run and its end decide how the workflow went: not inside a tool, whose failure may be mended. */
const isMain = ({ parent }: Place): boolean =>
  parent === undefined || parent.kind === "workflow" || (parent.kind === "plumbing" && isMain(parent));

export type Places = {
  readonly startTrace: (reported: ReportedTrace, parent: Place | undefined) => Place;
  readonly startSpan: (reported: ReportedSpan, parent: Place | undefined) => Place;
  /** A tool that the framework makes no span for. */
  readonly startTool: (name: string, parent: Place | undefined) => Place;
  readonly endSpan: (place: Place, reported: ReportedSpan) => void;
  /** `failure` is what the program's or the framework's function threw in it. */
  readonly endTrace: (place: Place, failure?: { readonly error: unknown }) => void;
  /** The context below a place, given what OpenTelemetry itself holds current. */
  readonly contextBelow: (place: Place | undefined, outer: Context) => Context;
};

export function createPlaces({ tracer, clock, captures, outerContext, onToolCall }: PlacesOptions): Places {
  const contextBelow = (place: Place | undefined, outer: Context): Context =>
    // Another span than when it began: somebody opened one inside it, and that is where we are.
    place !== undefined && trace.getSpan(outer) === place.outerSpan ? place.context : outer;

  const open = ({ kind, name, attributes }: Description, parent: Place | undefined): Place => {
    const outer = outerContext();
    const below = contextBelow(parent, outer);
    const span =
      name === undefined
        ? undefined
        : tracer.startSpan(name, { kind: SpanKind.INTERNAL, attributes: { ...attributes, ...FRAMEWORK } }, below);
    const place: Place = {
      kind,
      parent,
      top: parent?.kind === "workflow" ? parent : parent?.top,
      span,
      context: span === undefined ? below : trace.setSpan(below, span),
      outerSpan: trace.getSpan(outer),
      startMs: clock.nowMs(),
      error: undefined,
      wireCalls: 0,
      open: new Set(),
      handoffFrom: undefined,
      failure: undefined,
      ended: false,
    };
    place.top?.open.add(place);
    return place;
  };

  const close = (place: Place, complete: (span: Span) => void): void => {
    if (place.ended) return;
    place.ended = true;
    place.top?.open.delete(place);
    if (place.span === undefined) return;
    complete(place.span);
    place.span.end();
  };

  return {
    startTrace: ({ name, groupId }, parent) => {
      const workflow = text(name) ?? DEFAULT_WORKFLOW;
      const conversation = text(groupId);
      // An agent that is another one's tool has a trace of its own where runs are not traced: it is no workflow that anybody named.
      const isNested = workflow === DEFAULT_WORKFLOW && parent !== undefined;
      return open(
        {
          kind: "workflow",
          ...(!isNested && { name: `${OPERATION.invokeWorkflow} ${workflow}` }),
          attributes: {
            [ATTR.operation]: OPERATION.invokeWorkflow,
            [ATTR.workflowName]: workflow,
            ...(conversation !== undefined && { [ATTR.conversationId]: conversation }),
          },
        },
        parent,
      );
    },
    startSpan: ({ spanData = {} }, parent) => {
      const top = parent?.kind === "workflow" ? parent : parent?.top;
      const place = open(describe(spanData, top?.handoffFrom), parent);
      if (place.kind === "agent" && top !== undefined) top.handoffFrom = undefined;
      return place;
    },
    startTool: (name, parent) => open(describe({ type: "function", name }, undefined), parent),
    endSpan: (place, { spanData = {}, error }) => {
      const told = error ?? place.error;
      const failure = told === undefined || told === null ? undefined : failureOf(place.kind, told);
      const { top } = place;
      if (top !== undefined && place.kind === "handoff") top.handoffFrom = text(spanData.from_agent);
      if (top !== undefined && (place.kind === "agent" || spanData.type === "task") && isMain(place)) {
        top.failure = failure;
      }
      if (place.kind === "model" && !place.ended && place.wireCalls === 0) {
        reportModelCall({ tracer, place, data: spanData, failure });
      }
      if (place.kind === "tool" && !place.ended && !NOT_SENSITIVE.has(spanData.input)) {
        onToolCall?.(place.context, text(spanData.name) ?? "tool", spanData.input);
      }
      close(place, (span) => {
        span.setAttributes(outcome(place, spanData, captures(place.context)));
        const to = place.kind === "handoff" ? text(spanData.to_agent) : undefined;
        if (to !== undefined) span.updateName(`handoff ${to}`);
        if (failure !== undefined) failSpan(span, failure);
      });
    },
    endTrace: (place, thrown) => {
      // A run that waits for a person's approval leaves its agent open.
      for (const one of place.open) close(one, () => {});
      const failure = thrown === undefined ? place.failure : describeError(thrown.error);
      close(place, (span) => {
        if (failure !== undefined) failSpan(span, failure);
      });
    },
    contextBelow,
  };
}

type ModelReport = {
  readonly tracer: Tracer;
  readonly place: Place;
  readonly data: SpanData;
  readonly failure: ErrorDescription | undefined;
};

/** A call to a model that never showed on the wire (a model in the process, a WebSocket), where the framework knows what it used. */
function reportModelCall({ tracer, place, data, failure }: ModelReport): void {
  const answer = readModelAnswer(data);
  if (answer === undefined) return;
  const { model, attributes } = answer;
  const span = tracer.startSpan(
    model === undefined ? OPERATION.chat : `${OPERATION.chat} ${model}`,
    {
      kind: SpanKind.CLIENT,
      startTime: place.startMs,
      attributes: { [ATTR.operation]: OPERATION.chat, ...FRAMEWORK, ...attributes },
    },
    place.context,
  );
  if (failure !== undefined) failSpan(span, failure);
  span.end();
}

import { type Attributes, type Context, type Span, type SpanContext, SpanKind } from "@opentelemetry/api";
import { ATTR, INFERENCE_OPERATIONS, OPERATION } from "../model/index.ts";
import type { DebuggedRun } from "./debug-mode.ts";
import type { TailTrace } from "./sampling/tail.ts";

/** An agent run, or what stands for one outside of agents: what goes on below one span that has none above it in this process. */
export type RunOfPlace = { readonly id: string; readonly startMs: number; readonly isAgentic: boolean };

/** What is known of a span in this process besides itself: where it stands, and what its trace has come to. */
export type Place = {
  /** That of the span above it, as long as this one has not ended. */
  parent: Place | undefined;
  /** What the span says of itself by now, in canonical names; nothing new once it has ended. */
  said: (() => Attributes) | undefined;
  readonly spanContext: SpanContext;
  readonly spanKind: SpanKind;
  readonly isLocalRoot: boolean;
  kind: PlaceKind;
  operation: string | undefined;
  agent: string | undefined;
  workflow: string | undefined;
  /** The outermost agent or workflow that it lies in, itself included. */
  run: RunOfPlace;
  /** What the context carries, as attributes: session, user, request. */
  readonly carried: Attributes | undefined;
  /** With what the program has last said by setContext in it or below. */
  saidSince: Context | undefined;
  /** An agent that no other agent called. */
  isTurn: boolean;
  /** What the calls to models below have cost so far. */
  costUsd: number;
  /** By the head sampler, or because something below is recorded in full. */
  isSampled: boolean;
  /** The request that is recorded in full, which it belongs to. */
  debug: DebuggedRun | undefined;
  /** Where the trace waits for its end to be decided on. */
  readonly tail: TailTrace | undefined;
  /** A call to a model that stands below is the same call, told in more detail. */
  hasInferenceBelow: boolean;
};

/** `http`: a request by whoever's instrumentation. `agentic`: has an operation and calls no model itself. */
export type PlaceKind = "inference" | "http" | "agentic" | "other";

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

function kindOf(attributes: Attributes): PlaceKind {
  const operation = text(attributes[ATTR.operation]);
  if (operation !== undefined) return INFERENCE_OPERATIONS.has(operation) ? "inference" : "agentic";
  return ATTR.httpMethod in attributes || "http.method" in attributes ? "http" : "other";
}

const RUN_OPERATIONS: ReadonlySet<string | undefined> = new Set([OPERATION.invokeAgent, OPERATION.invokeWorkflow]);

export type NewPlace = Pick<
  Place,
  "parent" | "said" | "spanContext" | "spanKind" | "carried" | "isSampled" | "debug" | "tail"
> & {
  readonly startMs: number;
};

export function createPlace(given: NewPlace): Place {
  const { parent, startMs } = given;
  const place = lookAgain({
    parent,
    said: given.said,
    spanContext: given.spanContext,
    spanKind: given.spanKind,
    isLocalRoot: parent === undefined,
    kind: "other",
    operation: undefined,
    agent: parent?.agent,
    workflow: parent?.workflow,
    run: parent?.run ?? { id: given.spanContext.spanId, startMs, isAgentic: false },
    // A framework that keeps a context of its own may have lost ours.
    carried: given.carried ?? parent?.carried,
    saidSince: undefined,
    isTurn: false,
    costUsd: 0,
    isSampled: given.isSampled,
    debug: given.debug,
    tail: given.tail,
    hasInferenceBelow: false,
  });
  if (RUN_OPERATIONS.has(place.operation) && !place.run.isAgentic) {
    place.run = { id: place.spanContext.spanId, startMs, isAgentic: true };
  }
  return place;
}

/** The agent whose tool the run of this agent is; undefined for other runs, and for what is none. */
export function askedBy({ operation, parent }: Place): string | undefined {
  if (operation !== OPERATION.invokeAgent || parent?.operation !== OPERATION.executeTool) return undefined;
  // A tool that says so itself is counted as a handoff when it ends.
  return parent.said?.()[ATTR.handoffTo] === undefined ? parent.agent : undefined;
}

/** Some instrumentations tell what a span is only after it has begun. */
export function lookAgain(place: Place): Place {
  if (place.kind !== "other" || place.said === undefined) return place;
  const attributes = place.said();
  place.kind = kindOf(attributes);
  place.operation = text(attributes[ATTR.operation]);
  place.isTurn = place.operation === OPERATION.invokeAgent && place.parent?.agent === undefined;
  place.agent = text(attributes[ATTR.agentName]) ?? place.agent;
  place.workflow = text(attributes[ATTR.workflowName]) ?? place.workflow;
  return place;
}

/**
 * Whether an HTTP request is told of by another span as well: by that of another instrumentation right above, or as the call to a model
 * that it turned out to be.
 */
export function isToldElsewhere({ parent, spanKind, hasInferenceBelow }: Place): boolean {
  if (spanKind === SpanKind.CLIENT && hasInferenceBelow) return true;
  return parent !== undefined && parent.kind === "http" && parent.spanKind === spanKind;
}

/** Keeps the places of spans for as long as the span objects live. */
export type LineageBook = {
  readonly of: (span: object | undefined) => Place | undefined;
  /** Also where what is current is a wrapper of the span: some instrumentations make one to hide what was said. */
  readonly current: (span: Span | undefined) => Place | undefined;
  readonly begin: (span: object, place: Place) => void;
  readonly end: (place: Place) => void;
};

/** Spans that never end must not pile up for ever. */
const MAX_OPEN = 10_000;

export function createLineageBook(): LineageBook {
  const places = new WeakMap<object, Place>();
  const open = new Map<string, Place>();
  return {
    of: (span) => (span === undefined ? undefined : places.get(span)),
    current: (span) => span && (places.get(span) ?? open.get(span.spanContext().spanId)),
    begin: (span, place) => {
      places.set(span, place);
      if (open.size < MAX_OPEN) open.set(place.spanContext.spanId, place);
    },
    end: (place) => {
      open.delete(place.spanContext.spanId);
      place.parent = undefined;
      place.said = undefined;
    },
  };
}

/** Tells the spans above a call to a model that it is there, up to the agent, tool or workflow that makes it. */
export function noteInference({ parent }: Place): void {
  for (let above = parent; above !== undefined && above.kind !== "agentic"; above = above.parent) {
    if (above.hasInferenceBelow) return;
    above.hasInferenceBelow = true;
  }
}

/** Tells all that is above a call to a model what it cost. */
export function noteCost({ parent }: Place, costUsd: number): void {
  for (let above = parent; above !== undefined; above = above.parent) above.costUsd += costUsd;
}

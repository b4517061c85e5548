import type { SpanContext } from "@opentelemetry/api";
import type { TailTrace } from "./sampling/tail.ts";

/** What is known of a span in this process besides itself: where it stands, and what its trace has come to. */
export type Place = {
  /** That of the span above it, as long as this one has not ended. */
  parent: Place | undefined;
  readonly spanContext: SpanContext;
  readonly isLocalRoot: boolean;
  /** As it was when the span began. */
  readonly operation: string | undefined;
  readonly agent: string | undefined;
  readonly workflow: string | undefined;
  /** By the head sampler. */
  readonly isSampled: boolean;
  /** Where the trace waits for its end to be decided on. */
  readonly tail: TailTrace | undefined;
  readonly kind: PlaceKind;
  /** A call to a model that stands below is the same call, told in more detail. */
  hasInferenceBelow: boolean;
  hasEnded: boolean;
};

export type PlaceKind = "inference" | "http" | "agentic" | "other";

/** Keeps the places of spans for as long as the span objects live. */
export type LineageBook = {
  readonly of: (span: object | undefined) => Place | undefined;
  readonly set: (span: object, place: Place) => void;
};

export function createLineageBook(): LineageBook {
  const places = new WeakMap<object, Place>();
  return {
    of: (span) => (span === undefined ? undefined : places.get(span)),
    set: (span, place) => void places.set(span, place),
  };
}

/** Tells the spans above a call to a model that it is there, up to the agent, tool or workflow that makes it. */
export function noteInference({ parent }: Place): void {
  for (let above = parent; above !== undefined && above.kind !== "agentic"; above = above.parent) {
    if (above.hasInferenceBelow) return;
    above.hasInferenceBelow = true;
  }
}

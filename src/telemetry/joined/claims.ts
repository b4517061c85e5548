import {
  type Attributes,
  type AttributeValue,
  type Span,
  type SpanContext,
  type SpanStatus,
  SpanStatusCode,
  type TimeInput,
} from "@opentelemetry/api";
import { ATTR, OPERATION } from "../../model/index.ts";
import type { Place } from "../lineage.ts";

/** A call to a model as the wire begins to see it. */
export type WireCall = { readonly operation: string; readonly name: string };

/**
 * A span that somebody else opened around a call to a model. The wire asks for the call as soon as it knows that it is one; what it tells
 * of it then becomes part of that span as it is exported. Undefined where the span stands for another call: it needs a span of its own.
 */
export type Claimable = { readonly claim: (call: WireCall) => Span | undefined };

/** What the wire found out about the call that a span stands for. */
export type WireFacts = {
  readonly name: string;
  readonly attributes: Attributes;
  readonly status: SpanStatus;
  readonly endMs: number | undefined;
};

export type ClaimBook = {
  readonly claimable: (place: Place) => Claimable;
  /** Whether an exchange is still under way. */
  readonly isOpen: (place: Place) => boolean;
  readonly facts: (place: Place) => WireFacts | undefined;
};

type Claimed = { open: number; attempts: number; succeeded: boolean; last: WireFacts | undefined };

const isEmbedding = (operation: string): boolean => operation === OPERATION.embeddings;

/** Takes what the wire says of a call in place of a span. */
function createSink(call: WireCall, spanContext: SpanContext, onEnd: (facts: WireFacts) => void): Span {
  const attributes: Record<string, AttributeValue | undefined> = {};
  let status: SpanStatus = { code: SpanStatusCode.UNSET };
  let { name } = call;
  let ended = false;
  const sink: Span = {
    spanContext: () => spanContext,
    isRecording: () => !ended,
    setAttribute: (key, value) => {
      attributes[key] = value;
      return sink;
    },
    setAttributes: (given) => {
      Object.assign(attributes, given);
      return sink;
    },
    setStatus: (given) => {
      status = given;
      return sink;
    },
    updateName: (given) => {
      name = given;
      return sink;
    },
    addEvent: () => sink,
    addLink: () => sink,
    addLinks: () => sink,
    recordException: () => {},
    end: (endTime?: TimeInput) => {
      if (ended) return;
      ended = true;
      onEnd({ name, attributes, status, endMs: typeof endTime === "number" ? endTime : undefined });
    },
  };
  return sink;
}

/** `onSettled` is told when no exchange of a span is under way any more. */
export function createClaimBook(onSettled: (place: Place) => void): ClaimBook {
  const book = new WeakMap<Place, Claimed>();
  return {
    claimable: (place) => ({
      claim: (call) => {
        const known = book.get(place);
        // After a failure the same call is tried again; beside another request, or after an answer, it is another call.
        if (known !== undefined && (known.open > 0 || known.succeeded)) return undefined;
        if (isEmbedding(call.operation) !== isEmbedding(place.operation ?? "")) return undefined;
        const claimed = known ?? { open: 0, attempts: 0, succeeded: false, last: undefined };
        book.set(place, claimed);
        claimed.open += 1;
        claimed.attempts += 1;
        return createSink(call, place.spanContext, (facts) => {
          claimed.open -= 1;
          claimed.succeeded = facts.status.code !== SpanStatusCode.ERROR;
          const told = Number(facts.attributes[ATTR.retryCount] ?? 0);
          const retries = Math.max(told, claimed.attempts - 1);
          claimed.last = {
            ...facts,
            attributes: retries > 0 ? { ...facts.attributes, [ATTR.retryCount]: retries } : facts.attributes,
          };
          onSettled(place);
        });
      },
    }),
    isOpen: (place) => (book.get(place)?.open ?? 0) > 0,
    facts: (place) => book.get(place)?.last,
  };
}

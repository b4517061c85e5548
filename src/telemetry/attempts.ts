import type { Attributes } from "@opentelemetry/api";
import { ATTR, OPERATION } from "../model/index.ts";

/** An ended call to a model, and the step that it was made in: the object that stands for the span above it. */
export type EndedCall = {
  readonly step: object | undefined;
  readonly attributes: Attributes;
  readonly failed: boolean;
  readonly startMs: number;
  readonly endMs: number;
};

export type AttemptBook = {
  /** What the call is to one that failed before it in the same step, as attributes to add: its repetition, or what was asked instead. */
  readonly relate: (call: EndedCall) => Attributes | undefined;
};

type Failure = { readonly attributes: Attributes; readonly retryCount: number; readonly endMs: number };

/** What is the same where a request is sent again, byte for byte. */
const SAME_REQUEST = [ATTR.requestModel, ATTR.provider, ATTR.operation, ATTR.serverAddress, ATTR.requestBytes];

const retriesOf = (attributes: Attributes): number => {
  const count = attributes[ATTR.retryCount];
  return typeof count === "number" && count > 0 ? count : 0;
};

function fallbackFrom(failed: Attributes, attributes: Attributes): Attributes | undefined {
  if (attributes[ATTR.fallbackFrom] !== undefined) return undefined;
  const isEmbedding = (one: Attributes): boolean => one[ATTR.operation] === OPERATION.embeddings;
  if (isEmbedding(failed) !== isEmbedding(attributes)) return undefined;
  const changed = [ATTR.requestModel, ATTR.provider, ATTR.serverAddress].find(
    (name) => failed[name] !== attributes[name],
  );
  const from = changed === undefined ? undefined : failed[changed];
  return from === undefined ? undefined : { [ATTR.fallbackFrom]: from };
}

/**
 * Tells retries from fallbacks among the calls of one step: the next call after a failed one is a retry where it is the same request, a
 * fallback where it goes to another model, provider or server. Clients that count their retries themselves are believed. Keeps the last
 * failure of each step for as long as the step is there.
 */
export function createAttemptBook(): AttemptBook {
  const failures = new WeakMap<object, Failure>();
  return {
    relate: ({ step, attributes, failed, startMs, endMs }) => {
      if (step === undefined) return undefined;
      const before = failures.get(step);
      // A call that was under way when another failed has nothing to do with it.
      const earlier = before !== undefined && before.endMs <= startMs ? before : undefined;
      const isSame =
        earlier !== undefined && SAME_REQUEST.every((name) => earlier.attributes[name] === attributes[name]);
      const counted = retriesOf(attributes);
      const retryCount = counted === 0 && isSame ? earlier.retryCount + 1 : counted;
      if (failed) failures.set(step, { attributes, retryCount, endMs });
      else if (earlier !== undefined) failures.delete(step);
      if (retryCount > 0) return { [ATTR.retryCount]: retryCount };
      return earlier === undefined || isSame ? undefined : fallbackFrom(earlier.attributes, attributes);
    },
  };
}

import type { Attributes } from "@opentelemetry/api";
import type { Reported } from "./reported-attributes.ts";

/** What the attributes of a span were before the AI SDK left any out. */
export type Attach = (given: Attributes | undefined) => Reported | undefined;

const ERROR_STATUS = 2;

export type Failure = { readonly error: unknown };

/** What a span of the AI SDK stands for here. */
export type Part = {
  readonly set: (reported: Reported) => void;
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

/**
 * The object that the AI SDK takes for a span. It must not be reachable from the part, whose end may depend on its collection: a part keeps
 * none of what was reported to it, as that holds functions of the AI SDK, which hold the span.
 */
export function reportingSpan(
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
        if (reported !== undefined) part.set(reported);
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

import { AsyncResource } from "node:async_hooks";
import {
  type Attributes,
  type Context,
  context,
  INVALID_SPAN_CONTEXT,
  propagation,
  type Span,
  SpanKind,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { isTracingSuppressed } from "@opentelemetry/core";
import type { Clock } from "../base/index.ts";
import { publicProvider } from "../genai/index.ts";
import { ATTR } from "../model/index.ts";
import { abortedByTimer } from "./abort-origin.ts";
import type { Admission, AskedCall, Gate } from "./admission.ts";
import type { Description, Exchange, Outcome, RequestHead } from "./exchange.ts";
import { createFingerprint } from "./fingerprint.ts";
import { createRecognizer, type ModelCall, type Recognized, type RecognizerOptions } from "./recognition.ts";

/** A span that somebody else opened around a call to a model, waiting for what the wire will tell of it. */
export type Claimable = {
  readonly claim: (call: { readonly operation: string; readonly name: string }) => Span | undefined;
};

export type ObserverOptions = RecognizerOptions & {
  /** Whether what people and models say is recorded in a context. */
  readonly captures: (at: Context) => boolean;
  readonly tracer: Tracer;
  readonly clock: Clock;
  /** Told of each inference call as it begins. Returns which attempt it is, from 0, where a framework that retries knows. */
  readonly onInferenceStart: (provider: string, model: string, userAgent: string) => number | undefined;
  /** The span that is current, where it stands for a call to a model. */
  readonly claimable: (context: Context) => Claimable | undefined;
  /** Asked before calls to models go out from a place; undefined where nothing has to be. */
  readonly admission?: (context: Context) => Admission | undefined;
  /** Whether spans of an instrumentation scope are made by somebody else. */
  readonly isInstrumented: (scope: string) => boolean;
  readonly onInferenceEnd: (provider: string, model: string) => void;
};

/** Watches outgoing requests. `addHeader` is how the trace context travels on; a transport that cannot leaves it out. */
export type RequestObserver = (
  head: RequestHead,
  addHeader?: (name: string, value: string) => void,
) => Exchange | undefined;

/** An exchange whose kind is known. */
type Seen = { readonly span: Span; readonly description: Description };

/** `heardMs`: when something of the answer last came. */
type OpenExchange = { heardMs: number | undefined; readonly leave: () => void };

export type RequestWatch = {
  readonly observe: RequestObserver;
  /** Ends what is under way as abandoned: the program ends, and no more will be heard of it. */
  readonly leaveAll: () => void;
};

/** Answers that a program never reads must not pile up for ever. */
const MAX_OPEN = 10_000;
/**
 * An answer of which nothing came for so long is read by nobody: servers that are silent are cut off by every transport before, what
 * remains is what a program holds back by not reading on.
 */
const LEFT_AFTER_MS = 15 * 60_000;
const LOOK_EVERY_MS = 60_000;
/** Nobody is told of its end, so that the collector need not look after it. */
const PLACE_OPTIONS = { requireManualDestroy: true };

/** `error.type` of a call that was stopped here. */
const REFUSED = "budget_exceeded";

/** A name that stands for none is no name. */
const asked = ({ provider, model }: ModelCall): AskedCall => ({
  provider,
  model: model === "unknown" ? undefined : model,
});

const NO_SPAN = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);

/** axios calls it canceled. */
const ABORT_NAMES = new Set(["AbortError", "ResponseAborted", "CanceledError"]);

function outcomeOf(error: unknown): Outcome {
  const { name, code, message } = (error ?? {}) as { name?: unknown; code?: unknown; message?: unknown };
  if (typeof name === "string" && ABORT_NAMES.has(name)) {
    return abortedByTimer()
      ? { kind: "failed", type: "timeout", message: "the client gave up waiting" }
      : { kind: "abandoned" };
  }
  const type = typeof code === "string" ? code : typeof name === "string" ? name : "error";
  return {
    kind: "failed",
    type: type === "TimeoutError" ? "timeout" : type,
    message: typeof message === "string" ? message : "",
  };
}

/** The trace context goes to the program's own services, never to a public model provider, which has no use for it. */
function propagate(to: Context, head: RequestHead, addHeader: (name: string, value: string) => void): void {
  if (publicProvider(head.host) !== undefined) return;
  const setter = {
    set: (carrier: typeof addHeader, name: string, value: string) => {
      if (head.header(name) === undefined) carrier(name, value);
    },
  };
  // Propagators of others may look at what is current.
  context.with(to, () => propagation.inject(context.active(), addHeader, setter));
}

/** OpenTelemetry's own instrumentation of a transport: where it is at work, plain requests are its to describe and headers its to add. */
const INSTRUMENTATION: Readonly<Record<NonNullable<RequestHead["transport"]>, string>> = {
  undici: "@opentelemetry/instrumentation-undici",
  http: "@opentelemetry/instrumentation-http",
};

/** Makes one span per request: an inference span where path and body are a model's API, an HTTP client span where nothing knows it. */
export function createRequestObserver(options: ObserverOptions): RequestWatch {
  const { tracer, clock, isInstrumented, onInferenceStart, onInferenceEnd } = options;
  const recognizer = createRecognizer(options);
  const open = new Set<OpenExchange>();
  let lookedMs = 0;
  /** Without a timer: what piles up piles up with new requests. */
  const leaveForgotten = (nowMs: number): void => {
    if (nowMs - lookedMs < LOOK_EVERY_MS) return;
    lookedMs = nowMs;
    for (const { heardMs, leave } of open) {
      if (heardMs !== undefined && nowMs - heardMs > LEFT_AFTER_MS) leave();
    }
  };
  const observe: RequestObserver = (head, addHeader) => {
    const outer = context.active();
    if (isTracingSuppressed(outer)) return undefined;
    const startMs = clock.nowMs();
    leaveForgotten(startMs);
    const recognition = recognizer(head, startMs, options.captures(outer), (name, attributes) =>
      tellBatch(name, attributes),
    );
    const isForeign = head.transport !== undefined && isInstrumented(INSTRUMENTATION[head.transport]);
    if (!recognition.mayBeMore && isForeign) return undefined;
    // What the body shows is heard of elsewhere, perhaps where another request is sent: frameworks are asked about this place. A resource
    // costs a tenth of what a snapshot does, which makes a function of itself.
    const place = new AsyncResource("agent-observatory.request", PLACE_OPTIONS);
    const startSpan = (): Span =>
      tracer.startSpan(
        head.method,
        {
          kind: SpanKind.CLIENT,
          startTime: startMs,
          attributes: { [ATTR.serverAddress]: head.host, [ATTR.serverPort]: head.port },
        },
        outer,
      );
    // Whether the request is the call that another span stands for already shows with its body.
    const claimable = recognition.mayBeCall ? options.claimable(outer) : undefined;
    // A plain request is the other instrumentation's to tell of.
    let span = claimable === undefined && !isForeign ? startSpan() : undefined;
    if (addHeader !== undefined && !isForeign) {
      propagate(span === undefined ? outer : trace.setSpan(outer, span), head, addHeader);
    }

    const admission = recognition.mayBeCall ? options.admission?.(outer) : undefined;
    const fingerprint = admission?.countsRequests === true ? createFingerprint() : undefined;
    let recognized: Recognized | undefined;
    let release: (() => void) | undefined;
    let refused = false;
    let seen: Seen | undefined;
    let inference: ModelCall | undefined;
    let requestBytes = 0;
    let ended = false;

    /** What the calls of a batch used is told by a span of its own, below the request that fetched it. */
    const tellBatch = (name: string, attributes: Attributes): void => {
      const above = span === undefined || span === NO_SPAN ? outer : trace.setSpan(outer, span);
      tracer.startSpan(name, { attributes }, above).end();
    };

    /** What the exchange is shows only when its request body is there. */
    const describe = (): Seen => {
      if (seen !== undefined) return seen;
      recognized ??= recognition.recognize();
      const { described, call } = recognized;
      const { name } = described;
      if (call !== undefined) span ??= claimable?.claim({ operation: call.operation, name });
      const isTold = isForeign && call === undefined && described.attributes[ATTR.httpMethod] !== undefined;
      span ??= isTold ? NO_SPAN : startSpan();
      span.updateName(name);
      span.setAttributes(described.attributes);
      if (call !== undefined || described.attributes[ATTR.provider] !== undefined) {
        span.setAttribute(ATTR.requestBytes, requestBytes);
      }
      if (call !== undefined) {
        inference = call;
        const { provider, model } = call;
        if (!refused) release ??= admission?.begin(asked(call));
        const attempt = place.runInAsyncScope(
          onInferenceStart,
          undefined,
          provider,
          model,
          head.header("user-agent") ?? "",
        );
        if (attempt !== undefined && attempt > 0) span.setAttribute(ATTR.retryCount, attempt);
      }
      seen = { span, description: described.description };
      return seen;
    };

    const end = (outcome: Outcome): void => {
      if (ended) return;
      ended = true;
      open.delete(exchange);
      const endMs = clock.nowMs();
      const { span: described, description } = describe();
      try {
        description.end(described, outcome);
      } finally {
        // Whatever an answer does to its reader, no span stays open.
        if (inference !== undefined) onInferenceEnd(inference.provider, inference.model);
        // Who hears of it (budgets, patterns of errors) may call the program back: in the context of the request, not of the connection.
        place.runInAsyncScope(described.end, described, endMs);
        release?.();
      }
    };

    const refuse = (error: Error): void => {
      refused = true;
      end({ kind: "failed", type: REFUSED, message: error.message });
    };
    const decide = (digest: string | undefined): Error | "unsure" | undefined => {
      const known = recognition.recognize();
      if (known.call === undefined) return "unsure";
      const verdict = admission?.decide(asked(known.call), digest);
      if (verdict instanceof Error) {
        recognized = known;
        refuse(verdict);
      } else if (verdict === undefined) {
        // Counted at once, so that calls which are made at the same time know of each other.
        release ??= admission?.begin(asked(known.call));
      }
      return verdict;
    };
    const gate: Gate | undefined =
      admission?.mayRefuse === true
        ? {
            byPlace: () => decide(undefined),
            byBody: () => {
              const verdict = decide(fingerprint?.digest() ?? "");
              return verdict instanceof Error ? verdict : undefined;
            },
          }
        : undefined;

    const exchange: OpenExchange = { heardMs: undefined, leave: () => end({ kind: "abandoned" }) };
    if (open.size < MAX_OPEN) open.add(exchange);

    return {
      requestChunk: (chunk) => {
        requestBytes += chunk.length;
        fingerprint?.feed(chunk);
        recognition.requestChunk(chunk);
      },
      requestEnd: () => {
        describe();
        const digest = inference === undefined ? undefined : fingerprint?.digest();
        // A client that repeats a request after a failure is no loop.
        const isRepeated = Number(head.header("x-stainless-retry-count") ?? 0) > 0;
        if (inference !== undefined && digest !== undefined && !isRepeated) admission?.count(asked(inference), digest);
      },
      responseHead: (status, header) => {
        exchange.heardMs = clock.nowMs();
        describe().description.responseHead(status, header);
      },
      responseChunk: (chunk) => {
        exchange.heardMs = clock.nowMs();
        describe().description.responseChunk(chunk, exchange.heardMs);
      },
      responseEnd: () => end({ kind: "complete" }),
      fail: (error) => end(outcomeOf(error)),
      ...(gate !== undefined && { gate }),
    };
  };
  return {
    observe,
    leaveAll: () => {
      for (const { leave } of open) leave();
    },
  };
}

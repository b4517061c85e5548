import { context, propagation, type Span, SpanKind, type Tracer, trace } from "@opentelemetry/api";
import { isTracingSuppressed } from "@opentelemetry/core";
import type { Clock } from "../base/index.ts";
import { createJsonReader, type JsonProjector, publicProvider, WIRE_FORMATS, type WireFormat } from "../genai/index.ts";
import { ATTR } from "../model/index.ts";
import { abortedByTimer } from "./abort-origin.ts";
import type { Description, Exchange, Outcome, RequestHead } from "./exchange.ts";
import { describeHttpClient } from "./http-client.ts";
import { describeInference, MAX_CAPTURED_BODY_BYTES } from "./inference.ts";

export type ObserverOptions = {
  readonly tracer: Tracer;
  readonly clock: Clock;
  readonly captureContent: boolean;
  /** Told of each inference call as it begins. Returns which attempt it is, from 0, where a framework that retries knows. */
  readonly onInferenceStart: (provider: string, model: string, userAgent: string) => number | undefined;
  readonly onInferenceEnd: (provider: string, model: string) => void;
};

/** Watches outgoing requests. `addHeader` is how the trace context travels on; a transport that cannot leaves it out. */
export type RequestObserver = (
  head: RequestHead,
  addHeader?: (name: string, value: string) => void,
) => Exchange | undefined;

export type RequestWatch = {
  readonly observe: RequestObserver;
  /** Ends what is under way as abandoned: the program ends, and no more will be heard of it. */
  readonly leaveAll: () => void;
};

/** Answers that a program never reads must not pile up for ever. */
const MAX_OPEN = 10_000;

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
function propagate(span: Span, head: RequestHead, addHeader: (name: string, value: string) => void): void {
  if (publicProvider(head.host) !== undefined) return;
  propagation.inject(trace.setSpan(context.active(), span), addHeader, {
    set: (carrier, name, value) => {
      if (head.header(name) === undefined) carrier(name, value);
    },
  });
}

function createRequestReader(format: WireFormat, captureContent: boolean): JsonProjector {
  return captureContent ? createJsonReader(true, MAX_CAPTURED_BODY_BYTES) : createJsonReader(format.requestTemplate);
}

/** Makes one span per request: an inference span where path and body are a model's API, an HTTP client span otherwise. */
export function createRequestObserver(options: ObserverOptions): RequestWatch {
  const { tracer, clock, captureContent, onInferenceStart, onInferenceEnd } = options;
  const open = new Set<() => void>();
  const observe: RequestObserver = (head, addHeader) => {
    if (isTracingSuppressed(context.active())) return undefined;
    const startMs = clock.nowMs();
    const format = WIRE_FORMATS.find((one) => one.matches(head));
    const requestReader = format && createRequestReader(format, captureContent);
    const span = tracer.startSpan(head.method, {
      kind: SpanKind.CLIENT,
      startTime: startMs,
      attributes: { [ATTR.serverAddress]: head.host, [ATTR.serverPort]: head.port },
    });
    if (addHeader !== undefined) propagate(span, head, addHeader);

    let description: Description | undefined;
    let inference: { provider: string; model: string } | undefined;
    let requestBytes = 0;
    let ended = false;

    /** What the exchange is shows only when its request body is there. */
    const describe = (): Description => {
      if (description !== undefined) return description;
      const facts =
        requestReader &&
        format?.readRequest(requestReader.result(), { target: head, captureContent, header: head.header });
      const described =
        format !== undefined && facts !== undefined
          ? describeInference(format, head, facts, startMs, captureContent)
          : describeHttpClient(head);
      span.updateName(described.name);
      span.setAttributes(described.attributes);
      if (facts !== undefined) {
        inference = { provider: String(described.attributes[ATTR.provider]), model: facts.model ?? "unknown" };
        span.setAttribute(ATTR.requestBytes, requestBytes);
        const attempt = onInferenceStart(inference.provider, inference.model, head.header("user-agent") ?? "");
        if (attempt !== undefined && attempt > 0) span.setAttribute(ATTR.retryCount, attempt);
      }
      description = described.description;
      return description;
    };

    const end = (outcome: Outcome): void => {
      if (ended) return;
      ended = true;
      open.delete(leave);
      const endMs = clock.nowMs();
      describe().end(span, outcome);
      if (inference !== undefined) onInferenceEnd(inference.provider, inference.model);
      span.end(endMs);
    };

    const leave = (): void => end({ kind: "abandoned" });
    if (open.size < MAX_OPEN) open.add(leave);

    return {
      requestChunk: (chunk) => {
        requestBytes += chunk.length;
        requestReader?.feed(chunk);
      },
      requestEnd: () => void describe(),
      responseHead: (status, header) => describe().responseHead(status, header),
      responseChunk: (chunk) => describe().responseChunk(chunk, clock.nowMs()),
      responseEnd: () => end({ kind: "complete" }),
      fail: (error) => end(outcomeOf(error)),
    };
  };
  return {
    observe,
    leaveAll: () => {
      for (const leave of open) leave();
    },
  };
}

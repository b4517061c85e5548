import {
  type Context,
  context,
  isSpanContextValid,
  type Span,
  type SpanContext,
  type SpanOptions,
  type Tracer,
  type TracerProvider,
  trace,
} from "@opentelemetry/api";
import { type IdGenerator, RandomIdGenerator } from "@opentelemetry/sdk-trace";

/** Ids that are made up, or those of a span that stands for the same. */
export type BorrowedIds = IdGenerator & {
  /** The span that `start` makes gets these ids. */
  readonly lend: (ids: SpanContext, start: () => Span) => Span;
  readonly isLending: () => boolean;
};

export function createBorrowedIds(): BorrowedIds {
  const random = new RandomIdGenerator();
  let lent: SpanContext | undefined;
  return {
    generateTraceId: () => lent?.traceId ?? random.generateTraceId(),
    generateSpanId: () => lent?.spanId ?? random.generateSpanId(),
    isLending: () => lent !== undefined,
    lend: (ids, start) => {
      lent = ids;
      try {
        return start();
      } finally {
        lent = undefined;
      }
    },
  };
}

export type SwitchingOptions = {
  readonly own: TracerProvider;
  /** The provider of the program, while it has one through which spans can be made for both. */
  readonly foreign: () => TracerProvider | undefined;
  readonly ids: BorrowedIds;
};

type Callback = (span: Span) => unknown;

/**
 * A tracer that makes its spans through the program's provider as soon and as long as there is one. What that one does not record (its
 * sampler drops it, or it was shut down) is recorded by ours, with the same ids.
 */
function createSwitchingTracer(
  { own, foreign, ids }: SwitchingOptions,
  name: string,
  version: string | undefined,
  options: { readonly schemaUrl?: string } | undefined,
): Tracer {
  const ownTracer = own.getTracer(name, version, options);
  const startSpan = (spanName: string, given?: SpanOptions, at: Context = context.active()): Span => {
    const provider = foreign();
    if (provider === undefined) return ownTracer.startSpan(spanName, given, at);
    const span = provider.getTracer(name, version, options).startSpan(spanName, given, at);
    const spanContext = span.spanContext();
    if (span.isRecording() || !isSpanContextValid(spanContext)) return span;
    return ids.lend(spanContext, () => ownTracer.startSpan(spanName, given, at));
  };
  return {
    startSpan,
    startActiveSpan: (spanName: string, ...rest: unknown[]): unknown => {
      const run = rest.pop() as Callback;
      const [given, at = context.active()] = rest as [SpanOptions?, Context?];
      const span = startSpan(spanName, given, at);
      return context.with(trace.setSpan(at, span), run, undefined, span);
    },
  } as Tracer;
}

export type SwitchingProvider = TracerProvider & {
  /** Instrumentation scopes that were asked for. */
  readonly scopes: ReadonlySet<string>;
};

/** What the program is given while it has no provider of its own, and ours always. */
export function createSwitchingProvider(options: SwitchingOptions): SwitchingProvider {
  const scopes = new Set<string>();
  const tracers = new Map<string, Tracer>();
  return {
    scopes,
    getTracer: (name, version, tracerOptions) => {
      const key = `${name}@${version ?? ""}:${tracerOptions?.schemaUrl ?? ""}`;
      const tracer = tracers.get(key) ?? createSwitchingTracer(options, name, version, tracerOptions);
      tracers.set(key, tracer);
      scopes.add(name);
      return tracer;
    },
  };
}

import type { TracerProvider } from "@opentelemetry/api";
import type { SpanProcessor } from "@opentelemetry/sdk-trace";

/** What is known of the insides of OpenTelemetry's own providers (1.x; 2.x and 3.x), and of others that take processors. */
type Insides = {
  readonly getDelegate?: () => unknown;
  /** 2.x, 3.x. */
  readonly _activeSpanProcessor?: { _spanProcessors?: readonly SpanProcessor[] };
  /** 1.x. */
  activeSpanProcessor?: SpanProcessor;
  readonly getActiveSpanProcessor?: () => SpanProcessor;
  readonly addSpanProcessor?: (processor: SpanProcessor) => void;
  readonly _tracers?: unknown;
};

const isProvider = (value: unknown): value is TracerProvider & Insides =>
  typeof value === "object" && value !== null && typeof (value as Insides & TracerProvider).getTracer === "function";

/** The provider behind the API's proxies; undefined while there is none. */
export function behindProxies(given: unknown): (TracerProvider & Insides) | undefined {
  let provider = given;
  for (let depth = 0; depth < 5 && isProvider(provider) && typeof provider.getDelegate === "function"; depth += 1) {
    provider = provider.getDelegate();
  }
  // What the API says while nothing is registered makes spans of nothing.
  return isProvider(provider) && provider.constructor?.name !== "NoopTracerProvider" ? provider : undefined;
}

/** Both processors, the program's own first, as if only that one were there. */
function joined(theirs: SpanProcessor, ours: SpanProcessor): SpanProcessor {
  return {
    onStart: (span, context) => {
      theirs.onStart(span, context);
      ours.onStart(span, context);
    },
    onEnding: (span) => {
      theirs.onEnding?.(span);
      ours.onEnding?.(span);
    },
    onEnd: (span) => {
      theirs.onEnd(span);
      ours.onEnd(span);
    },
    forceFlush: () => theirs.forceFlush(),
    shutdown: () => theirs.shutdown(),
  };
}

/** In 1.x each span asks the provider for its processor, which changes as the program adds some. */
function joinActive(provider: Insides, processor: SpanProcessor): void {
  let theirs = provider.activeSpanProcessor as SpanProcessor;
  let both = joined(theirs, processor);
  Object.defineProperty(provider, "activeSpanProcessor", {
    configurable: true,
    enumerable: true,
    get: () => both,
    set: (next: SpanProcessor) => {
      theirs = next;
      both = joined(theirs, processor);
    },
  });
}

/**
 * Lets `processor` see every span that the program's provider records, without the program's own processors noticing. Not by
 * `addSpanProcessor` where there is another way: in 1.x the first call of that ends the exporter which the environment chose. Says whether
 * there was a way.
 */
export function attachProcessor(provider: TracerProvider, processor: SpanProcessor): boolean {
  const insides = provider as Insides;
  const multi = insides._activeSpanProcessor;
  if (multi !== undefined && Array.isArray(multi._spanProcessors)) {
    // A new list: the old one may be the program's own array.
    multi._spanProcessors = [...multi._spanProcessors, processor];
    return true;
  }
  if (typeof insides.getActiveSpanProcessor === "function" && insides.activeSpanProcessor !== undefined) {
    joinActive(insides, processor);
    return true;
  }
  if (typeof insides.addSpanProcessor !== "function") return false;
  insides.addSpanProcessor(processor);
  return true;
}

/** The instrumentation scopes that a provider made tracers for. */
export function tracerNames(provider: TracerProvider | undefined): string[] {
  const tracers = (provider as Insides | undefined)?._tracers;
  if (!(tracers instanceof Map)) return [];
  // `name@version:schema`; names may begin with an @ of their own.
  return [...tracers.keys()].map((key) => String(key).replace(/(.)@[^@]*$/, "$1"));
}

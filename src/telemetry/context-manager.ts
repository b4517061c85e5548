import { type Context, context as contextApi, ROOT_CONTEXT, type Span, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";

/**
 * Some frameworks keep their own asynchronous context (LangChain does) and offer no place to set OpenTelemetry's. A bridge looks
 * into it when the current context is asked for, and returns the span that is current there if it is more specific than that of `current`.
 */
export type ContextBridge = (current: Context) => Span | undefined;

/** OpenTelemetry's context on AsyncLocalStorage, with bridges to the contexts of frameworks. */
export class BridgedContextManager extends AsyncLocalStorageContextManager {
  readonly #bridges: ContextBridge[] = [];
  #origin: Context = ROOT_CONTEXT;

  addBridge(bridge: ContextBridge): void {
    this.#bridges.push(bridge);
  }

  override active(): Context {
    const current = this.unbridged();
    for (const bridge of this.#bridges) {
      const span = bridge(current);
      // All else that the current context carries (baggage, suppression) stays.
      if (span !== undefined) return trace.setSpan(current, span);
    }
    return current;
  }

  /** Sets what is current where nothing else is: the context in which this process or thread was started. */
  startFrom(origin: Context): void {
    this.#origin = origin;
  }

  #own(): Context {
    const current = super.active();
    return current === ROOT_CONTEXT ? this.#origin : current;
  }

  /** The context without any bridge: what the program or one of our wrappers made current. */
  unbridged(): Context {
    return this.#own();
  }
}

/** The ids of the current span, for a log line. */
export function activeSpanIds(): { traceId: string; spanId: string; traceFlags: number } | undefined {
  const span = trace.getSpanContext(contextApi.active());
  return span === undefined || !trace.isSpanContextValid(span) ? undefined : span;
}

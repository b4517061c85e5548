import { AsyncLocalStorage } from "node:async_hooks";
import {
  type Context,
  type ContextManager,
  context as contextApi,
  ROOT_CONTEXT,
  type Span,
  trace,
} from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";

/**
 * Some frameworks keep their own asynchronous context (LangChain does) and offer no place to set OpenTelemetry's. A bridge looks
 * into it when the current context is asked for, and returns the span that is current there if it is more specific than that of `current`.
 */
export type ContextBridge = (current: Context) => Span | undefined;

/** A context that was made current for the rest of a turn, and what the program's own manager held current then. */
type Attached = { readonly context: Context; readonly theirs: Context };

/**
 * OpenTelemetry's context on AsyncLocalStorage, with bridges to the contexts of frameworks. A context manager that the program registers
 * carries the context instead, as some do more than that (Sentry's forks its scopes); ours then asks it, and the bridges still work.
 */
export class BridgedContextManager extends AsyncLocalStorageContextManager {
  readonly #bridges: ContextBridge[] = [];
  #origin: Context = ROOT_CONTEXT;
  readonly #attached = new AsyncLocalStorage<Attached | undefined>();
  #theirs: ContextManager | undefined;
  #theirRoot: Context | undefined;
  #wasAsked = false;

  addBridge(bridge: ContextBridge): void {
    this.#bridges.push(bridge);
  }

  /**
   * Lets the program's own context manager carry the context from now on. False for one that asks ours in turn: there is nothing to be
   * done, and both would ask each other for ever.
   */
  carryBy(theirs: ContextManager): boolean {
    if (theirs === this) return false;
    this.#wasAsked = false;
    const theirRoot = theirs.active();
    if (this.#wasAsked) return false;
    this.#theirs = theirs;
    this.#theirRoot = theirRoot;
    return true;
  }

  override active(): Context {
    this.#wasAsked = true;
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
    if (this.#theirs === undefined) return this.#own();
    const theirs = this.#theirs.active();
    const attached = this.#attached.getStore();
    if (attached !== undefined && attached.theirs === theirs) return attached.context;
    // What began before the program registered its manager is still carried by ours.
    return theirs === this.#theirRoot ? this.#own() : theirs;
  }

  override with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    context: Context,
    fn: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    const theirs = this.#theirs;
    if (theirs === undefined) return super.with(context, fn, thisArg, ...args);
    if (this.#attached.getStore() === undefined) return theirs.with(context, fn, thisArg, ...args);
    return this.#attached.run(undefined, () => theirs.with(context, fn, thisArg, ...args));
  }

  override bind<T>(context: Context, target: T): T {
    return this.#theirs === undefined ? super.bind(context, target) : this.#theirs.bind(context, target);
  }

  override attach(context: Context): ReturnType<AsyncLocalStorageContextManager["attach"]> {
    if (this.#theirs === undefined) return super.attach(context);
    const before = this.#attached.getStore();
    this.#attached.enterWith({ context, theirs: this.#theirs.active() });
    return { dispose: () => this.#attached.enterWith(before) };
  }

  /** What the program disables is its own manager, if it has one. */
  override disable(): this {
    if (this.#theirs === undefined) return super.disable();
    this.#theirs.disable();
    this.#theirs = undefined;
    return this;
  }
}

/** The ids of the current span, for a log line. */
export function activeSpanIds(): { traceId: string; spanId: string; traceFlags: number } | undefined {
  const span = trace.getSpanContext(contextApi.active());
  return span === undefined || !trace.isSpanContextValid(span) ? undefined : span;
}

import type { Context, Span, Tracer } from "@opentelemetry/api";
import type { Clock } from "../base/index.ts";
import type { AdoptedFile } from "./module-hooks.ts";

/** What every adapter of a framework is made with. */
export type AdapterOptions = {
  readonly tracer: Tracer;
  readonly clock: Clock;
  /** Whether what people, models or tools say in a context goes on a span. */
  readonly captures: (at: Context) => boolean;
  /** The current context without any bridge: what the program or one of our wrappers made current. */
  readonly outerContext: () => Context;
  /** Told of each call of a tool, in the context below it. The arguments are looked at, and not kept. */
  readonly onToolCall?: ((at: Context, name: string, args: unknown) => void) | undefined;
};

/** Makes spans of what a framework does. Lives as long as the process. */
export type Adapter = {
  /** As in `AGENT_OBSERVATORY_DISABLED_INSTRUMENTATIONS`. */
  readonly name: string;
  readonly files: readonly AdoptedFile[];
  /**
   * For a framework that keeps an asynchronous context of its own: the span of what the program is inside of there, where that is more
   * specific than the span of `current`.
   */
  readonly bridge?: (current: Context) => Span | undefined;
};

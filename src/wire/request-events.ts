import type { EventEmitter } from "node:events";
import { type Context, context, trace } from "@opentelemetry/api";

type Emit = (this: EventEmitter, ...args: unknown[]) => boolean;

/**
 * Node tells of a request's body, of its end and of the connection's from where the connection came to be, or from the request before it. Whoever
 * listens is meant to be in this request: what is emitted from elsewhere is emitted inside of it. From within it nothing changes.
 */
export function emitInside(emitter: EventEmitter, begun: Context, upToDate: (begun: Context) => Context): void {
  const traceId = trace.getSpanContext(begun)?.traceId;
  Object.defineProperty(emitter, "emit", {
    configurable: true,
    writable: true,
    enumerable: false,
    value: function (this: EventEmitter, ...args: unknown[]) {
      // Looked up each time: frameworks change the prototypes of requests.
      const emit = Reflect.get(Object.getPrototypeOf(emitter) as object, "emit", this) as Emit;
      if (trace.getSpanContext(context.active())?.traceId === traceId) return emit.apply(this, args);
      return context.with(upToDate(begun), emit, this, ...args);
    },
  });
}

/**
 * What passes over HTTP, seen through Node's own diagnostics channels: calls to models become inference spans, other requests
 * HTTP spans. Nothing of the program is replaced. May touch genai (formats); never throws into the program, never keeps a body.
 */
import type { Context, Tracer } from "@opentelemetry/api";
import { observeHttp2 } from "./http2.ts";
import { observeHttp2Server } from "./http2-server.ts";
import { observeNodeHttpClient } from "./node-http-client.ts";
import { observeNodeHttpServer } from "./node-http-server.ts";
import { createRequestObserver, type ObserverOptions } from "./observer.ts";
import { observeUndici } from "./undici.ts";

export type { Admission, AskedCall } from "./admission.ts";

export type WireOptions = ObserverOptions & {
  /** Makes a context current for the rest of the turn. */
  readonly enter: (context: Context) => void;
  /** The context of a request that is served, with what the program has said of it since. */
  readonly upToDate?: (begun: Context) => Context;
  /** Told of a fault of ours, once per kind. */
  readonly onFault: (error: unknown) => void;
};

export type Wire = {
  /** Ends what is under way as abandoned: the program ends, and no more will be heard of it. */
  readonly leaveAll: () => void;
  readonly stop: () => void;
};

/** Starts watching. */
export function startWire(options: WireOptions): Wire {
  const guard = (step: () => void): void => {
    try {
      step();
    } catch (error) {
      options.onFault(error);
    }
  };
  const { observe, leaveAll } = createRequestObserver(options);
  const stops = [
    observeUndici(observe, guard),
    observeNodeHttpClient(observe, guard),
    observeHttp2(observe, guard),
    observeNodeHttpServer(options.tracer as Tracer, options, options.isInstrumented, guard),
    observeHttp2Server(options.tracer as Tracer, options, guard),
  ];
  return {
    leaveAll: () => guard(leaveAll),
    stop: () => {
      for (const stop of stops) stop();
    },
  };
}

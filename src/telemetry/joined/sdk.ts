import {
  type Attributes,
  type Context,
  type ContextManager,
  ProxyTracerProvider,
  type Tracer,
  type TracerProvider,
  trace,
} from "@opentelemetry/api";
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from "@opentelemetry/core";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { SamplingDecision, TracerProvider as SdkTracerProvider, type SpanProcessor } from "@opentelemetry/sdk-trace";
import type { Diagnostics } from "../../base/index.ts";
import { BridgedContextManager } from "../context-manager.ts";
import type { DebugMode } from "../debug-mode.ts";
import type { HeadSampler } from "../sampling/head.ts";
import { type ApiGlobals, holdApiGlobals } from "./api-globals.ts";
import { createDiscreetPropagator } from "./discreet-propagator.ts";
import { attachProcessor, behindProxies, tracerNames } from "./foreign-provider.ts";
import { createBorrowedIds, createSwitchingProvider } from "./tracer.ts";

export type SdkOptions = {
  /** Hosts on public networks that are the program's own. */
  readonly contextHosts: readonly string[];
  /** Whether what happens in a context is recorded in full. */
  readonly isDebugged: (context: Context) => boolean;
  readonly receiveDebug: DebugMode["receive"];
  readonly scope: string;
  readonly version: string;
  readonly attributes: Attributes;
  readonly headSampler: HeadSampler;
  /** See the spans of our provider, and those of the program's own. */
  readonly own: SpanProcessor;
  readonly joined: SpanProcessor;
  readonly loggerProvider: object;
  readonly diagnostics: Diagnostics;
  readonly onFault: (error: unknown) => void;
};

export type Sdk = {
  /** Makes our spans: through the program's SDK as well, where it has one. */
  readonly tracer: Tracer;
  readonly contextManager: BridgedContextManager;
  /** Whether our spans are made through the program's SDK. */
  readonly hasForeign: () => boolean;
  /** Whether spans of this instrumentation scope are made by somebody in the program. */
  readonly isInstrumented: (scope: string) => boolean;
  /** Leaves the places of the API to the program. */
  readonly close: () => void;
};

/** What the API's proxies and their users look at besides `getTracer`. */
type Proxy = { setDelegate?: (provider: TracerProvider) => void };

/**
 * The OpenTelemetry SDK of this process. It stands where the API looks for one until the program registers its own, before or after us;
 * from then on the program's is the global one, our spans are made through it, and all of its spans are seen by ours.
 */
export function startSdk(options: SdkOptions): Sdk {
  const { scope, version, headSampler, isDebugged, receiveDebug, diagnostics, onFault } = options;
  const ids = createBorrowedIds();
  const own = new SdkTracerProvider({
    resource: resourceFromAttributes(options.attributes),
    idGenerator: ids,
    // Every span is recorded, whatever is said of its export: the metrics are made from spans.
    sampler: {
      shouldSample: (context, traceId) => {
        // What stands for a span that the program's own sampler left out must not make its children be sampled there.
        const sampled =
          !ids.isLending() && (isDebugged(context) || headSampler(traceId, trace.getSpanContext(context)));
        return { decision: sampled ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.RECORD };
      },
      toString: () => "AgentObservatory",
    },
    spanProcessors: [options.own],
  });

  const guarded = <T>(step: () => T): T | undefined => {
    try {
      return step();
    } catch (error) {
      onFault(error);
      return undefined;
    }
  };
  /** Whether our spans can be made through a provider: only if ours hears of them there. */
  const attached = new WeakMap<object, boolean>();
  const attach = (provider: TracerProvider): boolean => {
    const known = attached.get(provider);
    if (known !== undefined) return known;
    const isAttached = guarded(() => attachProcessor(provider, options.joined)) ?? false;
    attached.set(provider, isAttached);
    if (!isAttached) {
      diagnostics.warnOnce(
        "foreign-sdk",
        `spans of the program's own tracing (${provider.constructor?.name ?? "unknown"}) cannot be seen; it goes on undisturbed, and what is observed here is recorded beside it.`,
      );
    }
    return isAttached;
  };
  const held: { api?: ApiGlobals } = {};
  const ours = new WeakSet<object>([own]);
  const registered = (): TracerProvider | undefined => {
    const given = held.api?.foreign("trace");
    const provider = given === undefined ? undefined : behindProxies(given);
    // A program may register what it found, which was ours, or a wrapper of it.
    return provider === undefined || ours.has(provider) ? undefined : provider;
  };
  const foreign = (): TracerProvider | undefined => {
    const provider = registered();
    return provider !== undefined && attach(provider) ? provider : undefined;
  };

  const contextManager = new BridgedContextManager();
  const switching = createSwitchingProvider({ own, foreign, ids });
  // Programs look at the global provider as the proxy that the API puts there.
  const proxy = new ProxyTracerProvider();
  const shown = Object.assign(Object.create(own) as TracerProvider, { getTracer: switching.getTracer });
  ours.add(shown);
  proxy.setDelegate(shown);

  const onForeignTrace = (given: object): void => {
    // The API registers its proxy first, and then tells it whom it stands for.
    const waiting = given as Proxy;
    const { setDelegate } = waiting;
    if (typeof setDelegate !== "function") return;
    waiting.setDelegate = (provider) => {
      delete waiting.setDelegate;
      setDelegate.call(waiting, provider);
      guarded(foreign);
    };
  };

  held.api = holdApiGlobals({
    ours: {
      trace: proxy,
      context: contextManager,
      propagation: createDiscreetPropagator(
        new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
        { contextHosts: options.contextHosts, isDebugged, receiveDebug },
      ),
      logs: options.loggerProvider,
    },
    onForeign: (slot, given) =>
      guarded(() => {
        if (slot === "trace") onForeignTrace(given);
        if (slot !== "context") return undefined;
        return contextManager.carryBy(given as ContextManager) ? contextManager : undefined;
      }),
  });

  // One that was there before us.
  foreign();

  return {
    tracer: switching.getTracer(scope, version),
    contextManager,
    hasForeign: () => foreign() !== undefined,
    isInstrumented: (name) => switching.scopes.has(name) || tracerNames(registered()).includes(name),
    close: () => held.api?.close(),
  };
}

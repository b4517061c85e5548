import { type Context, context, createContextKey, type Span, trace } from "@opentelemetry/api";
import { ATTR } from "../../model/index.ts";
import type { Adapter, AdapterOptions } from "../adapter.ts";
import type { Adopted, AdoptedFile } from "../module-hooks.ts";
import { type Method, replaceMethod } from "../replace-method.ts";
import { createPlaces, type Place } from "./places.ts";
import type { ReportedSpan, ReportedTrace, SpanError } from "./reported-spans.ts";

export type OpenAiAgentsAdapter = Adapter & {
  readonly bridge: (current: Context) => Span | undefined;
  /** To be called when the wire sees a call to a model: the framework's report of it is then not a second one. */
  readonly claimModelCall: () => void;
};

type Prototype = { readonly prototype?: object } | undefined;
type CurrentContext = { readonly span: () => object | null; readonly trace: () => object | null };
type Runner = { readonly config?: { readonly tracingDisabled?: boolean } };

const PACKAGE = "@openai/agents-core";
/** A tool that the framework makes no span for, in the context inside it. */
const UNTRACED_TOOL = createContextKey("agent-observatory openai-agents tool");

/**
 * Makes spans of what the OpenAI Agents SDK does. Its trace processors hear nothing where tracing is switched off (by the program, without an
 * exporter, in tests), so we follow the objects that it makes in any case, silent ones instead: nothing is exported that was not before.
 */
export function createOpenAiAgentsAdapter(options: AdapterOptions): OpenAiAgentsAdapter {
  const places = createPlaces(options);
  /** By the framework's own objects, and by the copies that it makes of them. */
  const placeOf = new WeakMap<object, Place>();
  const parentOf = new WeakMap<object, Place>();
  /** What the program said of a trace, which a silent one forgets. */
  const tracesAsked = new WeakMap<object, ReportedTrace>();
  /** What the program is inside of by the framework's own account, in each copy of it that was loaded. */
  const contexts: CurrentContext[] = [];
  const current = (): Place | undefined => {
    for (const { span, trace: whole } of contexts) {
      const object = span() ?? whole();
      if (object) return placeOf.get(object) ?? parentOf.get(object);
    }
    return undefined;
  };

  const untracedTool = (): Place | undefined => context.active().getValue(UNTRACED_TOOL) as Place | undefined;

  const attempt = (step: () => void): void => {
    try {
      step();
    } catch {
      // A fault of ours must not end a run.
    }
  };
  /** Calls the original, and `besides` with what it returned. */
  const follow = (
    target: Prototype,
    method: string,
    besides: (self: object, args: unknown[], result: unknown) => void,
  ): void => {
    if (target?.prototype === undefined) return;
    replaceMethod(
      target.prototype,
      method,
      (original): Method =>
        function (this: object, ...args: unknown[]) {
          const result: unknown = original.apply(this, args);
          attempt(() => besides(this, args, result));
          return result;
        },
    );
  };
  /** Calls `besides` before the original. */
  const precede = (target: Prototype, method: string, besides: (self: object, args: unknown[]) => void): void => {
    if (target?.prototype === undefined) return;
    replaceMethod(
      target.prototype,
      method,
      (original): Method =>
        function (this: object, ...args: unknown[]) {
          attempt(() => besides(this, args));
          return original.apply(this, args);
        },
    );
  };
  const copyPlace = (self: object, _: unknown[], copy: unknown): void => {
    const place = placeOf.get(self);
    if (place !== undefined && typeof copy === "object" && copy !== null) placeOf.set(copy, place);
  };

  const startSpan = (self: object): void => {
    if (placeOf.has(self)) return;
    placeOf.set(self, places.startSpan(self as ReportedSpan, parentOf.get(self) ?? current()));
  };
  const endSpan = (self: object): void => {
    const place = placeOf.get(self);
    if (place !== undefined) places.endSpan(place, self as ReportedSpan);
  };
  const startTrace = (self: object): void => {
    const known = placeOf.get(self);
    if (known?.ended === false) return;
    // A run that goes on after an approval begins its trace once more.
    const parent = known?.parent ?? parentOf.get(self) ?? untracedTool();
    placeOf.set(self, places.startTrace(tracesAsked.get(self) ?? (self as ReportedTrace), parent));
  };
  const endTrace = (self: object): void => {
    const place = placeOf.get(self);
    if (place !== undefined) places.endTrace(place);
  };

  const adoptSpans = ({ get }: Adopted): void => {
    for (const target of [get("Span"), get("NoopSpan")] as Prototype[]) {
      precede(target, "start", startSpan);
      precede(target, "end", endSpan);
    }
    follow(get("Span") as Prototype, "clone", copyPlace);
    precede(get("NoopSpan") as Prototype, "setError", (self, [error]) => {
      const place = placeOf.get(self);
      if (place !== undefined) place.error = (error ?? undefined) as SpanError | undefined;
    });
  };
  const adoptTraces = ({ get }: Adopted): void => {
    for (const target of [get("Trace"), get("NoopTrace")] as Prototype[]) {
      precede(target, "start", startTrace);
      precede(target, "end", endTrace);
    }
    follow(get("Trace") as Prototype, "clone", copyPlace);
  };
  const adoptContext = ({ get, set }: Adopted): void => {
    const [span, whole] = [get("getCurrentSpan"), get("getCurrentTrace")] as [
      CurrentContext["span"]?,
      CurrentContext["trace"]?,
    ];
    if (typeof span !== "function" || typeof whole !== "function") return;
    contexts.push({ span, trace: whole });
    // A trace whose function throws is not ended by the framework.
    const local = "_wrapFunctionWithTraceLifecycle";
    const wrap = get(local) as ((...args: unknown[]) => () => Promise<unknown>) | undefined;
    if (typeof wrap !== "function") return;
    set(local, (...args: unknown[]) => {
      const run = wrap(...args);
      return async () => {
        const begun = whole();
        try {
          return await run();
        } catch (error) {
          attempt(() => {
            const place = begun ? placeOf.get(begun) : undefined;
            if (place !== undefined) places.endTrace(place, { error });
          });
          throw error;
        }
      };
    });
  };
  const adoptProvider = ({ get }: Adopted): void => {
    const provider = get("TraceProvider") as Prototype;
    follow(provider, "createTrace", (_, [given], made) => {
      if (typeof made !== "object" || made === null) return;
      tracesAsked.set(made, (given ?? {}) as ReportedTrace);
      const parent = current();
      if (parent !== undefined) parentOf.set(made, parent);
    });
    follow(provider, "createSpan", (_, [, given], made) => {
      if (typeof made !== "object" || made === null) return;
      const parent = (typeof given === "object" && given !== null ? placeOf.get(given) : undefined) ?? current();
      if (parent !== undefined) parentOf.set(made, parent);
    });
  };

  /** Where a run is not traced, tools have not even a silent span. */
  const adoptTools = ({ get, set }: Adopted): void => {
    const run = get("withToolFunctionSpan") as
      | ((runner: Runner, name: string, ...rest: unknown[]) => Promise<unknown>)
      | undefined;
    if (typeof run === "function") {
      set("withToolFunctionSpan", async (runner: Runner, name: string, ...rest: unknown[]) => {
        if (runner?.config?.tracingDisabled !== true) return run(runner, name, ...rest);
        let place: Place | undefined;
        attempt(() => {
          place = places.startTool(name, current());
        });
        const tool = place;
        if (tool === undefined) return run(runner, name, ...rest);
        try {
          return await context.with(tool.context.setValue(UNTRACED_TOOL, tool), () => run(runner, name, ...rest));
        } catch (error) {
          tool.error = { message: String(error) };
          throw error;
        } finally {
          attempt(() => places.endSpan(tool, {}));
        }
      });
    }
    for (const local of ["emitToolStart", "emitFunctionToolStart"]) {
      const emit = get(local) as ((...args: unknown[]) => unknown) | undefined;
      if (typeof emit !== "function") continue;
      set(local, (...args: unknown[]) => {
        attempt(() => {
          const callId = (args[4] as { readonly callId?: unknown } | undefined)?.callId;
          const place = untracedTool() ?? current();
          if (typeof callId === "string" && place?.kind === "tool") place.span?.setAttribute(ATTR.toolCallId, callId);
        });
        return emit(...args);
      });
    }
  };

  const file = (path: string, locals: readonly string[], adopt: (adopted: Adopted) => void): AdoptedFile => ({
    packageName: PACKAGE,
    path: `dist/${path}`,
    locals,
    adopt,
  });
  return {
    name: "openai-agents",
    files: [
      file("tracing/spans", ["Span", "NoopSpan"], adoptSpans),
      file("tracing/traces", ["Trace", "NoopTrace"], adoptTraces),
      file("tracing/context", ["getCurrentSpan", "getCurrentTrace", "_wrapFunctionWithTraceLifecycle"], adoptContext),
      file("tracing/provider", ["TraceProvider"], adoptProvider),
      file("runner/toolExecution", ["withToolFunctionSpan", "emitToolStart", "emitFunctionToolStart"], adoptTools),
    ],
    bridge: (active) => {
      const place = current();
      return place !== undefined && trace.getSpan(active) === place.outerSpan
        ? trace.getSpan(place.context)
        : undefined;
    },
    claimModelCall: () => {
      const place = current();
      if (place?.kind === "model") place.wireCalls += 1;
    },
  };
}

import { type Context, context, createContextKey, type Span } from "@opentelemetry/api";
import { type Method, replaceMethod } from "../replace-method.ts";

/** What LangChain announces from inside one of its methods: a call of a model, of a retriever, or the run of a streaming chain. */
export type AnnouncedKind = "model" | "retriever" | "chain";

/** The inside of such a method, which learns whose it is when the run is announced. */
export type Inside = {
  readonly kind: AnnouncedKind;
  /** A call for several prompts announces several. */
  readonly runIds: string[];
  /** Where what happens inside belongs. */
  context: Context | undefined;
  /** What OpenTelemetry held current at the announcement: while it still does, the run is the more specific place. */
  outerSpan: Span | undefined;
};

const INSIDE = createContextKey("agent-observatory.langchain.inside");

export const insideOf = (current: Context): Inside | undefined => current.getValue(INSIDE) as Inside | undefined;

/** Tells the method whose inside `outer` is which run it is. The first chain is the method's own, those after it are within. */
export function announce(
  outer: Context,
  kind: AnnouncedKind,
  run: { readonly id: string; readonly context: Context; readonly outerSpan: Span | undefined },
): void {
  const inside = insideOf(outer);
  if (inside?.kind !== kind || (kind !== "model" && inside.runIds.length > 0)) return;
  inside.runIds.push(run.id);
  inside.context = run.context;
  inside.outerSpan = run.outerSpan;
}

export type InsideObserver = (prototype: object, name: string, kind: AnnouncedKind) => void;

type Generator = Record<"next" | "return" | "throw", Method>;

/**
 * Gives the calls of a method an inside. `onLeft` is told of runs whose stream the program has left early, as it leaves it or, where the
 * library keeps that to itself (LangGraph does), once nobody can read on any more.
 */
export function createInsideObserver(
  outerContext: () => Context,
  onLeft: (inside: Inside, isForgotten: boolean) => void,
): InsideObserver {
  const forgotten = new FinalizationRegistry<Inside>((inside) => onLeft(inside, true));
  return (prototype, name, kind) => {
    replaceMethod(
      prototype,
      name,
      (original) =>
        function (this: unknown, ...args) {
          const inside: Inside = { kind, runIds: [], context: undefined, outerSpan: undefined };
          const within = outerContext().setValue(INSIDE, inside);
          const result: unknown = context.with(within, () => original.apply(this, args));
          const isStream = typeof result === "object" && result !== null && Symbol.asyncIterator in result;
          if (!isStream || !("next" in result)) return result;
          followStream(result as unknown as Generator, within, () => onLeft(inside, false));
          forgotten.register(result, inside);
          return result;
        },
    );
  };
}

/** The body of a generator runs where it is asked for the next value: by methods of its own it does so inside. */
function followStream(stream: Generator, within: Context, onLeft: () => void): void {
  for (const name of ["next", "return", "throw"] as const) {
    const original = stream[name];
    const value = (...args: unknown[]): unknown => {
      const result: unknown = context.with(within, () => original.apply(stream, args));
      if (name === "next" || !(result instanceof Promise)) return result;
      // A link of the chain, so that a rejection that nobody handles stays one.
      return result.finally(onLeft);
    };
    Object.defineProperty(stream, name, { configurable: true, writable: true, enumerable: false, value });
  }
}

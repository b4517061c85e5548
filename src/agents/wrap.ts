import { type Attributes, context, type Span, SpanKind, trace } from "@opentelemetry/api";
import { describeError, failSpan } from "../errors/index.ts";
import { ATTR } from "../model/index.ts";
import { runningTelemetry } from "../telemetry/index.ts";
import { followPromise, isThenable } from "./follow-promise.ts";

/** How a kind of span is made from the name that the program gives. */
export type SpanRecipe = {
  readonly operation: string;
  readonly nameAttribute: string;
  readonly inputAttribute: string;
  readonly outputAttribute: string;
};

// biome-ignore lint/suspicious/noExplicitAny: any function of the program may be wrapped, with its own types kept.
export type AnyFunction = (this: any, ...args: any[]) => any;

const TRACER = "agent-observatory";

function contentOf(value: unknown): string | undefined {
  try {
    return typeof value === "string" ? value : JSON.stringify(value);
  } catch {
    return undefined;
  }
}

function capture(span: Span, attribute: string, value: unknown): void {
  if (runningTelemetry()?.captureContent !== true || value === undefined) return;
  const content = contentOf(value);
  if (content !== undefined) span.setAttribute(attribute, content);
}

function fail(span: Span, thrown: unknown): void {
  failSpan(span, describeError(thrown));
  span.end();
}

type AnyGenerator = Generator | AsyncGenerator;

function isGenerator(value: unknown): value is AnyGenerator {
  const tag = typeof value === "object" && value !== null ? Reflect.get(value, Symbol.toStringTag) : undefined;
  return tag === "Generator" || tag === "AsyncGenerator";
}

/**
 * Runs each step of a generator inside the span and ends the span with the generator. The object stays the program's own; only
 * its three stepping methods are shadowed.
 */
function followGenerator(generator: AnyGenerator, span: Span): AnyGenerator {
  const inside = trace.setSpan(context.active(), span);
  let ended = false;
  const finish = (thrown?: { readonly error: unknown }): void => {
    if (ended) return;
    ended = true;
    if (thrown === undefined) span.end();
    else fail(span, thrown.error);
  };
  const settle = (result: IteratorResult<unknown>): IteratorResult<unknown> => {
    if (result.done === true) finish();
    return result;
  };
  for (const method of ["next", "return", "throw"] as const) {
    const original = generator[method] as (...args: unknown[]) => unknown;
    Object.defineProperty(generator, method, {
      configurable: true,
      writable: true,
      value: (...args: unknown[]): unknown => {
        try {
          const step = context.with(inside, () => original.apply(generator, args));
          if (!(step instanceof Promise)) return settle(step as IteratorResult<unknown>);
          return step.then(settle as never, (error: unknown) => {
            finish({ error });
            throw error;
          });
        } catch (error) {
          finish({ error });
          throw error;
        }
      },
    });
  }
  return generator;
}

/** Follows what the wrapped function returned until it is settled, and returns what the program is to have. */
function followResult(result: unknown, span: Span, recipe: SpanRecipe): unknown {
  const fulfilled = (value: unknown): void => {
    capture(span, recipe.outputAttribute, value);
    span.end();
  };
  try {
    if (isGenerator(result)) return followGenerator(result, span);
    if (isThenable(result)) return followPromise(result, { fulfilled, rejected: (error) => fail(span, error) });
    fulfilled(result);
  } catch {
    // An object that cannot be looked at, or not be changed, is the program's own affair.
    span.end();
  }
  return result;
}

/** Wraps a function so that each call of it is a span; arguments, `this`, result and errors are the program's own. */
export function wrapFunction<F extends AnyFunction>(recipe: SpanRecipe, name: string, extra: Attributes, fn: F): F {
  const attributes = { [ATTR.operation]: recipe.operation, [recipe.nameAttribute]: name, ...extra };
  const wrapped = function (this: unknown, ...args: unknown[]): unknown {
    const tracer = runningTelemetry()?.tracer ?? trace.getTracer(TRACER);
    const span = tracer.startSpan(`${recipe.operation} ${name}`, { kind: SpanKind.INTERNAL, attributes });
    capture(span, recipe.inputAttribute, args.length === 1 ? args[0] : args);
    let result: unknown;
    try {
      result = context.with(trace.setSpan(context.active(), span), () => fn.apply(this, args));
    } catch (error) {
      fail(span, error);
      throw error;
    }
    return followResult(result, span, recipe);
  };
  Object.defineProperties(wrapped, {
    name: { value: fn.name || name, configurable: true },
    length: { value: fn.length, configurable: true },
  });
  return wrapped as unknown as F;
}

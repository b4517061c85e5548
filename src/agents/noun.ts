import { context } from "@opentelemetry/api";
import { runningTelemetry, type Telemetry } from "../telemetry/index.ts";
import { admit, isAsync } from "./admission.ts";
import { followPromise, isThenable } from "./follow-promise.ts";
import { followStream } from "./follow-stream.ts";
import {
  captureInput,
  endCall,
  endWithError,
  endWithOutput,
  type RecordedCall,
  type SpanRecipe,
  startCall,
} from "./recorded-call.ts";
import { type LlmRun, NO_RUN, type Run, runOf, type StartedRun } from "./run.ts";

// biome-ignore lint/suspicious/noExplicitAny: any function of the program may be wrapped, with its own types kept.
export type AnyFunction = (this: any, ...args: any[]) => any;

/** What a decorator gets of its place: TypeScript's ClassMethodDecoratorContext, and more than that at run time. */
export type MethodDecorator = <F extends AnyFunction>(
  method: F,
  // biome-ignore lint/suspicious/noExplicitAny: of any class.
  place: ClassMethodDecoratorContext<any, F>,
) => F;

/** Options of a decorator: the name is the method's where none is given. */
export type NameOptional<O> = O extends { readonly name: string }
  ? Omit<O, "name"> & { readonly name?: string }
  : Partial<O>;

/** One kind of run in its four forms. */
export type Noun<O extends object, R extends Run = Run> = {
  /** Wraps a function: each call of it is a run. Arguments, `this`, result and errors are the program's own. */
  <F extends AnyFunction>(options: string | O, fn: F): F;
  /** Decorates a method (TC39 decorators), also a static or private one. Throws a TypeError for anything but a method. */
  (options?: string | NameOptional<O>): MethodDecorator;
  // biome-ignore lint/suspicious/noExplicitAny: of any class.
  <F extends AnyFunction>(method: F, place: ClassMethodDecoratorContext<any, F>): F;
  /** Calls `fn` as a run, with a handle of it, and returns what it returns. */
  readonly run: <T>(options: string | O, fn: (run: R) => T) => T;
  /** Starts a run that the program ends itself, by `end()` or `using`. What happens meanwhile does not lie in it. */
  readonly start: (options: string | O) => R & StartedRun;
};

/** Makes the span of a call from the options; `fallback` is the name where they have none. */
export type RecipeOf<O> = (options: O, fallback: string) => SpanRecipe;

/** Follows what a function returned until it is settled or read to its end, and returns what the program is to have. */
function followResult(result: unknown, call: RecordedCall): unknown {
  const fulfilled = (value: unknown): void => {
    try {
      if (!followStream(value, call)) endWithOutput(call, value);
    } catch {
      endCall(call);
    }
  };
  try {
    if (isThenable(result)) {
      return followPromise(result, { fulfilled, rejected: (error) => endWithError(call, error) });
    }
    fulfilled(result);
  } catch {
    // An object that cannot be looked at, or not be changed, is the program's own affair.
    endCall(call);
  }
  return result;
}

/** Runs `work` inside of a call, which ends as that does. */
export function record(call: RecordedCall, work: () => unknown): unknown {
  let result: unknown;
  try {
    result = context.with(call.inside, work);
  } catch (error) {
    endWithError(call, error);
    throw error;
  }
  return followResult(result, call);
}

/** Undefined where nothing is recorded, or a fault of ours keeps it from that. */
function started(telemetry: Telemetry | undefined, recipe: SpanRecipe): RecordedCall | undefined {
  try {
    return telemetry && startCall(telemetry, recipe);
  } catch {
    return undefined;
  }
}

/** What a budget has stopped is a run that failed at once. */
function refuse(call: RecordedCall, error: Error, fn: unknown): unknown {
  endWithError(call, error);
  if (isAsync(fn)) return Promise.reject(error);
  throw error;
}

function wrapFunction<F extends AnyFunction>(recipe: SpanRecipe, name: string, fn: F): F {
  const wrapped = function (this: unknown, ...args: unknown[]): unknown {
    const call = started(runningTelemetry(), recipe);
    if (call === undefined) return fn.apply(this, args);
    const given = args.length === 1 ? args[0] : args;
    captureInput(call, given);
    const refused = admit(call, given);
    if (refused !== undefined) return refuse(call, refused, fn);
    return record(call, () => fn.apply(this, args));
  };
  // An asynchronous function is to be known as one.
  Object.setPrototypeOf(wrapped, Object.getPrototypeOf(fn));
  const { prototype: _prototype, ...own } = Object.getOwnPropertyDescriptors(fn) as Record<string, PropertyDescriptor>;
  delete own["arguments"];
  delete own["caller"];
  Object.defineProperties(wrapped, {
    ...own,
    name: { value: fn.name || name, configurable: true },
    length: { value: fn.length, configurable: true },
  });
  return wrapped as unknown as F;
}

type Place = { readonly kind?: unknown; readonly name?: unknown };

function methodName({ name }: Place): string {
  if (typeof name === "symbol") return name.description ?? "";
  return String(name).replace(/^#/, "");
}

/** The place of a decorated method. Throws a TypeError for everything else. */
function checkPlace(noun: string, decorated: unknown, place: unknown): Place {
  const given = (typeof place === "object" && place !== null ? place : {}) as Place;
  if (given.kind === undefined) {
    throw new TypeError(
      `@${noun} is a decorator as ECMAScript has them, and was called as one of TypeScript's older kind. Compile without experimentalDecorators, or wrap the function: ${noun}(name, fn).`,
    );
  }
  if (given.kind !== "method" || typeof decorated !== "function") {
    const article = given.kind === "accessor" ? "an" : "a";
    throw new TypeError(
      `@${noun} decorates methods, and ${String(given.name)} is ${article} ${String(given.kind)}. Put it on a method, or wrap a function: ${noun}(name, fn).`,
    );
  }
  return given;
}

/** Builds the four forms of a kind of run. Options that cannot be read count as none. */
export function createNoun<O extends object, R extends Run = Run>(noun: string, recipeOf: RecipeOf<O>): Noun<O, R> {
  const optionsOf = (given: unknown): O => {
    if (typeof given === "string") return { name: given } as unknown as O;
    return (typeof given === "object" && given !== null ? given : {}) as O;
  };
  const nameOf = (options: object): string | undefined => {
    const { name } = options as { readonly name?: unknown };
    return typeof name === "string" && name !== "" ? name : undefined;
  };
  const wrap = (options: O, fallback: string, fn: AnyFunction): AnyFunction =>
    wrapFunction(recipeOf(options, fallback), nameOf(options) ?? fallback, fn);

  const create = (first: unknown, second: unknown): unknown => {
    if (typeof first === "function") return wrap({} as O, methodName(checkPlace(noun, first, second)), first as never);
    if (typeof second === "function") return wrap(optionsOf(first), second.name || noun, second as AnyFunction);
    return (decorated: unknown, place: unknown): unknown => {
      const method = checkPlace(noun, decorated, place);
      return wrap(optionsOf(first), methodName(method), decorated as AnyFunction);
    };
  };
  const run = (options: unknown, fn: (run: R) => unknown): unknown => {
    const telemetry = runningTelemetry();
    const call = telemetry && started(telemetry, recipeOf(optionsOf(options), noun));
    if (call === undefined) return fn(NO_RUN as unknown as R);
    const refused = admit(call, undefined);
    if (refused !== undefined) return refuse(call, refused, fn);
    return record(call, () => fn(runOf(call) as unknown as R));
  };
  const start = (options: unknown): LlmRun & StartedRun => {
    const telemetry = runningTelemetry();
    const call = telemetry && started(telemetry, recipeOf(optionsOf(options), noun));
    return call === undefined ? NO_RUN : runOf(call);
  };
  return Object.assign(create, { run, start }) as unknown as Noun<O, R>;
}

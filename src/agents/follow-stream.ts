import { errorMonitor } from "node:events";
import { type Context, context } from "@opentelemetry/api";
import { followPromise } from "./follow-promise.ts";
import { endAbandoned, endWithError, endWithOutput, type RecordedCall } from "./recorded-call.ts";
import { shadow } from "./shadow.ts";

/** What becomes of a stream of values. Each may be told more than once; the first end counts. */
type StreamEnd = {
  readonly item: (value: unknown) => void;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
  readonly left: () => void;
  /** Runs a step of the stream where the call runs. */
  readonly step: <T>(run: () => T) => T;
};

type Members = Record<PropertyKey, unknown>;

/** Of what a stream gave, so much is captured. */
const MAX_ITEMS = 1000;
const MAX_CHARACTERS = 65_536;

function collectItems(): { readonly add: (value: unknown) => void; readonly all: () => unknown } {
  const items: unknown[] = [];
  let characters = 0;
  return {
    add: (value) => {
      if (items.length >= MAX_ITEMS || characters >= MAX_CHARACTERS || ArrayBuffer.isView(value)) return;
      if (typeof value === "string") characters += value.length;
      items.push(value);
    },
    all: () => {
      if (items.length === 0) return undefined;
      return items.every((item) => typeof item === "string") ? items.join("") : items;
    },
  };
}

// Apart from what holds the stream itself: who holds the end must not keep the stream from being collected.
function createEnd(call: RecordedCall): StreamEnd {
  const items = call.captureContent ? collectItems() : undefined;
  return {
    item: (value) => items?.add(value),
    done: () => endWithOutput(call, items?.all()),
    failed: (error) => endWithError(call, error),
    left: () => endAbandoned(call),
    step: (run) => context.with(call.inside, run),
  };
}

/** Streams that the program drops without a word. */
const dropped = new FinalizationRegistry<StreamEnd>((end) => end.left());

/** Lets `around` make what a method of this one object returns, where it has the method. */
function replace(target: object, name: PropertyKey, around: (original: () => unknown) => unknown): void {
  const original = (target as Members)[name];
  if (typeof original !== "function") return;
  shadow(target, name, function (this: unknown, ...args) {
    return around(() => original.apply(this, args));
  });
}

/** Follows each step of an iterator. The object stays the program's own; only its three stepping methods are shadowed. */
function followIterator<T extends object>(iterator: T, end: StreamEnd): T {
  for (const name of ["next", "return", "throw"] as const) {
    const settle = (result: unknown): unknown => {
      const { done, value } = (result ?? {}) as { readonly done?: unknown; readonly value?: unknown };
      if (done !== true) end.item(value);
      else end.done();
      return result;
    };
    replace(iterator, name, (original) => {
      try {
        const step = end.step(original);
        if (!(step instanceof Promise)) return settle(step);
        return step.then(settle, (error: unknown) => {
          end.failed(error);
          throw error;
        });
      } catch (error) {
        end.failed(error);
        throw error;
      }
    });
  }
  return iterator;
}

const tagOf = (value: object): unknown => Reflect.get(value, Symbol.toStringTag);

function isGenerator(value: object): boolean {
  const tag = tagOf(value);
  return tag === "Generator" || tag === "AsyncGenerator";
}

/** Lets each step of a generator run in a context, whoever takes it. Does nothing to any other value. */
export function stepInside(value: unknown, inside: Context): void {
  try {
    if (typeof value !== "object" || value === null || !isGenerator(value)) return;
    for (const name of ["next", "return", "throw"]) replace(value, name, (original) => context.with(inside, original));
  } catch {
    // An object that cannot be looked at, or not be changed, is the program's own affair.
  }
}

function followReader(reader: unknown, end: StreamEnd): unknown {
  if (typeof reader !== "object" || reader === null) return reader;
  replace(reader, "read", (original) =>
    followPromise(end.step(original) as Promise<unknown>, {
      fulfilled: (result) => {
        const { done, value } = result as { readonly done: boolean; readonly value: unknown };
        if (done) end.done();
        else end.item(value);
      },
      rejected: end.failed,
    }),
  );
  replace(reader, "cancel", (original) => {
    end.left();
    return end.step(original);
  });
  return reader;
}

/** By whatever way the program reads it: readers, iteration, pipes, branches. */
function followWebStream(stream: object, end: StreamEnd): void {
  dropped.register(stream, end);
  replace(stream, "getReader", (original) => followReader(original(), end));
  for (const name of ["values", Symbol.asyncIterator]) {
    replace(stream, name, (original) => followIterator(original() as object, end));
  }
  replace(stream, "cancel", (original) => {
    end.left();
    return end.step(original);
  });
  replace(stream, "pipeTo", (original) =>
    followPromise(original() as Promise<unknown>, { fulfilled: end.done, rejected: end.failed }),
  );
  const followBranch = (branch: unknown): void => {
    if (typeof branch === "object" && branch !== null && tagOf(branch) === "ReadableStream") {
      followWebStream(branch, end);
    }
  };
  replace(stream, "pipeThrough", (original) => {
    const piped = original();
    followBranch(piped);
    return piped;
  });
  replace(stream, "tee", (original) => {
    const branches = original() as readonly unknown[];
    for (const branch of branches) followBranch(branch);
    return branches;
  });
}

type NodeStream = {
  readonly once: (event: string | symbol, listener: (error: unknown) => void) => unknown;
  readonly closed?: boolean;
  readonly errored?: unknown;
  readonly readableEnded?: boolean;
};

const isNodeStream = (value: object): value is NodeStream =>
  "_readableState" in value && "once" in value && typeof value.once === "function";

function followNodeStream(stream: NodeStream, end: StreamEnd): void {
  const closed = (): void => {
    if (stream.errored !== undefined && stream.errored !== null) end.failed(stream.errored);
    else if (stream.readableEnded === true) end.done();
    else end.left();
  };
  if (stream.closed === true) {
    closed();
    return;
  }
  dropped.register(stream, end);
  stream.once("close", closed);
  // Not every stream closes, and a listener to errors themselves would count as somebody who handles them.
  stream.once("end", end.done);
  stream.once(errorMonitor, end.failed);
}

function followAsyncIterable(iterable: object, end: StreamEnd): void {
  dropped.register(iterable, end);
  replace(iterable, Symbol.asyncIterator, (original) => followIterator(original() as object, end));
  // The helpers of SDKs can be listened to instead of read; they tell their end whichever it was.
  const { on } = iterable as { readonly on?: unknown };
  if (typeof on === "function") on.call(iterable, "end", end.done);
}

/** Follows a stream of values (generator, web stream, Node stream, async iterable) until its end. False where `value` is none. */
export function followStream(value: unknown, call: RecordedCall): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (isGenerator(value)) {
    const end = createEnd(call);
    followIterator(value, end);
    dropped.register(value, end);
  } else if (tagOf(value) === "ReadableStream") followWebStream(value, createEnd(call));
  else if (isNodeStream(value)) followNodeStream(value, createEnd(call));
  else if (typeof Reflect.get(value, Symbol.asyncIterator) === "function") followAsyncIterable(value, createEnd(call));
  else return false;
  return true;
}

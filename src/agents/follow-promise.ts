import { type Method, shadow } from "./shadow.ts";

/** What is to be told of a promise once it is settled. Each is called once at most. */
export type Settlement = {
  readonly fulfilled: (value: unknown) => void;
  readonly rejected: (error: unknown) => void;
};

// biome-ignore lint/suspicious/noExplicitAny: as every promise has it.
type Thenable = { then: (...args: any[]) => unknown };

function onceOnly(settlement: Settlement): Settlement {
  let settled = false;
  const first = (tell: (value: unknown) => void) => (value: unknown) => {
    if (settled) return;
    settled = true;
    tell(value);
  };
  return { fulfilled: first(settlement.fulfilled), rejected: first(settlement.rejected) };
}

/** Lets the program subscribe as it would, and hears what its subscription hears. */
function shadowThen(thenable: Thenable, settlement: Settlement, onSubscribe: () => void): void {
  const { then } = thenable;
  shadow(thenable, "then", function (this: unknown, onFulfilled, onRejected, ...rest) {
    onSubscribe();
    const fulfilled = (value: unknown): unknown => {
      settlement.fulfilled(value);
      return typeof onFulfilled === "function" ? onFulfilled(value) : value;
    };
    const rejected = (error: unknown): unknown => {
      settlement.rejected(error);
      if (typeof onRejected === "function") return onRejected(error);
      throw error;
    };
    return then.call(this as Thenable, fulfilled, rejected, ...rest);
  });
}

/** An own class of promise that behaves as promises do: it is subscribed to at once, without making its rejection a handled one. */
function followEager(promise: Promise<unknown>, settlement: Settlement): void {
  let subscribed = false;
  Promise.prototype.then.call(promise, settlement.fulfilled, (error: unknown) => {
    settlement.rejected(error);
    // An `await` subscribes a little later than its promise may reject; whoever has not by then leaves it unhandled.
    return new Promise<void>((resolve, reject) => setImmediate(() => (subscribed ? resolve() : reject(error))));
  });
  const { then } = promise;
  shadow(promise, "then", function (this: unknown, ...args) {
    subscribed = true;
    return then.apply(this as Promise<unknown>, args as never);
  });
}

/**
 * A promise that works when it is asked to (an SDK's with its `asResponse()`, a query builder): asking it ourselves would read the
 * program's body or run its query twice. So only what the program asks for is heard.
 */
function followLazy(thenable: Thenable, settlement: Settlement): void {
  shadowThen(thenable, settlement, () => {});
  if (!(thenable instanceof Promise)) return;
  const done = new Set<PropertyKey>(["constructor", "then"]);
  for (
    let prototype: unknown = Object.getPrototypeOf(thenable);
    typeof prototype === "object" && prototype !== null && prototype !== Promise.prototype;
    prototype = Object.getPrototypeOf(prototype)
  ) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (typeof value !== "function" || done.has(name)) continue;
      done.add(name);
      shadow(thenable, name, function (this: unknown, ...args) {
        const result: unknown = (value as Method).apply(this, args);
        return result instanceof Promise && result.constructor === Promise ? followPlain(result, settlement) : result;
      });
    }
  }
}

/** A plain promise is passed on as a link of its chain, so that an unhandled rejection stays unhandled. */
function followPlain(promise: Promise<unknown>, settlement: Settlement): Promise<unknown> {
  return promise.then(
    (value) => {
      settlement.fulfilled(value);
      return value;
    },
    (error: unknown) => {
      settlement.rejected(error);
      throw error;
    },
  );
}

export const isThenable = (value: unknown): value is Thenable =>
  ((typeof value === "object" && value !== null) || typeof value === "function") &&
  typeof (value as { then?: unknown }).then === "function";

/** Tells what becomes of a promise; returns what the program is to have: the very object, where it is of a class of its own. */
export function followPromise(thenable: Thenable, settlement: Settlement): unknown {
  const first = onceOnly(settlement);
  if (thenable instanceof Promise) {
    if (thenable.constructor === Promise) return followPlain(thenable, first);
    if (thenable.then === Promise.prototype.then) {
      followEager(thenable, first);
      return thenable;
    }
  }
  followLazy(thenable, first);
  return thenable;
}

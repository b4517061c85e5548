import { followPromise, isThenable } from "../agents/index.ts";
import { systemClock } from "../base/index.ts";
import { ATTR } from "../model/index.ts";
import { runningTelemetry } from "../telemetry/index.ts";
import { defined, labelOf, secondsOf } from "./given.ts";
import { exemplarOf, recording, spanHere } from "./telling.ts";

export type CacheKind = "exact" | "semantic";
export type CacheOutcome = "hit" | "miss" | "set" | "error";
export type CacheOperation = {
  readonly cache: string;
  /** Found by its key, or by what it means. */
  readonly kind: CacheKind;
  readonly outcome: CacheOutcome;
  readonly durationMs?: number;
};

const OUTCOMES: ReadonlySet<unknown> = new Set<CacheOutcome>(["hit", "miss", "set", "error"]);

/** Says what came of a cache operation (`cache_operations_total`). An unknown outcome is not recorded. */
export function recordCache(operation: CacheOperation): void {
  recording((telemetry) => {
    if (!OUTCOMES.has(operation.outcome)) return;
    const kind = operation.kind === "semantic" ? "semantic" : "exact";
    const labels = { cache: labelOf(operation.cache), kind, outcome: operation.outcome };
    const seconds = secondsOf(operation.durationMs);
    // Caches are busy: the current span is looked for once.
    const span = spanHere();
    const exemplar = exemplarOf(span);
    telemetry.metrics.add("cache_operations_total", labels, 1, exemplar);
    if (seconds !== undefined) telemetry.metrics.observe("cache_operation_duration_seconds", labels, seconds, exemplar);
    span?.addEvent(
      "agent_observatory.cache",
      defined({
        [ATTR.cacheName]: labels.cache,
        [ATTR.cacheKind]: kind,
        [ATTR.outcome]: labels.outcome,
        [ATTR.durationSeconds]: seconds,
      }),
    );
  });
}

export type ObservedCache = { readonly name: string; readonly kind?: CacheKind };

/** How stores call it: Map, Keyv, lru-cache, cache-manager, Redis clients, LangChain's caches. */
const READS = new Set<PropertyKey>(["get", "getItem", "lookup", "mget", "getMany", "mGet"]);
const WRITES = new Set<PropertyKey>([
  "set",
  "setItem",
  "update",
  "put",
  "setex",
  "setEx",
  "psetex",
  "mset",
  "mSet",
  "setMany",
]);
const SEVERAL = new Set<PropertyKey>(["mget", "getMany", "mGet"]);

const isFound = (value: unknown): boolean => value !== undefined && value !== null && value !== false;

type Method = (this: unknown, ...args: unknown[]) => unknown;

/**
 * The same store, with what comes of its reads and writes recorded. The store itself stays as it is: only calls through what this returns
 * count. A read that gives undefined, null or false is a miss.
 */
export function observeCache<T extends object>(store: T, { name, kind = "exact" }: ObservedCache): T {
  if (runningTelemetry() === undefined) return store;
  const methods = new Map<PropertyKey, { readonly original: unknown; readonly observed: Method }>();

  const observe = (member: PropertyKey, original: Method): Method => {
    const isRead = READS.has(member);
    return function (this: unknown, ...args) {
      const startedMs = systemClock.nowMs();
      const told = (outcome: CacheOutcome): void =>
        recordCache({ cache: name, kind, outcome, durationMs: systemClock.nowMs() - startedMs });
      const fulfilled = (value: unknown): void => {
        if (!isRead) told("set");
        else if (SEVERAL.has(member) && Array.isArray(value))
          for (const one of value) told(isFound(one) ? "hit" : "miss");
        else told(isFound(value) ? "hit" : "miss");
      };
      let result: unknown;
      try {
        // Private members know the store itself only.
        result = original.apply(this === proxy ? store : this, args);
      } catch (error) {
        told("error");
        throw error;
      }
      if (isThenable(result)) return followPromise(result, { fulfilled, rejected: () => told("error") });
      fulfilled(result);
      // What can be chained goes on being observed.
      return result === store ? proxy : result;
    };
  };
  const proxy: T = new Proxy(store, {
    get: (target, member) => {
      const value: unknown = Reflect.get(target, member, target);
      if (typeof value !== "function") return value;
      const known = methods.get(member);
      if (known?.original === value) return known.observed;
      const descriptor = Object.getOwnPropertyDescriptor(target, member);
      // A proxy may not show such a member as anything else.
      if (descriptor?.configurable === false && descriptor.writable === false) return value;
      const isObserved = READS.has(member) || WRITES.has(member);
      if (!isObserved && (member === "constructor" || isClass(value))) return value;
      const observed = isObserved ? observe(member, value as Method) : unobserved(value as Method);
      methods.set(member, { original: value, observed });
      return observed;
    },
    set: (target, member, value) => Reflect.set(target, member, value, target),
  });
  const unobserved = (original: Method): Method =>
    function (this: unknown, ...args) {
      const result: unknown = original.apply(this === proxy ? store : this, args);
      return result === store ? proxy : result;
    };
  return proxy;
}

const isClass = (value: object): boolean => {
  const prototype = Object.getOwnPropertyDescriptor(value, "prototype");
  return prototype !== undefined && !prototype.writable;
};

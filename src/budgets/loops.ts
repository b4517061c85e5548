import type { Run } from "./identity.ts";

export type LoopKind = "tool" | "llm";

/** Counts how often the same call is made within one run. Keeps fingerprints, never what was called with. */
export type Loops = {
  /** Counts the call; returns how often it was made by now, this time included. 0 where it is not counted. */
  readonly count: (run: Run | undefined, kind: LoopKind, fingerprint: string) => number;
  /** How often it was made before. */
  readonly made: (run: Run | undefined, kind: LoopKind, fingerprint: string) => number;
  readonly endRun: (id: string) => void;
};

const MAX_RUNS = 1000;
/** A run that makes more different calls than this is no small loop; its oldest give way. */
const MAX_CALLS = 1000;

function makeRoom(map: Map<string, unknown>, max: number): void {
  for (const oldest of map.keys()) {
    if (map.size < max) return;
    map.delete(oldest);
  }
}

export function createLoops(): Loops {
  const runs = new Map<string, Map<string, number>>();
  return {
    count: (run, kind, fingerprint) => {
      // The same request outside of agents is what batches are made of.
      if (run === undefined || (kind === "llm" && !run.isAgentic)) return 0;
      let calls = runs.get(run.id);
      if (calls === undefined) {
        makeRoom(runs, MAX_RUNS);
        calls = new Map();
        runs.set(run.id, calls);
      }
      const key = `${kind} ${fingerprint}`;
      const count = (calls.get(key) ?? 0) + 1;
      calls.delete(key);
      makeRoom(calls, MAX_CALLS);
      calls.set(key, count);
      return count;
    },
    made: (run, kind, fingerprint) => runs.get(run?.id ?? "")?.get(`${kind} ${fingerprint}`) ?? 0,
    endRun: (id) => void runs.delete(id),
  };
}

/** Longer texts in arguments are not written down, but their fingerprint. */
const MAX_TEXT_CHARS = 8192;
/** A longer text is not looked into for its members. */
const MAX_PARSED_CHARS = 65_536;

/** Of what shows nothing of what is in it only the very same object is the same. */
const opaque = { names: new WeakMap<object, string>(), count: 0 };

function opaqueName(value: object): string {
  const known = opaque.names.get(value);
  if (known !== undefined) return known;
  opaque.count += 1;
  const name = `object ${opaque.count}`;
  opaque.names.set(value, name);
  return name;
}

/** Some 100 ms: what has more in it is a store that a tool works on, and is not compared. */
const MAX_MEMBERS = 100_000;

function createWriter(): (this: unknown, key: string, value: unknown) => unknown {
  let members = 0;
  return function (key, value) {
    members += 1;
    if (members > MAX_MEMBERS) throw new RangeError("too much to be compared");
    return written(this, key, value);
  };
}

function written(holder: unknown, key: string, value: unknown): unknown {
  if (typeof value === "string") return value.length <= MAX_TEXT_CHARS ? value : `text ${fingerprintOf(value)}`;
  if (typeof value !== "object" || value === null) return value;
  // A Buffer has been made an array by its toJSON.
  const given = (holder as Record<string, unknown>)[key];
  if (ArrayBuffer.isView(given)) {
    return `bytes ${fingerprintOf(Buffer.from(given.buffer, given.byteOffset, given.byteLength).toString("latin1"))}`;
  }
  if (Array.isArray(value)) return value;
  if (value instanceof Map || value instanceof Set) return [value instanceof Map ? "map" : "set", ...value];
  if (value instanceof URLSearchParams || value instanceof RegExp) return String(value);
  // It is another one in each call, and says nothing of what is called.
  if (value instanceof AbortSignal) return undefined;
  const entries = Object.entries(value);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (entries.length === 0 && prototype !== Object.prototype && prototype !== null) return opaqueName(value);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Frameworks hand arguments on as the model wrote them. */
function parsed(args: unknown): unknown {
  if (typeof args !== "string" || args.length > MAX_PARSED_CHARS || !/^\s*[[{]/.test(args)) return args;
  try {
    return JSON.parse(args) as unknown;
  } catch {
    return args;
  }
}

/** A fingerprint of a tool's name and arguments, the same for members in any order; undefined where they cannot be written down. */
export function argumentsFingerprint(name: string, args: unknown): string | undefined {
  try {
    const text = `${name} ${JSON.stringify(parsed(args), createWriter()) ?? ""}`;
    return fingerprintOf(text);
  } catch {
    return undefined;
  }
}

/** Not a secure hash: nobody gains by making two calls look the same. 2^53 values. */
function fingerprintOf(text: string): string {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    high = Math.imul(high ^ unit, 2654435761);
    low = Math.imul(low ^ unit, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return `${text.length}-${(high >>> 0).toString(36)}-${(low >>> 0).toString(36)}`;
}

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

/** Longer arguments, and longer texts in them, are told apart by their beginning and their length. */
const MAX_HASHED_CHARS = 65_536;
const MAX_TEXT_CHARS = 8192;

function sorted(_: string, value: unknown): unknown {
  if (typeof value === "string") {
    return value.length <= MAX_TEXT_CHARS ? value : `${value.slice(0, MAX_TEXT_CHARS)} ${value.length}`;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Frameworks hand arguments on as the model wrote them. */
function parsed(args: unknown): unknown {
  if (typeof args !== "string" || args.length > MAX_HASHED_CHARS || !/^\s*[[{]/.test(args)) return args;
  try {
    return JSON.parse(args) as unknown;
  } catch {
    return args;
  }
}

/** A fingerprint of a tool's name and arguments, the same for members in any order; undefined where they cannot be written down. */
export function argumentsFingerprint(name: string, args: unknown): string | undefined {
  try {
    const text = `${name} ${JSON.stringify(parsed(args), sorted) ?? ""}`;
    return fingerprintOf(text);
  } catch {
    return undefined;
  }
}

/** Not a secure hash: nobody gains by making two calls look the same. 2^53 values. */
function fingerprintOf(text: string): string {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  const length = Math.min(text.length, MAX_HASHED_CHARS);
  for (let at = 0; at < length; at += 1) {
    const unit = text.charCodeAt(at);
    high = Math.imul(high ^ unit, 2654435761);
    low = Math.imul(low ^ unit, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return `${text.length}-${(high >>> 0).toString(36)}-${(low >>> 0).toString(36)}`;
}

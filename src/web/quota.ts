import type { Clock } from "../base/index.ts";

/** What a client may still do, after a request of its was counted. */
export type Quota = {
  readonly isAllowed: boolean;
  /** Requests that are left until the window ends. */
  readonly remaining: number;
  /** Until the window ends. */
  readonly resetMs: number;
};

export type QuotaBookOptions = {
  readonly limit: number;
  readonly windowMs: number;
  readonly clock: Clock;
  /** How many keys are kept at most. */
  readonly maxKeys?: number;
  /** Told when there are more keys than are kept. */
  readonly onForget?: () => void;
};

/** Counts a request under a key. */
export type QuotaBook = (key: string) => Quota;

/** Some 12 MB with addresses as keys (tests/web/quota.test.ts measures it). */
export const MAX_KEYS = 100_000;

type Window = { readonly startMs: number; count: number };

/** A text of its own: what was cut out of a longer one, such as a header, would keep that one. */
const copyOf = (key: string): string => Buffer.from(key, "utf16le").toString("utf16le");

/**
 * Counts by key in windows that begin with a key's first request. Keys stand in two maps: when a window's time has passed, the newer one
 * becomes the older, all of whose windows have ended by the next time, and is dropped whole. A map that is full makes way earlier, so that what
 * began first is forgotten first. No timers, and nothing to look through.
 */
export function createQuotaBook({ limit, windowMs, clock, maxKeys = MAX_KEYS, onForget }: QuotaBookOptions): QuotaBook {
  let newer = new Map<string, Window>();
  let older = new Map<string, Window>();
  let sinceMs = clock.nowMs();

  const turn = (nowMs: number): void => {
    const isOver = nowMs - sinceMs >= windowMs;
    const isFull = newer.size >= maxKeys / 2;
    if (!isOver && !isFull) return;
    // After two windows the older one would be no use either.
    if (isFull && !isOver && older.size > 0) onForget?.();
    older = nowMs - sinceMs >= 2 * windowMs ? new Map() : newer;
    newer = new Map();
    sinceMs = nowMs;
  };

  return (key) => {
    const nowMs = clock.nowMs();
    turn(nowMs);
    let window = newer.get(key) ?? older.get(key);
    if (window === undefined || nowMs - window.startMs >= windowMs) {
      window = { startMs: nowMs, count: 0 };
      newer.set(copyOf(key), window);
    }
    // Beyond the limit nothing more is to be known.
    if (window.count <= limit) window.count += 1;
    return {
      isAllowed: window.count <= limit,
      remaining: Math.max(0, limit - window.count),
      resetMs: window.startMs + windowMs - nowMs,
    };
  };
}

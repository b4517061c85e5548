import { createRecentMap } from "../base/index.ts";
import type { ErrorSource } from "../errors/index.ts";

/**
 * One error is seen several times: the tool that fails, the agent that it ends, the line that the program logs, the end of the process. The
 * n-th sighting by one of these is the n-th error; only what nobody else has seen yet is a new one.
 */
export type Sightings = {
  /** The fingerprint under which the error was counted already; undefined for a new one, which is then known by `fingerprint`. */
  readonly see: (sighting: Sighting) => string | undefined;
};

export type Sighting = {
  readonly source: ErrorSource;
  readonly type: string;
  readonly message: string;
  readonly timeMs: number;
  readonly fingerprint: () => string;
};

type Channel = "span" | "log" | "uncaught" | "program";
type Seen = {
  readonly fingerprint: string;
  readonly message: string;
  readonly byChannel: Map<Channel, number>;
  count: number;
  untilMs: number;
};

/** So long after it was seen last, an error of the same words is another one. */
const TOGETHER_MS = 60_000;
const MAX_TEXTS = 1000;
const MAX_KEY = 300;
/** Shorter messages are part of others by chance. */
const MIN_QUOTED = 16;

const channelOf = (source: ErrorSource): Channel =>
  source === "log" || source === "uncaught" || source === "program" ? source : "span";

export function createSightings(): Sightings {
  const recent = createRecentMap<Seen>(MAX_TEXTS);
  /** Programs and clients of models put words of their own around the message of what failed: the longest that is quoted. */
  const quotedIn = (message: string, timeMs: number): Seen | undefined => {
    let found: Seen | undefined;
    for (const seen of recent.values()) {
      if (seen.untilMs < timeMs || seen.message.length < (found?.message.length ?? MIN_QUOTED)) continue;
      if (seen.byChannel.has("span") && message.includes(seen.message)) found = seen;
    }
    return found;
  };
  return {
    see: ({ source, type, message, timeMs, fingerprint }) => {
      const key = `${type}\n${message.slice(0, MAX_KEY)}`;
      const channel = channelOf(source);
      const same = recent.get(key);
      const isKnown = same !== undefined && same.untilMs >= timeMs;
      const known = isKnown || channel === "span" ? same : quotedIn(message, timeMs);
      if (known === undefined || known.untilMs < timeMs) {
        const first = { fingerprint: fingerprint(), byChannel: new Map([[channel, 1]]), count: 1 };
        recent.set(key, { ...first, message: message.slice(0, MAX_KEY), untilMs: timeMs + TOGETHER_MS });
        return undefined;
      }
      known.untilMs = timeMs + TOGETHER_MS;
      const nth = (known.byChannel.get(channel) ?? 0) + 1;
      known.byChannel.set(channel, nth);
      if (nth <= known.count) return known.fingerprint;
      known.count = nth;
      return undefined;
    },
  };
}

import { randomUUID } from "node:crypto";
import { type Clock, ObservatoryError } from "../../base/index.ts";
import { type Labels, type Matcher, matchesAll } from "../../signals/index.ts";
import { readSilences, writeSilences } from "./saved-silences.ts";
import {
  compileSilence,
  type Silence,
  SilenceError,
  type SilenceState,
  sameMatchers,
  stateOfSilence,
} from "./silence.ts";

export type SilencesOptions = {
  readonly clock: Clock;
  /** What `save` was given last; undefined where there is nothing. */
  readonly saved?: string | undefined;
  /** Resolves once it outlives the process. */
  readonly save: (text: string) => Promise<void>;
  /** After one was set or ended, once that is kept: somebody may be told now of what was silenced before. */
  readonly onChange?: () => void;
  readonly onFault: (error: ObservatoryError) => void;
  readonly createId?: () => string;
};

/** A silence as somebody asks for it. With `id` it takes the place of another. */
export type SilenceDraft = Omit<Silence, "id" | "updatedAtMs"> & { readonly id?: string | undefined };
export type KnownSilence = Silence & { readonly state: SilenceState };

export type Silences = {
  /** Active ones first, then those to come, then those that are over; each group by what happens to it next. */
  readonly list: () => readonly KnownSilence[];
  readonly find: (id: string) => KnownSilence | undefined;
  /** Resolves with the id once it is kept. Rejects with `SilenceError` where it is refused. */
  readonly set: (draft: SilenceDraft) => Promise<string>;
  /** Ends it now. False where there is none. */
  readonly expire: (id: string) => Promise<boolean>;
  /** Ids of the silences that are in force for an alert with these labels. */
  readonly silencing: (labels: Labels) => readonly string[];
};

/** Alertmanager's --data.retention: how long a silence can be looked at after its end. */
const RETENTION_MS = 120 * 3_600_000;
const MAX_SILENCES = 5000;

const second = (timeMs: number): number => Math.floor(timeMs / 1000);
const RANK: Readonly<Record<SilenceState, number>> = { active: 0, pending: 1, expired: 2 };

function byUrgency(left: KnownSilence, right: KnownSilence): number {
  if (left.state !== right.state) return RANK[left.state] - RANK[right.state];
  if (left.state === "pending") return left.startsAtMs - right.startsAtMs;
  return left.state === "active" ? left.endsAtMs - right.endsAtMs : right.endsAtMs - left.endsAtMs;
}

/** Whether a silence can be another without becoming a different one: it says the same of the same past. */
function canBecome(old: Silence, draft: SilenceDraft, nowMs: number): boolean {
  if (!sameMatchers(old.matchers, draft.matchers)) return false;
  const state = stateOfSilence(old, nowMs);
  if (state === "active") return second(old.startsAtMs) === second(draft.startsAtMs) && draft.endsAtMs >= nowMs;
  return state === "pending" && draft.startsAtMs >= nowMs;
}

/** Silences as Alertmanager has them: nothing of their past is changed, their ends are kept for five days. */
export function createSilences(options: SilencesOptions): Silences {
  const { clock, save, onFault, createId = randomUUID } = options;
  let silences: ReadonlyMap<string, Silence> = new Map();
  let matchers = new Map<string, readonly Matcher[]>();
  const adopt = (next: ReadonlyMap<string, Silence>): void => {
    matchers = new Map([...next].map(([id, one]) => [id, matchers.get(id) ?? compileSilence(one.matchers)]));
    silences = next;
  };
  try {
    if (options.saved !== undefined) adopt(new Map(readSilences(options.saved).map((one) => [one.id, one])));
  } catch (error) {
    const received = error instanceof Error ? error.message : String(error);
    onFault(new ObservatoryError("AO_RULES_STATE", { expected: "the saved silences", received }, { cause: error }));
  }

  // One change after the other: each builds on what the one before has saved.
  let last: Promise<unknown> = Promise.resolve();
  const change = <T>(work: (nowMs: number, next: Map<string, Silence>) => T): Promise<T> => {
    const changed = last.then(async () => {
      const nowMs = clock.nowMs();
      const next = new Map([...silences].filter(([, { endsAtMs }]) => nowMs - endsAtMs <= RETENTION_MS));
      const result = work(nowMs, next);
      await save(writeSilences([...next.values()]));
      adopt(next);
      options.onChange?.();
      return result;
    });
    last = changed.catch(() => {});
    return changed;
  };

  const end = (next: Map<string, Silence>, silence: Silence, nowMs: number): void => {
    const state = stateOfSilence(silence, nowMs);
    if (state === "expired") return;
    const startsAtMs = state === "pending" ? nowMs : silence.startsAtMs;
    next.set(silence.id, { ...silence, startsAtMs, endsAtMs: nowMs, updatedAtMs: nowMs });
  };

  const set = (draft: SilenceDraft, nowMs: number, next: Map<string, Silence>): string => {
    const { id, ...given } = draft;
    if (given.endsAtMs < given.startsAtMs)
      throw new SilenceError("invalid", "Failed to create silence: start time must be before end time");
    if (given.endsAtMs < nowMs)
      throw new SilenceError("invalid", "Failed to create silence: end time can't be in the past");
    const old = id === undefined ? undefined : next.get(id);
    if (id !== undefined && old === undefined) throw new SilenceError("unknown", "silence not found");
    compileSilence(given.matchers);
    if (old !== undefined && canBecome(old, draft, nowMs)) {
      next.set(old.id, { ...given, id: old.id, updatedAtMs: nowMs });
      return old.id;
    }
    if (next.size >= MAX_SILENCES)
      throw new SilenceError("invalid", `exceeded maximum number of silences: ${next.size} (limit: ${MAX_SILENCES})`);
    if (old !== undefined) end(next, old, nowMs);
    const created = createId();
    next.set(created, { ...given, id: created, startsAtMs: Math.max(given.startsAtMs, nowMs), updatedAtMs: nowMs });
    return created;
  };

  const known = (silence: Silence): KnownSilence => ({ ...silence, state: stateOfSilence(silence, clock.nowMs()) });
  return {
    list: () => [...silences.values()].map(known).sort(byUrgency),
    find: (id) => {
      const silence = silences.get(id);
      return silence === undefined ? undefined : known(silence);
    },
    set: (draft) => change((nowMs, next) => set(draft, nowMs, next)),
    expire: (id) =>
      change((nowMs, next) => {
        const silence = next.get(id);
        if (silence !== undefined) end(next, silence, nowMs);
        return silence !== undefined;
      }),
    silencing: (labels) => {
      const nowMs = clock.nowMs();
      return [...silences.values()].flatMap((silence) =>
        stateOfSilence(silence, nowMs) === "active" && matchesAll(matchers.get(silence.id) ?? [], labels)
          ? [silence.id]
          : [],
      );
    },
  };
}

import { type Context, createContextKey, propagation } from "@opentelemetry/api";
import { carriedBy } from "./context-fields.ts";
import type { Place } from "./lineage.ts";

/** One request that is recorded in full, and what it has taken of its share so far. */
export type DebuggedRun = {
  /** Of texts on spans. */
  characters: number;
  /** Log lines that are below their logger's level. */
  lines: number;
};

export type DebugModeOptions = {
  /** Sessions and users whose requests are recorded in full, as the settings name them. */
  readonly sessions: readonly string[];
  readonly users: readonly string[];
  /** Whether the mark of a caller in another process is believed. */
  readonly fromCallers: boolean;
};

/** Knows which requests are recorded in full: those that the program opens by `debugRun`, and those of sessions and users that are set. */
export type DebugMode = {
  /** Whether there can be such a request: most processes never see one. */
  readonly isUsed: () => boolean;
  /** The context of such a request, for what lies below. Inside of one it is the same request. */
  readonly begin: (context: Context) => Context;
  /** The request that `context` belongs to; `place` is the span that is current there. */
  readonly at: (context: Context, place: Place | undefined) => DebuggedRun | undefined;
  /** `context`, as a carrier told it, without the mark in its baggage; in debug mode if the mark is there and believed. */
  readonly receive: (context: Context, isTrusted: boolean) => Context;
};

const KEY = createContextKey("agent-observatory.debug");
/** The entry of baggage by which it goes to other processes. In this one it is never in the baggage: anybody may send that. */
const ENTRY = "agent_observatory.debug";

/** Some hundred long prompts and answers. */
const MAX_CHARACTERS = 8_000_000;
const MAX_LINES = 10_000;

/** Whether its content is still taken: beyond its share only the spans themselves are. */
export const takesContent = (run: DebuggedRun | undefined): boolean =>
  run !== undefined && run.characters < MAX_CHARACTERS;

/** Whether one more line is taken that its logger's level leaves out. */
export function takesLine(run: DebuggedRun | undefined): boolean {
  if (run === undefined || run.lines >= MAX_LINES) return false;
  run.lines += 1;
  return true;
}

/** `context` with the mark in its baggage, for a carrier. */
export const markBaggage = (context: Context): Context =>
  propagation.setBaggage(
    context,
    (propagation.getBaggage(context) ?? propagation.createBaggage()).setEntry(ENTRY, { value: "true" }),
  );

/** `to`, in debug mode if `from` is. */
export function carryDebug(from: Context, to: Context): Context {
  const run = from.getValue(KEY);
  return run === undefined ? to : to.setValue(KEY, run);
}

export function createDebugMode(options: DebugModeOptions): DebugMode {
  const sessions = new Set(options.sessions);
  const users = new Set(options.users);
  const hasSet = sessions.size + users.size > 0;
  /** Of requests that are named by the settings: one for all that the same baggage is carried through. */
  const named = new WeakMap<object, DebuggedRun>();
  let isUsed = hasSet;

  const begin = (context: Context): Context => {
    isUsed = true;
    return context.getValue(KEY) === undefined
      ? context.setValue(KEY, { characters: 0, lines: 0 } satisfies DebuggedRun)
      : context;
  };
  const namedRun = (context: Context): DebuggedRun | undefined => {
    const carried = hasSet ? carriedBy(context) : undefined;
    if (carried === undefined) return undefined;
    const { sessionId, userId } = carried.fields;
    if (!(sessionId !== undefined && sessions.has(sessionId)) && !(userId !== undefined && users.has(userId))) {
      return undefined;
    }
    const run = named.get(carried) ?? { characters: 0, lines: 0 };
    named.set(carried, run);
    return run;
  };
  return {
    isUsed: () => isUsed,
    begin,
    at: (context, place) => {
      if (!isUsed) return undefined;
      return (context.getValue(KEY) as DebuggedRun | undefined) ?? place?.debug ?? namedRun(context);
    },
    receive: (context, isTrusted) => {
      const baggage = propagation.getBaggage(context);
      const mark = baggage?.getEntry(ENTRY);
      if (baggage === undefined || mark === undefined) return context;
      const rest = propagation.setBaggage(context, baggage.removeEntry(ENTRY));
      return mark.value === "true" && (isTrusted || options.fromCallers) ? begin(rest) : rest;
    },
  };
}

import assert from "node:assert/strict";
import type { RunningDesk } from "./observed-support-desk.ts";
import { ALL, type Driven, EXCHANGES, type Exchange } from "./support-desk-drive.ts";

export type Counts = Readonly<Record<string, number>>;

/** What the tests of the support desk share: it has been driven, and has ended. */
export type Checked = {
  readonly desk: RunningDesk;
  readonly driven: Driven;
  /** Compares what was stored of metrics with what it must be: `metric by label, label` and the values of those labels, `a/b`. */
  readonly measures: (expected: Readonly<Record<string, Counts>>) => Promise<void>;
  /** Compares two ways in which the same is counted. */
  readonly agree: (one: string, other: string) => Promise<void>;
  /** The names of the metrics that were compared. */
  readonly measured: ReadonlySet<string>;
};

export const HOUR_MS = 3_600_000;

export function countBy<T>(items: readonly T[], key: (item: T) => string): Counts {
  const counts: Record<string, number> = {};
  for (const item of items) counts[key(item)] = (counts[key(item)] ?? 0) + 1;
  return counts;
}

/** Sums of fractions are not to end in the dust of binary ones. */
export const rounded = (value: number): number => Number(value.toFixed(9));

export const isAnswered = ({ source }: Exchange): boolean => source !== "failed" && source !== "stopped by its budget";
export const ANSWERED = ALL.filter(isAnswered).length;
/** Whose question a specialist answered, or began to. The fourth of the dear session did not get so far. */
export const TRIAGED = ALL.filter(
  ({ source }, index) => ["model", "person", "failed"].includes(source) || index === EXCHANGES.length - 2,
);
export const ANSWERED_BY_MODEL = ALL.filter(({ source }) => source === "model");
export const SESSIONS = new Set(ALL.map(({ session }) => session));
/** The session is looked up first, so that only its first question can be in a cache. */
export const FIRST = ALL.filter((one, index) => ALL.findIndex(({ session }) => session === one.session) === index);

/** `metric by label, label`, as what was stored of it. */
async function read(desk: RunningDesk, name: string, measured: Set<string>): Promise<Counts> {
  const [metric = "", by = ""] = name.split(" by ");
  measured.add(metric.replace(/_(count|sum)$/, ""));
  return desk.stored(metric, by === "" ? [] : by.split(", "));
}

export function createChecked(desk: RunningDesk, driven: Driven): Checked {
  const measured = new Set<string>();
  return {
    desk,
    driven,
    measured,
    measures: async (expected) => {
      const stored: Record<string, Counts> = {};
      for (const name of Object.keys(expected)) stored[name] = await read(desk, name, measured);
      assert.deepEqual(stored, expected);
    },
    agree: async (one, other) => {
      const counts = await read(desk, one, measured);
      assert.ok(Object.keys(counts).length > 0, one);
      assert.deepEqual(counts, await read(desk, other, measured), `${one} as ${other}`);
    },
  };
}

import { type Clock, ObservatoryError } from "../../base/index.ts";
import { EVALUATION_INTERVAL_MS } from "../../promql/index.ts";
import type { LabelSet, Labels, NewSample } from "../../signals/index.ts";
import type { RuleGroup } from "../definition.ts";
import type { Alert } from "./alert.ts";
import { createGroupRunner, type GroupRunner } from "./group-runner.ts";
import { groupState, type RuleGroupState } from "./group-state.ts";
import { carryOver } from "./replace.ts";
import type { RuleQuery } from "./rule-runner.ts";
import { staleSample } from "./samples.ts";
import { type RestorableState, readState, restoreGroup, type StateStore, writeState } from "./saved-state.ts";
import { groupKey, slotBefore } from "./schedule.ts";

export type RuleManagerOptions = {
  readonly groups: readonly RuleGroup[];
  /** The instant vector of an expression; a scalar as one element without labels. Rejects where there is none. */
  readonly query: RuleQuery;
  /** Resolves once the samples can be queried: the next rule of the group looks at them. */
  readonly append: (samples: readonly NewSample[]) => Promise<void>;
  readonly notify: (alerts: readonly Alert[]) => void;
  readonly clock: Clock;
  readonly state?: StateStore;
  readonly externalUrl: string;
  readonly externalLabels?: Labels;
  readonly defaultIntervalMs?: number;
  readonly resendDelayMs?: number;
  /** How many groups are evaluated at once. */
  readonly concurrency?: number;
  readonly onFault: (error: ObservatoryError) => void;
};

export type RuleManager = {
  /** Evaluates every group whose time slot has come since its last evaluation, for that slot. Never rejects. */
  readonly evaluate: (nowMs: number) => Promise<void>;
  /** Evaluates all groups (or those that are chosen) for exactly this time, whatever their slots. */
  readonly evaluateAt: (timeMs: number, chosen?: (group: RuleGroup) => boolean) => Promise<void>;
  /** From now on evaluates by itself, by the clock. */
  readonly start: () => void;
  /** Ends after the rules that are being evaluated, and saves the state. */
  readonly close: () => Promise<void>;
  /** Sorted by file and name. */
  readonly groups: () => readonly RuleGroupState[];
  /** Other rules from now on. Groups that did not change go on; in changed ones, rules keep what they know by name and labels. */
  readonly replace: (groups: readonly RuleGroup[]) => Promise<void>;
};

type Entry = {
  readonly key: string;
  readonly runner: GroupRunner;
  slotMs: number;
  evaluatedMs: number | undefined;
  missed: number;
  stopped: boolean;
  running: Promise<void> | undefined;
};

/** Series of a group that is gone. They are marked stale once others had the time to take them over. */
type Leftover = { readonly dueMs: number; readonly stoppedMs: number; readonly series: readonly LabelSet[] };

/** Prometheus' --rules.alert.resend-delay. */
const RESEND_DELAY_MS = 60_000;
const CONCURRENCY = 2;
const LEFTOVER_INTERVALS = 2;
const MAX_TIMEOUT_MS = 60_000;

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Evaluates rule groups as Prometheus does; docs/rules.md lists what differs. */
export function createRuleManager(options: RuleManagerOptions): RuleManager {
  const { query, append, notify, clock, state, externalUrl, onFault } = options;
  const runnerOptions = {
    query,
    append,
    notify,
    clock,
    externalUrl,
    externalLabels: options.externalLabels ?? {},
    defaultIntervalMs: options.defaultIntervalMs ?? EVALUATION_INTERVAL_MS,
    resendDelayMs: options.resendDelayMs ?? RESEND_DELAY_MS,
    onRuleError: (group: RuleGroup, rule: string, error: unknown) =>
      onFault(
        new ObservatoryError(
          "AO_RULES_EVALUATION",
          {
            expected:
              rule === ""
                ? `series of removed rules of group ${group.name} to be marked stale`
                : `rule ${rule} of group ${group.name} to be evaluated`,
            received: reasonOf(error),
          },
          { cause: error },
        ),
      ),
  };
  const told = new Set<string>();
  const stateFault = (what: string, error: unknown): void => {
    const fault = new ObservatoryError(
      "AO_RULES_STATE",
      { expected: what, received: reasonOf(error) },
      { cause: error },
    );
    // It would be the same every few seconds.
    if (!told.has(fault.message)) onFault(fault);
    told.add(fault.message);
  };

  const createEntry = (group: RuleGroup): Entry => {
    const runner = createGroupRunner(group, runnerOptions);
    const key = groupKey(group);
    // The first evaluation is for the first slot from now on, so that no time is evaluated twice after a restart.
    const slotMs = slotBefore(key, runner.intervalMs, clock.nowMs());
    return { key, runner, slotMs, evaluatedMs: undefined, missed: 0, stopped: false, running: undefined };
  };

  let entries = new Map(options.groups.map((group) => [groupKey(group), createEntry(group)] as const));
  let leftovers: readonly Leftover[] = [];
  let saved = "";
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  let restorable: RestorableState = new Map();
  try {
    const text = state?.load();
    if (text !== undefined) restorable = readState(text);
  } catch (error) {
    stateFault("the saved state of alerts", error);
  }

  const saveState = (): void => {
    if (state === undefined) return;
    const evaluated = [...entries.values()].flatMap(({ runner, evaluatedMs }) =>
      evaluatedMs === undefined ? [] : [{ runner, evaluatedMs }],
    );
    const text = writeState(evaluated, restorable, clock.nowMs());
    if (text === saved) return;
    try {
      state.save(text);
      saved = text;
    } catch (error) {
      stateFault("the state of alerts to be saved", error);
    }
  };

  const run = (entry: Entry, timeMs: number): Promise<void> => {
    const { key, runner } = entry;
    const group = restorable.get(key);
    if (group !== undefined) {
      restorable = new Map([...restorable].filter(([other]) => other !== key));
      restoreGroup(runner, group, timeMs);
    }
    entry.running = runner
      .evaluate(timeMs, () => entry.stopped)
      .then(() => {
        entry.evaluatedMs = timeMs;
        entry.running = undefined;
      });
    return entry.running;
  };

  /** At most `concurrency` at a time, in the given order. */
  const runAll = async (work: readonly (() => Promise<void>)[]): Promise<void> => {
    const queue = [...work];
    const lane = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) await next();
    };
    await Promise.all(Array.from({ length: options.concurrency ?? CONCURRENCY }, lane));
  };

  const markLeftovers = async (nowMs: number): Promise<void> => {
    const due = leftovers.filter(({ dueMs }) => dueMs <= nowMs);
    if (due.length === 0) return;
    leftovers = leftovers.filter(({ dueMs }) => dueMs > nowMs);
    const written = new Set(
      [...entries.values()].flatMap(({ runner }) => runner.rules.flatMap(({ previous }) => [...previous.keys()])),
    );
    const stale = due.flatMap(({ stoppedMs, series }) =>
      series.filter(({ key }) => !written.has(key)).map((one) => staleSample(one, stoppedMs)),
    );
    try {
      if (stale.length > 0) await append(stale);
    } catch (error) {
      stateFault("series of removed rules to be marked stale", error);
    }
  };

  const evaluate = async (nowMs: number): Promise<void> => {
    if (closed) return;
    const due: (() => Promise<void>)[] = [];
    for (const entry of entries.values()) {
      const slotMs = slotBefore(entry.key, entry.runner.intervalMs, nowMs);
      if (slotMs <= entry.slotMs) continue;
      if (entry.running !== undefined) {
        entry.missed += (slotMs - entry.slotMs) / entry.runner.intervalMs;
        entry.slotMs = slotMs;
        continue;
      }
      entry.missed += (slotMs - entry.slotMs) / entry.runner.intervalMs - 1;
      entry.slotMs = slotMs;
      due.push(() => (entry.stopped || entry.running !== undefined ? Promise.resolve() : run(entry, slotMs)));
    }
    await runAll(due);
    await markLeftovers(nowMs);
    if (due.length > 0) saveState();
  };

  const schedule = (): void => {
    if (closed) return;
    const nowMs = clock.nowMs();
    const nextMs = Math.min(...[...entries.values()].map(({ slotMs, runner }) => slotMs + runner.intervalMs));
    const delayMs = Math.min(Math.max(Math.ceil(nextMs - nowMs), 0), MAX_TIMEOUT_MS);
    timer = setTimeout(() => {
      void evaluate(clock.nowMs());
      schedule();
    }, delayMs);
    timer.unref();
  };

  const sameGroup = (a: RuleGroup, b: RuleGroup): boolean => JSON.stringify(a) === JSON.stringify(b);

  const stop = async (entry: Entry): Promise<void> => {
    entry.stopped = true;
    await entry.running;
  };

  const replaceGroups = async (groups: readonly RuleGroup[]): Promise<void> => {
    const next = new Map<string, Entry>();
    const old = entries;
    const replaced = groups.map((group) => {
      const before = old.get(groupKey(group));
      const kept = before !== undefined && sameGroup(before.runner.group, group);
      return { before, entry: kept ? before : createEntry(group) };
    });
    for (const { entry } of replaced) next.set(entry.key, entry);
    const gone = [...old.values()].filter((entry) => next.get(entry.key) !== entry);
    await Promise.all(gone.map(stop));
    for (const { before, entry } of replaced) {
      if (before === undefined || before === entry) continue;
      carryOver(before.runner, entry.runner);
      entry.evaluatedMs = before.evaluatedMs;
    }
    const stoppedMs = Math.floor(clock.nowMs());
    leftovers = [
      ...leftovers,
      ...gone
        .filter(({ key }) => !next.has(key))
        .map(({ runner }) => ({
          dueMs: stoppedMs + LEFTOVER_INTERVALS * runner.intervalMs,
          stoppedMs,
          series: [...runner.orphans, ...runner.rules.flatMap(({ previous }) => [...previous.values()])],
        })),
    ];
    entries = next;
    if (timer !== undefined) {
      clearTimeout(timer);
      schedule();
    }
  };

  let replacing: Promise<void> = Promise.resolve();

  return {
    evaluate,
    evaluateAt: async (timeMs, chosen = () => true) => {
      const work = [...entries.values()].filter(({ runner }) => chosen(runner.group));
      await runAll(
        work.map((entry) => async () => {
          await entry.running;
          await run(entry, timeMs);
        }),
      );
      await markLeftovers(timeMs);
      saveState();
    },
    start: () => {
      if (timer === undefined) schedule();
    },
    close: async () => {
      if (closed) return;
      closed = true;
      clearTimeout(timer);
      await Promise.all([...entries.values()].map(stop));
      saveState();
    },
    groups: () =>
      [...entries.values()]
        .map(({ runner, evaluatedMs, missed }) => groupState(runner, evaluatedMs, missed))
        .sort((a, b) => (a.file === b.file ? (a.name < b.name ? -1 : 1) : a.file < b.file ? -1 : 1)),
    replace: (groups) => {
      replacing = replacing.then(() => replaceGroups(groups));
      return replacing;
    },
  };
}

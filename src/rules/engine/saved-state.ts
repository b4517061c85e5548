import { createLabels, createTexts, labelsKey } from "../../signals/index.ts";
import type { ActiveAlert, AlertState } from "./alert-state.ts";
import type { GroupRunner } from "./group-runner.ts";
import type { RuleRunner } from "./rule-runner.ts";
import { groupKey } from "./schedule.ts";

/** Where the state of alerts outlives the process. Both calls are synchronous; `save` replaces what was saved. */
export type StateStore = {
  readonly load: () => string | undefined;
  readonly save: (text: string) => void;
};

type SavedAlert = Omit<{ readonly [K in keyof ActiveAlert]?: ActiveAlert[K] }, "labels" | "annotations"> & {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
};
type SavedGroup = {
  /** The slot that was evaluated last. */
  readonly evaluatedMs: number;
  readonly rules: Readonly<Record<string, readonly SavedAlert[]>>;
};
type SavedState = { readonly version: 1; readonly groups: Readonly<Record<string, SavedGroup>> };

/** What was saved, by group; to be restored at the group's first evaluation. */
export type RestorableState = ReadonlyMap<string, SavedGroup>;

/** Prometheus' --rules.alert.for-outage-tolerance. */
export const OUTAGE_TOLERANCE_MS = 3_600_000;
/** Prometheus' --rules.alert.for-grace-period. */
export const GRACE_PERIOD_MS = 600_000;

/** Rules of a group by name and labels; two alike are told apart by their order. */
function keyedRules(rules: readonly RuleRunner[]): (readonly [key: string, rule: RuleRunner])[] {
  const seen = new Map<string, number>();
  return rules.map((rule) => {
    const key = `${rule.rule.name}\n${labelsKey(rule.rule.labels)}`;
    const count = seen.get(key) ?? 0;
    seen.set(key, count + 1);
    return [`${key}\n${count}`, rule] as const;
  });
}

/** `waiting` are groups that were not restored yet, because they were not evaluated since. */
export function writeState(
  groups: Iterable<{ readonly runner: GroupRunner; readonly evaluatedMs: number }>,
  waiting: RestorableState,
  nowMs: number,
): string {
  const saved: Record<string, SavedGroup> = {};
  for (const [key, group] of waiting) if (nowMs - group.evaluatedMs <= OUTAGE_TOLERANCE_MS) saved[key] = group;
  for (const { runner, evaluatedMs } of groups) {
    const rules: Record<string, readonly SavedAlert[]> = {};
    for (const [key, rule] of keyedRules(runner.rules))
      if (rule.active.size > 0) rules[key] = [...rule.active.values()];
    if (Object.keys(rules).length > 0) saved[groupKey(runner.group)] = { evaluatedMs, rules };
  }
  return JSON.stringify({ version: 1, groups: saved } satisfies SavedState);
}

/** Throws where the text is not what `writeState` wrote. */
export function readState(text: string): RestorableState {
  const state = JSON.parse(text) as SavedState;
  if (state?.version !== 1 || typeof state.groups !== "object") throw new TypeError("not a state of alert rules");
  return new Map(Object.entries(state.groups));
}

const STATES: readonly AlertState[] = ["pending", "firing", "inactive"];
const timeOr = (value: unknown): number | undefined => (Number.isFinite(value) ? (value as number) : undefined);

function readAlert(saved: SavedAlert): ActiveAlert | undefined {
  const activeAtMs = timeOr(saved.activeAtMs);
  const { state } = saved;
  if (activeAtMs === undefined || state === undefined || !STATES.includes(state)) return undefined;
  return {
    labels: createLabels(Object.entries(saved.labels)),
    annotations: createTexts(Object.entries(saved.annotations)),
    // JSON has no NaN and no infinity; the next evaluation brings the value anew.
    value: saved.value ?? Number.NaN,
    state,
    activeAtMs,
    firedAtMs: timeOr(saved.firedAtMs),
    resolvedAtMs: timeOr(saved.resolvedAtMs),
    keepFiringSinceMs: timeOr(saved.keepFiringSinceMs),
    lastSentAtMs: timeOr(saved.lastSentAtMs),
    validUntilMs: timeOr(saved.validUntilMs),
  };
}

/**
 * Time in which nothing was evaluated does not count towards `for`. After such an outage an alert that waits for 10 minutes or more waits for
 * at least 10 more, as in Prometheus: what it looks at has to fill again.
 */
function resumePending(alert: ActiveAlert, forMs: number, outageMs: number, timeMs: number): void {
  if (alert.state !== "pending" || outageMs <= 0) return;
  alert.activeAtMs += outageMs;
  const remainingMs = forMs - (timeMs - alert.activeAtMs);
  if (forMs >= GRACE_PERIOD_MS && remainingMs > 0 && remainingMs < GRACE_PERIOD_MS) {
    alert.activeAtMs = timeMs + GRACE_PERIOD_MS - forMs;
  }
}

/** The clock was set back since: what is known happened as long ago as it was then. */
function setBack(alert: ActiveAlert, byMs: number): void {
  const times = ["firedAtMs", "resolvedAtMs", "keepFiringSinceMs", "lastSentAtMs", "validUntilMs"] as const;
  alert.activeAtMs -= byMs;
  for (const name of times) alert[name] = alert[name] === undefined ? undefined : alert[name] - byMs;
}

/** Gives a group its alerts back, right before it is evaluated for `timeMs`. Nothing where the outage was too long. */
export function restoreGroup(runner: GroupRunner, { evaluatedMs, rules }: SavedGroup, timeMs: number): void {
  const outageMs = timeMs - evaluatedMs - runner.intervalMs;
  if (!(outageMs <= OUTAGE_TOLERANCE_MS)) return;
  for (const [key, { rule, active }] of keyedRules(runner.rules)) {
    if (rule.kind !== "alerting") continue;
    for (const saved of rules[key] ?? []) {
      const alert = readAlert(saved);
      if (alert === undefined) continue;
      if (timeMs < evaluatedMs) setBack(alert, evaluatedMs - timeMs);
      resumePending(alert, rule.forMs, outageMs, timeMs);
      active.set(labelsKey(alert.labels), alert);
    }
  }
}

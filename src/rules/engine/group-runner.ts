import type { Clock } from "../../base/index.ts";
import type { LabelSet, NewSample } from "../../signals/index.ts";
import type { RuleGroup } from "../definition.ts";
import { type Alert, takeAlertsToSend } from "./alert.ts";
import { createRuleRunner, type RuleRunner, type RuleSurroundings } from "./rule-runner.ts";
import { staleSample } from "./samples.ts";

export type GroupOptions = RuleSurroundings & {
  readonly clock: Clock;
  readonly defaultIntervalMs: number;
  readonly resendDelayMs: number;
  readonly append: (samples: readonly NewSample[]) => Promise<void>;
  readonly notify: (alerts: readonly Alert[]) => void;
  /** A rule began to fail, or fails in another way than before. */
  readonly onRuleError: (group: RuleGroup, ruleName: string, error: unknown) => void;
};

/** One group with what it remembers between evaluations. */
export type GroupRunner = {
  readonly group: RuleGroup;
  readonly intervalMs: number;
  readonly rules: readonly RuleRunner[];
  /** Series of rules that are no more: to be marked stale after the next evaluation. */
  orphans: readonly LabelSet[];
  evaluationTimeMs: number;
  lastEvaluationMs: number | undefined;
  /** Rules evaluated since the start, and how many of these evaluations failed. */
  evaluations: number;
  failures: number;
  /** All rules one after the other, as if it were this time. Ends early once `stopped` says so. Never rejects. */
  readonly evaluate: (timeMs: number, stopped?: () => boolean) => Promise<void>;
};

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Samples of an evaluation with stale markers for the series that the one before had and it has not. */
function withStale(
  rule: RuleRunner,
  samples: readonly NewSample[],
  timeMs: number,
): { readonly samples: readonly NewSample[]; readonly series: ReadonlyMap<string, LabelSet> } {
  const series = new Map(samples.map(({ series: one }) => [one.key, one] as const));
  const vanished = [...rule.previous.values()].filter(({ key }) => !series.has(key));
  return { samples: [...samples, ...vanished.map((one) => staleSample(one, timeMs))], series };
}

export function createGroupRunner(group: RuleGroup, options: GroupOptions): GroupRunner {
  const { clock, append, notify, onRuleError, resendDelayMs, externalUrl } = options;
  const intervalMs = group.intervalMs ?? options.defaultIntervalMs;
  const rules = group.rules.map((rule) => createRuleRunner(rule, options));

  const fail = (rule: RuleRunner, error: unknown): void => {
    const reason = reasonOf(error);
    const isNew = rule.lastError !== reason;
    runner.failures += 1;
    rule.health = "err";
    rule.lastError = reason;
    if (isNew) onRuleError(group, rule.rule.name, error);
  };

  const evaluateRule = async (rule: RuleRunner, timeMs: number): Promise<void> => {
    const startedMs = clock.nowMs();
    const { queryOffsetMs, limit } = group;
    runner.evaluations += 1;
    try {
      const results = await rule.evaluate({ timeMs, queryOffsetMs, limit });
      if (rule.rule.kind === "alerting") {
        const alerts = takeAlertsToSend(rule.active.values(), rule.rule.query, timeMs, {
          resendDelayMs,
          intervalMs,
          externalUrl,
        });
        if (alerts.length > 0) notify(alerts);
      }
      const { samples, series } = withStale(rule, results, timeMs - queryOffsetMs);
      if (samples.length > 0) await append(samples);
      rule.previous = series;
      rule.health = "ok";
      rule.lastError = undefined;
    } catch (error) {
      fail(rule, error);
    }
    rule.evaluationTimeMs = clock.nowMs() - startedMs;
    rule.lastEvaluationMs = startedMs;
  };

  const markOrphans = async (timeMs: number): Promise<void> => {
    if (runner.orphans.length === 0) return;
    const written = new Set(rules.flatMap(({ previous }) => [...previous.keys()]));
    const gone = runner.orphans.filter(({ key }) => !written.has(key));
    try {
      if (gone.length > 0) await append(gone.map((series) => staleSample(series, timeMs - group.queryOffsetMs)));
      runner.orphans = [];
    } catch (error) {
      onRuleError(group, "", error);
    }
  };

  const runner: GroupRunner = {
    group,
    intervalMs,
    rules,
    orphans: [],
    evaluationTimeMs: 0,
    lastEvaluationMs: undefined,
    evaluations: 0,
    failures: 0,
    evaluate: async (timeMs, stopped = () => false) => {
      const startedMs = clock.nowMs();
      for (const rule of rules) {
        if (stopped()) return;
        await evaluateRule(rule, timeMs);
      }
      await markOrphans(timeMs);
      runner.evaluationTimeMs = clock.nowMs() - startedMs;
      runner.lastEvaluationMs = startedMs;
    },
  };
  return runner;
}

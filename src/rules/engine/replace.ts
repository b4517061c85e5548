import type { LabelSet } from "../../signals/index.ts";
import { labelsKey } from "../../signals/index.ts";
import type { GroupRunner } from "./group-runner.ts";
import type { RuleRunner } from "./rule-runner.ts";

const identityOf = ({ rule }: RuleRunner): string => `${rule.name}\n${labelsKey(rule.labels)}`;

/**
 * Carries over what a changed group knows to its successor: rules are the same by name and labels, the first of several alike to the first.
 * What rules that are gone have written is left to be marked stale.
 */
export function carryOver(from: GroupRunner, to: GroupRunner): void {
  to.evaluationTimeMs = from.evaluationTimeMs;
  to.lastEvaluationMs = from.lastEvaluationMs;
  to.evaluations = from.evaluations;
  to.failures = from.failures;
  const known = new Map<string, RuleRunner[]>();
  for (const rule of from.rules) known.set(identityOf(rule), [...(known.get(identityOf(rule)) ?? []), rule]);
  for (const rule of to.rules) {
    const old = known.get(identityOf(rule))?.shift();
    if (old === undefined) continue;
    rule.previous = old.previous;
    if (rule.rule.kind !== "alerting" || old.rule.kind !== "alerting") continue;
    for (const [key, alert] of old.active) rule.active.set(key, alert);
  }
  const left = [...known.values()].flat();
  to.orphans = [...from.orphans, ...left.flatMap(({ previous }): LabelSet[] => [...previous.values()])];
}

import type { Alert, Recording, RuleFile } from "./rule.ts";

/** How many times sooner an alert fires (`for`) and ends (`keep_firing_for`), and how many times as often rules are evaluated. */
export type Haste = { readonly patience: number; readonly interval: number };

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Throws `RangeError` for what is not one number and one unit, as all durations of the rules are. */
export function secondsOf(duration: string): number {
  const [, count, unit = ""] = /^(\d+)([smhd])$/.exec(duration) ?? [];
  const seconds = Number(count) * (SECONDS[unit] ?? Number.NaN);
  if (Number.isNaN(seconds)) throw new RangeError(`Expected a duration like 5m, got ${JSON.stringify(duration)}`);
  return seconds;
}

const divided = (duration: string, by: number): string => `${Math.max(1, Math.round(secondsOf(duration) / by))}s`;

function hastenRule(rule: Alert | Recording, patience: number): Alert | Recording {
  if (!("alert" in rule)) return rule;
  return {
    ...rule,
    ...(rule.for !== undefined && { for: divided(rule.for, patience) }),
    ...(rule.keepFiringFor !== undefined && { keepFiringFor: divided(rule.keepFiringFor, patience) }),
  };
}

/**
 * The same rules for who cannot wait for a quarter of an hour, such as a test that provokes them: every expression with its windows and limits,
 * every label and annotation is what it was.
 */
export const hasten = (files: readonly RuleFile[], { patience, interval }: Haste): RuleFile[] =>
  files.map((file) => ({
    ...file,
    groups: file.groups.map((group) => ({
      ...group,
      interval: divided(group.interval, interval),
      rules: group.rules.map((rule) => hastenRule(rule, patience)),
    })),
  }));

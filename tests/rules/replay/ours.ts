/** The rules of this product, evaluated by its own engine over series in memory, as often as their groups say. */
import { fileURLToPath } from "node:url";
import { ALERTS_FOLDER } from "../../../alerts/source/load.ts";
import { queryInstant } from "../../../src/promql/index.ts";
import { createRuleManager, findRuleFiles, loadRules, vectorOf } from "../../../src/rules/index.ts";
import { createLabelSet, createMemorySeries, type Labels } from "../../../src/signals/index.ts";
import { type InputSeries, STEP_MS, STEPS } from "./input.ts";

export const EVALUATION_MS = 30_000;
export const EXTERNAL_URL = "http://replay.test";
const RULES = `${fileURLToPath(ALERTS_FOLDER)}*.yml`;
/** About hours and days: their unit tests are what compares them. */
const ABOUT_DAYS = ["slo.yml", "trends.yml"];
export const isReplayed = (file: string): boolean => !ABOUT_DAYS.some((name) => file.endsWith(name));

export const ruleFilePaths = (): readonly string[] => findRuleFiles([RULES]).files.filter(isReplayed);
export const { groups } = loadRules(ruleFilePaths());

export type Firing = { readonly alertName: string; readonly labels: Labels; readonly annotations: Labels };
export type Sample = { readonly labels: Labels; readonly value: number };
export type Evaluation = {
  readonly timeMs: number;
  readonly firing: readonly Firing[];
  /** Results of expressions asked after the last evaluation, for the time of this one. */
  readonly results: ReadonlyMap<string, readonly Sample[]>;
};

/** Evaluates everything, and asks afterwards what `expressionsAt` has for the evaluation of that number. */
export async function replay(
  input: readonly InputSeries[],
  expressionsAt: (evaluation: number) => readonly string[],
): Promise<Evaluation[]> {
  const store = createMemorySeries();
  let nowMs = 0;
  const manager = createRuleManager({
    groups,
    clock: { nowMs: () => nowMs },
    externalUrl: EXTERNAL_URL,
    // One after the other, in the order that promtool is told.
    concurrency: 1,
    query: async (expr, timeMs) => vectorOf(queryInstant(store, expr, timeMs)),
    append: async (samples) => {
      for (const sample of samples) store.append(sample);
    },
    notify: () => {},
    onFault: (fault) => {
      throw fault;
    },
  });
  const series = input.map(({ labels, slots }) => ({ series: createLabelSet(labels), slots }));
  const moments: { timeMs: number; firing: Firing[] }[] = [];
  for (let step = 0; step < STEPS; step++) {
    nowMs = step * STEP_MS;
    for (const { series: one, slots } of series) {
      const value = slots[step];
      if (value !== undefined) store.append({ series: one, timeMs: nowMs, value });
    }
    if (nowMs % EVALUATION_MS !== 0) continue;
    await manager.evaluateAt(nowMs);
    const firing = manager.groups().flatMap(({ rules }) =>
      rules.flatMap((rule) => {
        if (rule.lastError !== undefined) throw new Error(`${rule.name} at ${nowMs} ms: ${rule.lastError}`);
        return rule.type === "alerting"
          ? rule.alerts
              .filter(({ state }) => state === "firing")
              .map(({ labels, annotations }) => ({ alertName: rule.name, labels, annotations }))
          : [];
      }),
    );
    moments.push({ timeMs: nowMs, firing });
  }
  await manager.close();
  return moments.map(({ timeMs, firing }, number) => ({
    timeMs,
    firing,
    results: new Map(expressionsAt(number).map((expr) => [expr, vectorOf(queryInstant(store, expr, timeMs))])),
  }));
}

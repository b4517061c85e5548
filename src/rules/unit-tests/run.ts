import { readFileSync } from "node:fs";
import type { Clock } from "../../base/index.ts";
import { formatDuration } from "../../gotext/index.ts";
import { queryInstant } from "../../promql/index.ts";
import {
  compareLabels,
  createLabelSet,
  createMemorySeries,
  type LabelSet,
  type MemorySeries,
  type NewSample,
} from "../../signals/index.ts";
import { type RuleGroup, writeProblem } from "../definition.ts";
import { createGroupRunner, type GroupRunner } from "../engine/group-runner.ts";
import { vectorOf } from "../engine/vector-of.ts";
import { loadRules } from "../load.ts";
import { compareAlerts, type LabeledAlert, type LabeledValue, sameValue } from "./compare.ts";
import { parseMetric, parseSeriesValues, SeriesNotationError, type Slot } from "./series-notation.ts";
import { type AlertCheck, type PromqlCheck, parseTestFile, type RuleTest, type RuleTestFile } from "./test-file.ts";

export type RuleTestFailure =
  | {
      readonly kind: "alerts";
      readonly alertName: string;
      readonly evalTimeMs: number;
      readonly expected: readonly LabeledAlert[];
      readonly received: readonly LabeledAlert[];
    }
  | {
      readonly kind: "samples";
      readonly expr: string;
      readonly evalTimeMs: number;
      readonly expected: readonly LabeledValue[];
      readonly received: readonly LabeledValue[];
    }
  /** The test could not be run, or a rule or expression could not be evaluated. */
  | { readonly kind: "error"; readonly message: string };

export type RuleTestResult = { readonly name: string; readonly failures: readonly RuleTestFailure[] };
export type RuleTestFileResult = {
  readonly file: string;
  /** Why nothing of the file was run. */
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
  readonly tests: readonly RuleTestResult[];
};
export type RuleTestReport = {
  readonly files: readonly RuleTestFileResult[];
  /** Tests, and files that could not be run at all as failed. */
  readonly passed: number;
  readonly failed: number;
};

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

type Loader = { readonly loadUntil: (timeMs: number) => void };

/** Input series whose samples appear as time goes on: what a rule writes must find its place in between. */
function createLoader(store: MemorySeries, test: RuleTest): Loader {
  const all = new Map<string, { readonly series: LabelSet; readonly slots: readonly Slot[]; next: number }>();
  for (const { series: text, values } of test.input) {
    const { labels, rest } = parseMetric(text);
    if (rest.trim() !== "") throw new SeriesNotationError(`expected nothing behind the series, got "${rest.trim()}"`);
    const series = createLabelSet(labels);
    // A series that is given twice is what it is given as last.
    all.set(series.key, { series, slots: parseSeriesValues(values), next: 0 });
  }
  return {
    loadUntil: (timeMs) => {
      for (const one of all.values()) {
        for (; one.next < one.slots.length; one.next++) {
          const slot = one.slots[one.next];
          const sampleMs = test.startMs + one.next * test.intervalMs;
          if (sampleMs > timeMs) break;
          if (slot === undefined) continue;
          const sample = { series: one.series, timeMs: sampleMs, value: slot === "stale" ? 0 : slot };
          store.append(slot === "stale" ? { ...sample, stale: true } : sample);
        }
      }
    },
  };
}

function firingAlerts(groups: readonly GroupRunner[], alertName: string): LabeledAlert[] {
  return groups
    .flatMap(({ rules }) => rules.filter(({ rule }) => rule.kind === "alerting" && rule.name === alertName))
    .flatMap(({ active }) => [...active.values()])
    .filter(({ state }) => state === "firing")
    .map(({ labels, annotations }) => ({ labels, annotations }))
    .sort(compareAlerts);
}

function checkAlerts(groups: readonly GroupRunner[], check: AlertCheck): RuleTestFailure[] {
  const received = firingAlerts(groups, check.alertName);
  const expected = check.expected.toSorted(compareAlerts);
  const same =
    received.length === expected.length &&
    received.every((one, index) => compareAlerts(one, expected[index] as LabeledAlert) === 0);
  const { alertName, evalTimeMs } = check;
  return same ? [] : [{ kind: "alerts", alertName, evalTimeMs, expected, received }];
}

function checkPromql(store: MemorySeries, check: PromqlCheck, file: RuleTestFile, startMs: number): RuleTestFailure[] {
  const { expr, evalTimeMs } = check;
  const byLabels = (a: LabeledValue, b: LabeledValue): number => compareLabels(a.labels, b.labels);
  try {
    const limits = { subqueryStepMs: file.evaluationIntervalMs };
    const received = vectorOf(queryInstant(store, expr, startMs + evalTimeMs, limits)).toSorted(byLabels);
    const expected = check.expected
      .map(({ labels, value, histogram }) => {
        if (histogram !== "") throw new SeriesNotationError("native histograms (histogram: …) are not supported");
        const { labels: parsed, rest } = parseMetric(labels);
        if (rest.trim() !== "") throw new SeriesNotationError(`expected the labels of a series, got "${labels}"`);
        return { labels: parsed, value };
      })
      .toSorted(byLabels);
    const same =
      received.length === expected.length &&
      received.every(({ labels, value }, index) => {
        const other = expected[index] as LabeledValue;
        return compareLabels(labels, other.labels) === 0 && sameValue(value, other.value, file.fuzzyCompare);
      });
    return same ? [] : [{ kind: "samples", expr, evalTimeMs, expected, received }];
  } catch (error) {
    const message = `expr: ${expr}, time: ${formatDuration(evalTimeMs)}: ${reasonOf(error)}`;
    return [{ kind: "error", message }];
  }
}

/** Groups that group_eval_order names in its order; it puts the others beside the first. */
function inOrder(groups: readonly RuleGroup[], order: readonly string[]): RuleGroup[] {
  const rank = ({ name }: RuleGroup): number => Math.max(order.indexOf(name), 0);
  return groups.toSorted((a, b) => rank(a) - rank(b));
}

async function runTest(test: RuleTest, file: RuleTestFile, groups: readonly RuleGroup[]): Promise<RuleTestFailure[]> {
  const store = createMemorySeries();
  const loader = createLoader(store, test);
  const now = { timeMs: test.startMs };
  const clock: Clock = { nowMs: () => now.timeMs };
  const errors: string[] = [];
  const runners = inOrder(groups, file.groupOrder).map((group) =>
    createGroupRunner(group, {
      clock,
      query: async (expr, timeMs) =>
        vectorOf(queryInstant(store, expr, timeMs, { subqueryStepMs: file.evaluationIntervalMs })),
      append: async (samples: readonly NewSample[]) => {
        for (const sample of samples) store.append(sample);
      },
      notify: () => {},
      onRuleError: () => {},
      externalUrl: test.externalUrl,
      externalLabels: test.externalLabels,
      defaultIntervalMs: test.intervalMs,
      resendDelayMs: 0,
    }),
  );
  const failures: RuleTestFailure[] = [];
  const stepMs = file.evaluationIntervalMs;
  const lastMs = Math.max(0, ...[...test.alerts, ...test.promql].map(({ evalTimeMs }) => evalTimeMs));
  for (let elapsedMs = 0; elapsedMs <= lastMs; elapsedMs += stepMs) {
    now.timeMs = test.startMs + elapsedMs;
    loader.loadUntil(now.timeMs);
    for (const runner of runners) {
      await runner.evaluate(now.timeMs);
      for (const { rule, lastError } of runner.rules) {
        if (lastError !== undefined)
          errors.push(`rule: ${rule.name}, time: ${formatDuration(elapsedMs)}: ${lastError}`);
      }
    }
    if (errors.length > 0) return [...failures, ...errors.map((message) => ({ kind: "error", message }) as const)];
    const due = test.alerts.filter(({ evalTimeMs }) => elapsedMs <= evalTimeMs && evalTimeMs < elapsedMs + stepMs);
    for (const check of due.toSorted((a, b) => a.evalTimeMs - b.evalTimeMs))
      failures.push(...checkAlerts(runners, check));
  }
  for (const check of test.promql) failures.push(...checkPromql(store, check, file, test.startMs));
  return failures;
}

async function runFile(file: string): Promise<RuleTestFileResult> {
  let source: string;
  try {
    source = readFileSync(file, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? reasonOf(error);
    return { file, problems: [`${file}: expected a readable file, got ${code}`], warnings: [], tests: [] };
  }
  const { tests: content, problems } = parseTestFile(file, source);
  const warnings = content.unmatched.map((path) => `no rule file matches ${path}`);
  if (problems.length > 0) return { file, problems: problems.map(writeProblem), warnings, tests: [] };
  const rules = loadRules(content.ruleFiles);
  const tests: RuleTestResult[] = [];
  for (const test of content.tests) {
    let failures: RuleTestFailure[];
    try {
      failures =
        rules.problems.length > 0
          ? rules.problems.map((problem) => ({ kind: "error", message: writeProblem(problem) }))
          : await runTest(test, content, rules.groups);
    } catch (error) {
      failures = [{ kind: "error", message: reasonOf(error) }];
    }
    tests.push({ name: test.name, failures });
  }
  return { file, problems: [], warnings, tests };
}

/** Runs unit tests of rules in promtool's format, with the verdicts of promtool. Never rejects because of what the files hold. */
export async function runRuleTests(files: readonly string[]): Promise<RuleTestReport> {
  const results: RuleTestFileResult[] = [];
  for (const file of files) results.push(await runFile(file));
  const tests = results.flatMap((result) => result.tests);
  const failedTests = tests.filter(({ failures }) => failures.length > 0).length;
  return {
    files: results,
    passed: tests.length - failedTests,
    failed: failedTests + results.filter(({ problems }) => problems.length > 0).length,
  };
}

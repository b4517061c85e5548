import {
  createLabelSet,
  createTexts,
  type LabelSet,
  type Labels,
  labelsKey,
  type NewSample,
} from "../../signals/index.ts";
import type { AlertingRule, RecordingRule, Rule } from "../definition.ts";
import { createExpander, type Expander } from "../templates/expand.ts";
import type { VectorElement } from "../templates/functions.ts";
import { type ActiveAlert, type AlertResult, advanceAlerts } from "./alert-state.ts";
import { alertLabels, alertSamples, recordedLabels } from "./samples.ts";

export type RuleQuery = (expr: string, timeMs: number) => Promise<readonly VectorElement[]>;

export type RuleRun = {
  /** When it counts as happening. */
  readonly timeMs: number;
  /** How much earlier data is looked at, and samples are written. */
  readonly queryOffsetMs: number;
  readonly limit: number;
};

/** One rule with what it remembers between evaluations. */
export type RuleRunner = {
  readonly rule: Rule;
  /** Of an alerting rule, by the key of their labels. */
  readonly active: Map<string, ActiveAlert>;
  /** Series written by the last evaluation, by key: those that vanish are marked stale. */
  previous: ReadonlyMap<string, LabelSet>;
  health: "unknown" | "ok" | "err";
  lastError: string | undefined;
  evaluationTimeMs: number;
  lastEvaluationMs: number | undefined;
  /** The samples of one evaluation. Throws where it fails; what was active stays as it was, or is cleared where a limit is exceeded. */
  readonly evaluate: (run: RuleRun) => Promise<NewSample[]>;
};

export type RuleSurroundings = {
  readonly query: RuleQuery;
  readonly externalUrl: string;
  readonly externalLabels: Labels;
};

async function evaluateRecording(rule: RecordingRule, query: RuleQuery, run: RuleRun): Promise<NewSample[]> {
  const timeMs = run.timeMs - run.queryOffsetMs;
  const vector = await query(rule.query, timeMs);
  const seen = new Set<string>();
  const samples = vector.map(({ labels, value }): NewSample => {
    const series = createLabelSet(recordedLabels(labels, rule));
    if (seen.has(series.key)) {
      throw new Error("vector contains metrics with the same labelset after applying rule labels");
    }
    seen.add(series.key);
    return { series, timeMs, value };
  });
  if (run.limit > 0 && samples.length > run.limit) {
    throw new Error(`exceeded limit of ${run.limit} with ${samples.length} series`);
  }
  return samples;
}

async function expandResults(
  rule: AlertingRule,
  vector: readonly VectorElement[],
  expander: Expander,
  timeMs: number,
): Promise<Map<string, AlertResult>> {
  const results = new Map<string, AlertResult>();
  for (const { labels: series, value } of vector) {
    const subject = { labels: series, value, timeMs };
    const own = Object.fromEntries(await expander.expand(rule.labels, subject));
    const annotations = createTexts(await expander.expand(rule.annotations, subject));
    const labels = alertLabels(series, own, rule.name);
    const key = labelsKey(labels);
    if (results.has(key)) {
      throw new Error("vector contains metrics with the same labelset after applying alert labels");
    }
    results.set(key, { labels, annotations, value });
  }
  return results;
}

async function evaluateAlerting(
  rule: AlertingRule,
  active: Map<string, ActiveAlert>,
  query: RuleQuery,
  expander: Expander,
  { timeMs, queryOffsetMs, limit }: RuleRun,
): Promise<NewSample[]> {
  const vector = await query(rule.query, timeMs - queryOffsetMs);
  const results = await expandResults(rule, vector, expander, timeMs);
  const current = advanceAlerts(active, results, rule, timeMs);
  if (limit > 0 && current.length > limit) {
    active.clear();
    throw new Error(`exceeded limit of ${limit} with ${current.length} alerts`);
  }
  return current.flatMap((alert) => alertSamples(rule, alert, timeMs - queryOffsetMs));
}

export function createRuleRunner(rule: Rule, { query, externalUrl, externalLabels }: RuleSurroundings): RuleRunner {
  const active = new Map<string, ActiveAlert>();
  const expander = createExpander({ alertName: rule.name, externalUrl, externalLabels, query });
  return {
    rule,
    active,
    previous: new Map(),
    health: "unknown",
    lastError: undefined,
    evaluationTimeMs: 0,
    lastEvaluationMs: undefined,
    evaluate: (run) =>
      rule.kind === "recording"
        ? evaluateRecording(rule, query, run)
        : evaluateAlerting(rule, active, query, expander, run),
  };
}

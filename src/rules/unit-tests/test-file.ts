import { globSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { createLabels, type Labels } from "../../signals/index.ts";
import type { RuleProblem } from "../definition.ts";
import { readYaml, type YamlReader, type YamlValue } from "../yaml-reader.ts";

export type InputSeries = { readonly series: string; readonly values: string };
export type ExpectedAlert = { readonly labels: Labels; readonly annotations: Labels };
export type AlertCheck = {
  readonly evalTimeMs: number;
  readonly alertName: string;
  readonly expected: readonly ExpectedAlert[];
};
export type ExpectedSample = { readonly labels: string; readonly value: number; readonly histogram: string };
export type PromqlCheck = {
  readonly expr: string;
  readonly evalTimeMs: number;
  readonly expected: readonly ExpectedSample[];
};

export type RuleTest = {
  readonly name: string;
  readonly intervalMs: number;
  readonly startMs: number;
  readonly input: readonly InputSeries[];
  readonly alerts: readonly AlertCheck[];
  readonly promql: readonly PromqlCheck[];
  readonly externalLabels: Labels;
  readonly externalUrl: string;
};

/** A file of unit tests in promtool's format. */
export type RuleTestFile = {
  readonly ruleFiles: readonly string[];
  /** Patterns of rule files that match nothing. */
  readonly unmatched: readonly string[];
  readonly evaluationIntervalMs: number;
  readonly groupOrder: readonly string[];
  readonly fuzzyCompare: boolean;
  readonly tests: readonly RuleTest[];
};

const FILE_KEYS = ["rule_files", "evaluation_interval", "group_eval_order", "tests", "fuzzy_compare"];
const TEST_KEYS = [
  "interval",
  "input_series",
  "alert_rule_test",
  "promql_expr_test",
  "external_labels",
  "external_url",
  "name",
  "start_timestamp",
];
const DEFAULT_INTERVAL_MS = 60_000;

/** Texts as they are written: unlike in a series, an empty one is expected to be there. */
const textsOf = (reader: YamlReader, node: YamlValue, what: string): Labels =>
  Object.assign(
    Object.create(null),
    Object.fromEntries(reader.texts(node, what).map(([name, value]) => [name, value])),
  );

function readStart(reader: YamlReader, node: YamlValue): number {
  const text = reader.text(node, "start_timestamp");
  if (text === undefined) return 0;
  const timeMs = /^[+-]?[\d.]+(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text);
  if (Number.isFinite(timeMs)) return Math.round(timeMs);
  reader.problem(node, `expected a time such as 2026-01-31T12:00:00Z or 1769860800 for start_timestamp, got "${text}"`);
  return 0;
}

function readAlertCheck(reader: YamlReader, node: YamlValue): AlertCheck {
  const fields = reader.members(node, "an alert_rule_test", ["eval_time", "alertname", "exp_alerts"]);
  const alertName = reader.text(fields.get("alertname"), "alertname") ?? "";
  if (alertName === "") reader.problem(node, "expected an alertname in an alert_rule_test, got none");
  return {
    alertName,
    evalTimeMs: reader.durationMs(fields.get("eval_time"), "eval_time") ?? 0,
    expected: reader.list(fields.get("exp_alerts"), "exp_alerts").map((one) => {
      const alert = reader.members(one, "an exp_alert", ["exp_labels", "exp_annotations"]);
      return {
        labels: { ...textsOf(reader, alert.get("exp_labels"), "exp_labels"), alertname: alertName },
        annotations: textsOf(reader, alert.get("exp_annotations"), "exp_annotations"),
      };
    }),
  };
}

function readPromqlCheck(reader: YamlReader, node: YamlValue): PromqlCheck {
  const fields = reader.members(node, "a promql_expr_test", ["expr", "eval_time", "exp_samples"]);
  return {
    expr: reader.text(fields.get("expr"), "expr") ?? "",
    evalTimeMs: reader.durationMs(fields.get("eval_time"), "eval_time") ?? 0,
    expected: reader.list(fields.get("exp_samples"), "exp_samples").map((one) => {
      const sample = reader.members(one, "an exp_sample", ["labels", "value", "histogram"]);
      return {
        labels: reader.text(sample.get("labels"), "labels") ?? "",
        value: reader.float(sample.get("value"), "value") ?? 0,
        histogram: reader.text(sample.get("histogram"), "histogram") ?? "",
      };
    }),
  };
}

function readTest(reader: YamlReader, node: YamlValue, index: number, defaultIntervalMs: number): RuleTest {
  const fields = reader.members(node, "a test", TEST_KEYS);
  const name = reader.text(fields.get("name"), "name") ?? "";
  return {
    name: name === "" ? `unnamed#${index}` : name,
    intervalMs: reader.durationMs(fields.get("interval"), "interval") || defaultIntervalMs,
    startMs: readStart(reader, fields.get("start_timestamp")),
    input: reader.list(fields.get("input_series"), "input_series").map((one) => {
      const input = reader.members(one, "an input series", ["series", "values"]);
      return {
        series: reader.text(input.get("series"), "series") ?? "",
        values: reader.text(input.get("values"), "values") ?? "",
      };
    }),
    alerts: reader.list(fields.get("alert_rule_test"), "alert_rule_test").map((one) => readAlertCheck(reader, one)),
    promql: reader.list(fields.get("promql_expr_test"), "promql_expr_test").map((one) => readPromqlCheck(reader, one)),
    externalLabels: createLabels(
      reader.texts(fields.get("external_labels"), "external_labels").map(([label, value]) => [label, value] as const),
    ),
    externalUrl: reader.text(fields.get("external_url"), "external_url") ?? "",
  };
}

/** Reads a file of unit tests. Its rule files are looked for beside it. */
export function parseTestFile(
  file: string,
  source: string,
): { readonly tests: RuleTestFile; readonly problems: readonly RuleProblem[] } {
  const { reader, root } = readYaml(file, source);
  const fields = reader.members(root, "a file of rule tests", FILE_KEYS);
  const patterns = reader
    .list(fields.get("rule_files"), "rule_files")
    .map((one) => reader.text(one, "rule_files") ?? "");
  const found = patterns.map((pattern) => {
    const path = pattern === "" || isAbsolute(pattern) ? pattern : join(dirname(file), pattern);
    return { path, files: globSync(path).sort() };
  });
  const evaluationIntervalMs =
    reader.durationMs(fields.get("evaluation_interval"), "evaluation_interval") || DEFAULT_INTERVAL_MS;
  const groupOrder: string[] = [];
  for (const node of reader.list(fields.get("group_eval_order"), "group_eval_order")) {
    const name = reader.text(node, "group_eval_order") ?? "";
    if (groupOrder.includes(name))
      reader.problem(node, `expected a group once in group_eval_order, got "${name}" again`);
    groupOrder.push(name);
  }
  const tests = reader
    .list(fields.get("tests"), "tests")
    .map((node, index) => readTest(reader, node, index, evaluationIntervalMs));
  return {
    tests: {
      ruleFiles: found.flatMap(({ files }) => files),
      unmatched: found.filter(({ files }) => files.length === 0).map(({ path }) => path),
      evaluationIntervalMs,
      groupOrder,
      fuzzyCompare: reader.bool(fields.get("fuzzy_compare"), "fuzzy_compare") ?? false,
      tests,
    },
    problems: reader.problems,
  };
}

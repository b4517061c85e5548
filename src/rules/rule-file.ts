import { type Expr, parsePromql, printPromql } from "../promql/index.ts";
import { createTexts, type Labels, METRIC_NAME } from "../signals/index.ts";
import type { Rule, RuleGroup, RuleProblem } from "./definition.ts";
import { checkTemplate } from "./templates/expand.ts";
import { readYaml, type YamlReader, type YamlValue } from "./yaml-reader.ts";

const GROUP_KEYS = ["name", "interval", "limit", "query_offset", "labels", "rules"];
const RULE_KEYS = ["record", "alert", "expr", "for", "keep_firing_for", "labels", "annotations"];
const ALERTING_ONLY = ["for", "keep_firing_for", "annotations"] as const;

type Fields = ReadonlyMap<string, YamlValue>;
type Entries = readonly (readonly [name: string, value: string, node: YamlValue])[];

/** The last of several with one name wins. An empty one stays: it takes a label away from what the rule gives. */
const merge = (...lists: readonly Entries[]): Labels =>
  createTexts(lists.flatMap((list) => list.map(([name, value]) => [name, value] as const)));

function readNames(reader: YamlReader, node: YamlValue, what: "labels" | "annotations"): Entries {
  const entries = reader.texts(node, what);
  for (const [name, value, key] of entries) {
    if (name === "" || !name.isWellFormed() || (what === "labels" && name === METRIC_NAME)) {
      reader.problem(key, `expected a valid name in ${what}, got "${name}"`);
    }
    if (!value.isWellFormed()) reader.problem(key, `expected valid Unicode for ${what}.${name}`);
  }
  return entries;
}

function readExpr(reader: YamlReader, fields: Fields, rule: YamlValue): Expr | undefined {
  const text = reader.text(fields.get("expr"), "expr");
  if (text === undefined || text === "") {
    reader.problem(fields.get("expr") ?? rule, "expected the field expr with a PromQL expression, got none");
    return undefined;
  }
  try {
    return parsePromql(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    reader.problem(fields.get("expr"), `could not parse expression: ${reason}`);
    return undefined;
  }
}

function checkTemplates(reader: YamlReader, alert: string, what: string, entries: Entries): void {
  for (const [name, text, key] of entries) {
    const wrong = checkTemplate(alert, text);
    if (wrong !== undefined) reader.problem(key, `expected a template for the ${what} ${name} of ${alert}: ${wrong}`);
  }
}

function readRule(reader: YamlReader, node: YamlValue, groupLabels: Entries): Rule | undefined {
  const fields = reader.members(node, "a rule", RULE_KEYS);
  const record = reader.text(fields.get("record"), "record") ?? "";
  const alert = reader.text(fields.get("alert"), "alert") ?? "";
  if ((record === "") === (alert === "")) {
    reader.problem(node, `expected one of record and alert in a rule, got ${record === "" ? "neither" : "both"}`);
  }
  const expr = readExpr(reader, fields, node);
  const labels = readNames(reader, fields.get("labels"), "labels");
  const annotations = readNames(reader, fields.get("annotations"), "annotations");
  const forMs = reader.durationMs(fields.get("for"), "for") ?? 0;
  const keepFiringForMs = reader.durationMs(fields.get("keep_firing_for"), "keep_firing_for") ?? 0;
  const merged = merge(groupLabels, labels);

  if (record !== "") {
    for (const key of ALERTING_ONLY) {
      const set = key === "annotations" ? annotations.length > 0 : key === "for" ? forMs !== 0 : keepFiringForMs !== 0;
      if (set)
        reader.problem(fields.get(key), `expected no ${key} in the recording rule ${record}: only alerts have it`);
    }
    if (!record.isWellFormed() || /[{}]/.test(record)) {
      reader.problem(fields.get("record"), `expected a metric name without braces for record, got "${record}"`);
    }
    return expr && { kind: "recording", name: record, query: printPromql(expr), labels: merged };
  }
  checkTemplates(reader, alert, "label", labels);
  checkTemplates(reader, alert, "annotation", annotations);
  return (
    expr && {
      kind: "alerting",
      name: alert,
      query: printPromql(expr),
      forMs,
      keepFiringForMs,
      labels: merged,
      annotations: merge(annotations),
    }
  );
}

function readGroup(reader: YamlReader, file: string, node: YamlValue): RuleGroup {
  const fields = reader.members(node, "a group", GROUP_KEYS);
  const name = reader.text(fields.get("name"), "name") ?? "";
  if (name === "") reader.problem(node, "expected a name for the group, got none");
  const labels = readNames(reader, fields.get("labels"), "labels");
  const rules = reader.list(fields.get("rules"), "rules").map((rule) => readRule(reader, rule, labels));
  const intervalMs = reader.durationMs(fields.get("interval"), "interval");
  return {
    file,
    name,
    intervalMs: intervalMs === 0 ? undefined : intervalMs,
    limit: reader.int(fields.get("limit"), "limit") ?? 0,
    queryOffsetMs: reader.durationMs(fields.get("query_offset"), "query_offset") ?? 0,
    rules: rules.filter((rule) => rule !== undefined),
  };
}

/** The groups of a rule file as Prometheus writes them. With problems, the groups are not to be used. */
export function parseRuleFile(
  file: string,
  source: string,
): { readonly groups: readonly RuleGroup[]; readonly problems: readonly RuleProblem[] } {
  const { reader, root } = readYaml(file, source);
  const fields = reader.members(root, "a rule file", ["groups"]);
  const names = new Set<string>();
  const groups = reader.list(fields.get("groups"), "groups").map((node) => {
    const group = readGroup(reader, file, node);
    if (names.has(group.name)) reader.problem(node, `expected a group name once in a file, got "${group.name}" again`);
    names.add(group.name);
    return group;
  });
  return { groups, problems: reader.problems };
}

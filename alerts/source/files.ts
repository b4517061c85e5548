import { Document, isMap, isScalar, type Node, type Pair, Scalar, type YAMLMap, type YAMLSeq } from "yaml";
import type { Alert, DashboardLink, Recording, RuleFile, RuleGroup } from "./rule.ts";

const COUNTS =
  ' Counts are exact: see "How events are counted" in docs/alerts.md for why they are not increase() alone.';
const GENERATED =
  " Written by npm run alerts from alerts/source: rules of your own belong in a file of your own beside this one.";
const WIDTH = 118;

const annotationsOf = ({ alert, summary, description, dashboard }: Alert): Record<string, string> => ({
  summary,
  description,
  runbook_url: `{{ $externalURL }}/user/runbooks/${alert}.md`,
  dashboard_url: dashboardUrl(dashboard),
});

/** A path: Grafana and the page of the embedded process have the board at the same one. */
function dashboardUrl({ uid, variables = {} }: DashboardLink): string {
  const query = Object.entries(variables).map(([name, label]) => `var-${name}={{ $labels.${label} | urlquery }}`);
  return query.length === 0 ? `/d/${uid}` : `/d/${uid}?${query.join("&")}`;
}

const isAlert = (rule: Alert | Recording): rule is Alert => "alert" in rule;

function plainRule(rule: Alert | Recording): Record<string, unknown> {
  if (!isAlert(rule)) {
    return { record: rule.record, ...(rule.labels !== undefined && { labels: rule.labels }), expr: rule.expr };
  }
  return {
    alert: rule.alert,
    expr: rule.expr,
    ...(rule.for !== undefined && { for: rule.for }),
    ...(rule.keepFiringFor !== undefined && { keep_firing_for: rule.keepFiringFor }),
    labels: { severity: rule.severity, ...rule.labels },
    annotations: annotationsOf(rule),
  };
}

/** How each value is written, so that the file reads as one written by hand. */
function style(rule: YAMLMap): void {
  for (const { key, value } of rule.items as Pair<Scalar<string>, Node>[]) {
    if (key.value === "labels" && isMap(value)) value.flow = true;
    if (key.value === "expr" && isScalar(value))
      value.type = String(value.value).includes("\n") ? Scalar.BLOCK_LITERAL : Scalar.PLAIN;
    if (key.value !== "annotations" || !isMap(value)) continue;
    for (const annotation of value.items as Pair<Scalar<string>, Scalar<string>>[]) {
      if (annotation.value === null) continue;
      annotation.value.type =
        annotation.key.value === "description"
          ? Scalar.BLOCK_FOLDED
          : annotation.key.value === "summary"
            ? Scalar.PLAIN
            : Scalar.QUOTE_DOUBLE;
    }
  }
}

function groupNode(document: Document, { name, interval, rules }: RuleGroup): Node {
  const node = document.createNode({ name, interval, rules: rules.map(plainRule) }) as YAMLMap;
  const list = node.get("rules") as YAMLSeq<YAMLMap>;
  for (const [index, rule] of list.items.entries()) {
    style(rule);
    rule.spaceBefore = index > 0;
    const comment = rules[index]?.comment;
    if (comment !== undefined) rule.commentBefore = comment.replaceAll(/^/gm, " ");
  }
  return node;
}

export function renderRuleFile({ comment, groups }: RuleFile): string {
  const document = new Document({ groups: [] });
  const list = document.get("groups") as YAMLSeq;
  list.items = groups.map((group) => groupNode(document, group));
  const header = [
    ...(comment ?? "")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => ` ${line}`),
    COUNTS,
    GENERATED,
  ];
  document.commentBefore = header.join("\n");
  return document.toString({ lineWidth: WIDTH, flowCollectionPadding: true }).replace("\n\ngroups:", "\ngroups:");
}

/** File names and contents of alerts/. */
export const renderRuleFiles = (files: readonly RuleFile[]): Map<string, string> =>
  new Map(files.map((file) => [`${file.name}.yml`, renderRuleFile(file)]));

/** Where the committed files are not what the source renders. */
export function findDrift(rendered: ReadonlyMap<string, string>, committed: ReadonlyMap<string, string>): string[] {
  const changed = [...rendered].filter(([name, text]) => committed.get(name) !== text).map(([name]) => name);
  const left = [...committed.keys()].filter((name) => !rendered.has(name));
  return [
    ...changed.map((name) => `alerts/${name} is not what alerts/source renders: run npm run alerts [drift]`),
    ...left.map((name) => `alerts/${name} has no source: write it in alerts/source, or remove it [drift]`),
  ];
}

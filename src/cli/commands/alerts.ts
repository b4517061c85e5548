import type { Alert, AlertingRule, Rule, RuleGroup } from "../../backends/index.ts";
import { formatAge, formatDuration } from "../amounts.ts";
import { type CommandInput, defineCommand, EXIT, type Flags, UsageError } from "../command.ts";
import { connect } from "../connection.ts";
import { CONNECTION_FLAGS, OUTPUT_FLAGS } from "../flags.ts";
import { remark, writeJson, writeLines } from "../output.ts";
import type { Paint } from "../paint.ts";
import { type Column, renderTable } from "../table.ts";
import { oneLine } from "../text-width.ts";
import { formatTime, isoTime, type TimeStyle } from "../times.ts";

const FLAGS = {
  "fail-on-firing": { kind: "switch", doc: "End with 1 where an alert fires, severity `log` excepted." },
  ...OUTPUT_FLAGS,
  ...CONNECTION_FLAGS,
} as const satisfies Flags;

type Input = CommandInput<typeof FLAGS>;

/** The worst first; what has no severity of ours stands last. */
const SEVERITIES: readonly (string | undefined)[] = ["page", "ticket", "log"];

const rank = ({ state, labels }: Alert): number => {
  const severity = SEVERITIES.indexOf(labels["severity"]);
  return (state === "firing" ? 0 : SEVERITIES.length + 1) + (severity < 0 ? SEVERITIES.length : severity);
};

/** Alerts of severity `log` are there to be looked up; the watchdog is one that always fires. */
export const isCall = ({ state, labels }: Alert): boolean => state === "firing" && labels["severity"] !== "log";

const TOLD_APART = new Set(["alertname", "severity"]);

function renderAlert(alert: Alert, nowMs: number, style: TimeStyle, paint: Paint): string[] {
  const { labels, annotations, state, activeSinceMs } = alert;
  const severity = labels["severity"] ?? "";
  const color = severity === "log" ? paint.dim : state === "firing" ? paint.red : paint.yellow;
  const since =
    activeSinceMs === undefined
      ? ""
      : `since ${formatTime(activeSinceMs, style)} (${formatAge(nowMs - activeSinceMs)})`;
  const others = Object.entries(labels)
    .filter(([name]) => !TOLD_APART.has(name))
    .map(([name, value]) => `${name}=${value}`);
  const { summary = "", description = "", runbook_url: runbook = "" } = annotations;
  return [
    [
      color(oneLine(`${state} ${severity}`.trimEnd())),
      paint.bold(oneLine(labels["alertname"] ?? "")),
      oneLine(summary),
      paint.dim(since),
    ]
      .filter((part) => part !== "")
      .join("  "),
    ...[others.join(" "), description, runbook].filter((line) => line !== "").map((line) => `    ${oneLine(line)}`),
  ];
}

export const alertJson = ({ labels, annotations, state, activeSinceMs, value }: Alert) => ({
  alert: labels["alertname"] ?? "",
  state,
  severity: labels["severity"] ?? null,
  summary: annotations["summary"] ?? null,
  since: activeSinceMs === undefined ? null : isoTime(activeSinceMs),
  runbookUrl: annotations["runbook_url"] ?? null,
  value,
  labels,
  annotations,
});

async function showAlerts({ flags, terminal }: Input): Promise<number> {
  const { prometheus } = (await connect(flags, terminal)).backends;
  const alerts = (await prometheus.alerts()).toSorted((a, b) => rank(a) - rank(b));
  if (flags.json) writeJson(terminal, { alerts: alerts.map(alertJson) });
  else if (alerts.length === 0) remark(terminal, "No alert is pending or firing.");
  else
    writeLines(
      terminal,
      alerts.flatMap((alert) => renderAlert(alert, terminal.clock.nowMs(), flags, terminal.paint)),
    );
  return flags["fail-on-firing"] && alerts.some(isCall) ? EXIT.nothing : EXIT.ok;
}

type Row = { readonly group: RuleGroup; readonly rule: Rule };

function ruleColumns(nowMs: number, paint: Paint): Column<Row>[] {
  const alerting = (rule: Rule): AlertingRule | undefined => (rule.type === "alerting" ? rule : undefined);
  return [
    { title: "GROUP", text: ({ group }) => oneLine(group.name), minWidth: 6 },
    { title: "RULE", text: ({ rule }) => oneLine(rule.name), minWidth: 16 },
    {
      title: "STATE",
      text: ({ rule }) => alerting(rule)?.state ?? "",
      paint: (text, { rule }) => (alerting(rule)?.state === "firing" ? paint.red(text) : text),
    },
    { title: "SEVERITY", text: ({ rule }) => oneLine(alerting(rule)?.labels["severity"] ?? "") },
    {
      title: "FOR",
      text: ({ rule }) => ((alerting(rule)?.forS ?? 0) > 0 ? formatDuration((alerting(rule)?.forS ?? 0) * 1000) : ""),
      right: true,
    },
    {
      title: "HEALTH",
      text: ({ rule }) => rule.health,
      paint: (text, { rule }) => (rule.health === "err" ? paint.red(text) : text),
    },
    {
      title: "EVALUATED",
      text: ({ rule: { lastEvaluationMs } }) =>
        lastEvaluationMs === undefined ? "never" : `${formatAge(nowMs - lastEvaluationMs)} ago`,
      right: true,
    },
    { title: "ERROR", text: ({ rule }) => oneLine(rule.lastError ?? ""), minWidth: 16, paint: paint.red },
  ];
}

const ruleJson = ({ group, rule }: Row) => ({
  group: group.name,
  file: group.file,
  name: rule.name,
  type: rule.type,
  query: rule.query,
  labels: rule.labels,
  health: rule.health,
  lastError: rule.lastError ?? null,
  lastEvaluation: rule.lastEvaluationMs === undefined ? null : isoTime(rule.lastEvaluationMs),
  ...(rule.type === "alerting" && { state: rule.state, forSeconds: rule.forS, annotations: rule.annotations }),
});

async function showRules({ flags, terminal }: Input): Promise<number> {
  const { prometheus } = (await connect(flags, terminal)).backends;
  const rows = (await prometheus.rules()).flatMap((group) => group.rules.map((rule): Row => ({ group, rule })));
  if (flags.json) writeJson(terminal, { rules: rows.map(ruleJson) });
  else if (rows.length === 0) remark(terminal, "No rules are loaded.");
  else writeLines(terminal, renderTable(rows, ruleColumns(terminal.clock.nowMs(), terminal.paint), terminal));
  const firing = rows.some(({ rule }) => rule.type === "alerting" && rule.alerts.some(isCall));
  if (flags["fail-on-firing"] && firing) return EXIT.nothing;
  return rows.length === 0 ? EXIT.nothing : EXIT.ok;
}

/** Asks nobody: the engine is our own. */
async function testRules(files: readonly string[], { flags, terminal }: Input): Promise<number> {
  if (files.length === 0) throw new UsageError("expected files with unit tests of rules: alerts test FILE…, got none");
  const { runRuleTests, writeTestReport } = await import("../../rules/index.ts");
  const report = await runRuleTests(files);
  if (flags.json) writeJson(terminal, report);
  else terminal.out.write(writeTestReport(report));
  return report.failed === 0 ? EXIT.ok : EXIT.nothing;
}

export const command = defineCommand({
  usage: ["[flags]", "rules [flags]", "test FILE… [--json]"],
  about:
    "Shows alerts that are pending or firing, the worst first. `rules` lists all rules with their health. `test` runs unit tests of rules, in the format of promtool, with the engine of the embedded process; it asks nobody, and ends with 1 where a test fails.",
  examples: [
    "agent-observatory alerts --fail-on-firing && ./deploy.sh",
    "agent-observatory alerts test alerts/tests/*.test.yml",
  ],
  flags: FLAGS,
  run: (input) => {
    const [what, ...more] = input.positionals;
    if (what === "test") return testRules(more, input);
    if (what === "rules" && more.length === 0) return showRules(input);
    if (what !== undefined) throw new UsageError(`expected nothing, rules or test, got ${JSON.stringify(what)}`);
    return showAlerts(input);
  },
});

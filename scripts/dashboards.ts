/**
 * Writes grafana/dashboards/*.json from grafana/source. With `--check` it writes nothing and fails where the committed files
 * differ or a convention is broken.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { buildDashboards } from "../grafana/source/boards.ts";
import { findDrift, renderDashboards } from "../grafana/source/files.ts";
import { loadKnownSeries } from "../grafana/source/known-metrics.ts";
import { type LintedDashboard, lintDashboards, RULES } from "../grafana/source/lint.ts";

const folder = new URL("../grafana/dashboards/", import.meta.url);
const checkOnly = process.argv.includes("--check");

function readCommitted(): Map<string, string> {
  mkdirSync(folder, { recursive: true });
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return new Map(names.map((name) => [name, readFileSync(new URL(name, folder), "utf8")]));
}

function write(rendered: ReadonlyMap<string, string>, committed: ReadonlyMap<string, string>): void {
  for (const [name, text] of rendered) writeFileSync(new URL(name, folder), text);
  for (const name of committed.keys()) if (!rendered.has(name)) rmSync(new URL(name, folder));
}

const dashboards = buildDashboards();
const rendered = renderDashboards(dashboards);
const problems = lintDashboards(dashboards as LintedDashboard[], loadKnownSeries()).map(
  ({ dashboard, panel, rule, message }) => `${dashboard}${panel ? ` / ${panel}` : ""}: ${message} [${rule}]`,
);
if (checkOnly) problems.push(...findDrift(rendered, readCommitted()));
else write(rendered, readCommitted());

const panels = dashboards.flatMap((dashboard) => (dashboard.panels ?? []) as { type: string; targets?: unknown[] }[]);
const asking = panels.filter(({ type }) => type !== "row");
const queries = asking.flatMap(({ targets = [] }) => targets);
const counts = {
  dashboards: dashboards.length,
  panels: asking.length,
  queries: queries.length,
  rules: Object.keys(RULES).length,
};
for (const problem of problems) console.error(problem);
const counted = Object.entries(counts).map(([what, count]) => `${count} ${what}`);
console.log(`${counted.join(", ")}: ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;

/**
 * Writes alerts/*.yml from alerts/source. With `--check` it writes nothing and fails where the committed files differ, a convention is
 * broken, or a unit test of a rule fails.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { findDrift, renderRuleFiles } from "../alerts/source/files.ts";
import { lintAlerts } from "../alerts/source/lint.ts";
import { ALERTS_FOLDER, loadRules, loadRunbooks, loadScenarios, ruleFiles, testFiles } from "../alerts/source/load.ts";
import { RULE_FILES } from "../alerts/source/rule-files.ts";
import { buildDashboards } from "../grafana/source/boards.ts";
import { loadKnownSeries } from "../grafana/source/known-metrics.ts";
import { runRuleTests, writeTestReport } from "../src/rules/index.ts";

const rendered = renderRuleFiles(RULE_FILES);

if (process.argv.includes("--check")) await check();
else {
  for (const [name, text] of rendered) writeFileSync(new URL(name, ALERTS_FOLDER), text);
  console.log(`${rendered.size} files written to ${fileURLToPath(ALERTS_FOLDER)}`);
}

async function check(): Promise<void> {
  const committed = new Map(
    readdirSync(ALERTS_FOLDER)
      .filter((name) => name.endsWith(".yml"))
      .map((name) => [name, readFileSync(new URL(name, ALERTS_FOLDER), "utf8")]),
  );
  const rules = loadRules();
  const broken = lintAlerts({
    rules,
    scenarios: loadScenarios(),
    runbooks: loadRunbooks(),
    dashboardUids: new Set(buildDashboards().map(({ uid }) => uid ?? "")),
    known: loadKnownSeries(),
  });
  const problems = [
    ...findDrift(rendered, committed),
    ...broken.map(({ convention, subject, message }) => `${subject}: ${message} [${convention}]`),
  ];
  for (const problem of problems) console.error(problem);
  const report = await runRuleTests(testFiles().map((name) => fileURLToPath(new URL(`tests/${name}`, ALERTS_FOLDER))));
  if (report.failed > 0) console.error(writeTestReport(report));
  const alerts = new Set(rules.flatMap(({ alert }) => alert ?? []));
  console.log(
    `${ruleFiles().length} files, ${rules.length} rules, ${alerts.size} alerts, ${report.passed} scenarios passed, ` +
      `${report.failed} failed: ${problems.length} problems`,
  );
  process.exitCode = problems.length === 0 && report.failed === 0 ? 0 : 1;
}

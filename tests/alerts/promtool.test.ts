import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { ALERTS_FOLDER, ruleFiles, testFiles } from "../../alerts/source/load.ts";
import { listPanelQueries } from "../../grafana/source/panel-queries.ts";
import { findPromtool } from "./find-promtool.ts";

const promtool = findPromtool();
const required = process.env.AGENT_OBSERVATORY_REQUIRE_STACK === "1";
const MISSING = "promtool is not in PATH nor in the cache: run npm run stack:images. The alert rules were NOT tested";
if (promtool === undefined) console.warn(MISSING);
const options = { skip: promtool === undefined && !required ? MISSING : false, timeout: 120_000 };

function run(...args: string[]): string {
  assert.ok(promtool, MISSING);
  try {
    return execFileSync(promtool, args, { cwd: fileURLToPath(ALERTS_FOLDER), encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(`promtool ${args.slice(0, 2).join(" ")} failed:\n${stdout}${stderr}`, { cause: error });
  }
}

test("Prometheus accepts every rule", options, () => {
  run("check", "rules", "--lint=all", "--lint-fatal", ...ruleFiles());
});

for (const file of testFiles()) {
  test(`the alerts of ${file} fire and stay silent when they should`, options, () => {
    run("test", "rules", `tests/${file}`);
  });
}

test("Prometheus accepts the query of every panel", options, () => {
  const queries = listPanelQueries({ service: "shop", traced_service: "shop" });
  const rules = queries
    .filter(({ datasource }) => datasource === "prometheus")
    .map(({ expr }, index) => ({ record: `panel_${index}`, expr }));
  const folder = mkdtempSync(join(tmpdir(), "panel-queries-"));
  try {
    // JSON is YAML.
    writeFileSync(join(folder, "panels.yml"), JSON.stringify({ groups: [{ name: "panels", rules }] }));
    run("check", "rules", "--lint=none", join(folder, "panels.yml"));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { buildDashboards } from "../../grafana/source/boards.ts";
import { findDrift, renderDashboards } from "../../grafana/source/files.ts";

const folder = new URL("../../grafana/dashboards/", import.meta.url);
const committed = new Map(readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), "utf8")]));
const rendered = renderDashboards(buildDashboards());

test("the committed dashboards are what the source renders", () => {
  assert.deepEqual(findDrift(rendered, committed), []);
});

test("a changed dashboard is drift", () => {
  const changed = new Map(committed).set("ao-overview.json", "{}\n");
  assert.match(findDrift(rendered, changed).join(), /^ao-overview\.json is not what grafana\/source renders/);
});

test("a missing dashboard and one without source are drift", () => {
  const renamed = new Map(committed).set("ao-old.json", "{}\n");
  renamed.delete("ao-overview.json");
  const drift = findDrift(rendered, renamed);
  assert.equal(drift.length, 2);
  assert.match(drift[1] ?? "", /^ao-old\.json has no source/);
});

test("npm run check:dashboards ends in a line with the counts", () => {
  const script = fileURLToPath(new URL("../../scripts/dashboards.ts", import.meta.url));
  const output = execFileSync(process.execPath, [script, "--check"], { encoding: "utf8" });
  assert.match(output, /\d+ dashboards, \d+ panels, \d+ queries, \d+ rules: 0 problems\n$/);
});

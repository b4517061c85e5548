import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { loadAlerts } from "../../alerts/source/load.ts";
import { BURN_WINDOWS, SLOS } from "../../alerts/source/slo.ts";

const page = readFileSync(new URL("../../docs/alerts.md", import.meta.url), "utf8");
const ROW = /^\| \[(\w+)\]\(\.\.\/alerts\/runbooks\/(\w+)\.md\) \| ([\w, ]+) \| (.+) \| (.+) \|$/gm;
const rows = [...page.matchAll(ROW)].map(([, name, runbook, severity, when, duration]) => ({
  name,
  runbook,
  severity,
  when: when ?? "",
  duration,
}));
const alerts = loadAlerts();

test("docs/alerts.md lists every alert and no other", () => {
  assert.deepEqual(rows.map(({ name }) => name).sort(), [...new Set(alerts.map(({ alert }) => alert))].sort());
});

/** Limits as a page for people has them: a ratio as a percentage. */
const shownAs = (limit: string): string[] => (Number(limit) <= 1 ? [limit, `${Number(limit) * 100} %`] : [limit]);

for (const name of new Set(alerts.map(({ alert }) => alert))) {
  test(`docs/alerts.md says of ${name} what the rules say`, () => {
    const own = alerts.filter(({ alert }) => alert === name);
    const row = rows.find((one) => one.name === name);
    assert.ok(row);
    assert.equal(row.runbook, name);
    assert.equal(row.severity, [...new Set(own.map(({ labels }) => labels["severity"]))].join(", "));
    const durations = new Set(own.map(({ for: duration }) => duration ?? "at once"));
    assert.equal(row.duration, durations.size === 1 ? [...durations][0] : "see below");
    // Only limits that are more than "any".
    for (const { expr } of own) {
      const limit = /[<>] (\d[\d.]*)(?:\s|$)/.exec(expr)?.[1];
      if (limit === undefined || limit === "0") continue;
      assert.ok(
        shownAs(limit).some((text) => row.when.includes(text)),
        `"${row.when}" does not name the limit ${limit}`,
      );
    }
  });
}

test("docs/alerts.md says of objectives and their windows what the source says", () => {
  for (const { name, objective, alert } of SLOS) {
    assert.match(page, new RegExp(`^\\| \`${name}\` \\| ${objective * 100} % \\| .+ \\| ${alert} \\|$`, "m"));
  }
  for (const { long, short, factor, for: duration, pace } of BURN_WINDOWS) {
    const severity = SLOS[0]?.severities[pace];
    assert.match(
      page,
      new RegExp(`^\\| ${long} \\| ${short} \\| ${factor} \\| .+ \\| ${duration} \\| ${severity} \\|$`, "m"),
    );
  }
});

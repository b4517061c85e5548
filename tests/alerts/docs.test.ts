import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { loadAlerts } from "../../alerts/source/load.ts";

const page = readFileSync(new URL("../../docs/alerts.md", import.meta.url), "utf8");
const ROW = /^\| \[(\w+)\]\(\.\.\/alerts\/runbooks\/(\w+)\.md\) \| (\w+) \| (.+) \| (.+) \|$/gm;
const rows = [...page.matchAll(ROW)].map(([, name, runbook, severity, when, duration]) => ({
  name,
  runbook,
  severity,
  when: when ?? "",
  duration,
}));
const alerts = loadAlerts();

test("docs/alerts.md lists every alert and no other", () => {
  assert.deepEqual(rows.map(({ name }) => name).sort(), alerts.map(({ alert }) => alert).sort());
});

for (const { alert, labels, for: duration, expr } of alerts) {
  test(`docs/alerts.md says of ${alert} what the rule says`, () => {
    const row = rows.find(({ name }) => name === alert);
    assert.ok(row);
    assert.equal(row.runbook, alert);
    assert.equal(row.severity, labels.severity);
    assert.equal(row.duration, duration ?? "at once");
    // Only limits that are more than "any": a ratio is written as a percentage.
    const limit = /[<>] (\d[\d.]*)(?:\s|$)/.exec(expr)?.[1];
    if (limit === undefined || limit === "0") return;
    const shown = Number(limit) <= 1 ? [limit, `${Number(limit) * 100} %`] : [limit];
    assert.ok(
      shown.some((text) => row.when.includes(text)),
      `"${row.when}" does not name the limit ${limit}`,
    );
  });
}

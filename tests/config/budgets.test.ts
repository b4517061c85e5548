import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { loadConfig } from "../../src/config/index.ts";

const directory = mkdtempSync(join(tmpdir(), "agent-observatory-budgets-"));
after(() => rmSync(directory, { recursive: true, force: true }));

function load(yaml: string, env: Readonly<Record<string, string>> = {}) {
  writeFileSync(join(directory, "observatory.yaml"), yaml);
  const { config, problems } = loadConfig({ env, cwd: directory });
  return { config, lines: problems.map(({ message }) => message) };
}

describe("budgets in observatory.yaml", () => {
  it("that are none are told with their line, and none of the list is used", () => {
    for (const wrong of [
      "[{ name: a, per: week, limit: { usd: 1 } }]",
      "[{ name: a, per: run }]",
      "[{ name: a, per: run, limit: {} }]",
      "[{ name: a, per: run, limit: { usd: -1 } }]",
      "[{ name: a, per: run, limit: { usd: much } }]",
      "[{ name: a, per: run, limit: { usd: 1 }, mode: stop }]",
      "[{ name: a, per: run, limit: { usd: 1 }, match: { team: b } }]",
      "[{ name: a, per: run, limit: { usd: 1 } }, { name: a, per: day, limit: { usd: 2 } }]",
      "{ name: a, per: run, limit: { usd: 1 } }",
      "everything",
    ]) {
      const { config, lines } = load(`telemetry:\n  budgets:\n    limits: ${wrong}\n`);
      assert.deepEqual(config.budgets.limits, [], wrong);
      assert.equal(lines.length, 1, wrong);
      assert.match(
        lines[0] ?? "",
        /^observatory\.yaml:3: telemetry\.budgets\.limits: expected a list of budgets, each with/,
      );
    }
  });

  it("may refer to the environment", () => {
    const limit = ["$", "{LIMIT:-2}"].join("");
    const yaml = `telemetry:\n  budgets:\n    limits:\n      - name: a\n        per: run\n        limit:\n          usd: ${limit}\n`;
    const { config, lines } = load(yaml, { LIMIT: "3.5" });
    assert.deepEqual(lines, []);
    assert.deepEqual(config.budgets.limits[0]?.limit, { usd: 3.5 });
  });

  it("and loops are set by variables as well", () => {
    const { config } = load("", {
      AGENT_OBSERVATORY_BUDGETS_ON_FAULT: "closed",
      AGENT_OBSERVATORY_LOOPS: "off",
      AGENT_OBSERVATORY_LOOP_REPEATS: "9",
    });
    assert.deepEqual(config.budgets, { limits: [], onFault: "closed", loops: "off", loopRepeats: 9 });
  });
});

describe("prices in observatory.yaml", () => {
  it("that are none are told with their line, and the price table counts", () => {
    for (const wrong of [
      "{ gpt-4o: 3 }",
      "{ gpt-4o: { input: 3 } }",
      "{ gpt-4o: { input: 3, output: -1 } }",
      "{ gpt-4o: { input: 3, output: 1, reasoning: 2 } }",
      "[gpt-4o]",
    ]) {
      const { config, lines } = load(`telemetry:\n  prices:\n    models: ${wrong}\n`);
      assert.deepEqual(config.prices.models, {}, wrong);
      assert.equal(lines.length, 1, wrong);
      assert.match(lines[0] ?? "", /^observatory\.yaml:3: telemetry\.prices\.models: expected models by name/);
    }
  });
});

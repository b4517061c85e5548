import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { CATALOGUE } from "../../src/metrics/catalogue.ts";
import { ATTR } from "../../src/model/index.ts";
import { ATTRIBUTES, METRICS } from "./conventions.ts";

const PAGE = readFileSync(new URL("../../docs/conventions.md", import.meta.url), "utf8");

describe("docs/conventions.md", () => {
  it("has every attribute of ours, and no other", () => {
    const [, table = ""] = PAGE.split(/<!-- \/?attributes -->/);
    const documented = [...table.matchAll(/`(agent_observatory\.[\w.]+)`/g)].map(([, name]) => name);
    const used = Object.values(ATTR).filter((name) => name.startsWith("agent_observatory."));
    assert.deepEqual(documented.toSorted(), used.toSorted());
  });
});

/** Names of others, which are read and never written. */
const READ: ReadonlySet<string> = new Set([
  "gen_ai.usage.cache_write.input_tokens",
  "anthropic.usage.cache_creation.ephemeral_1h_input_tokens",
  "db.system",
  "db.operation",
  "db.statement",
]);

describe("the vocabulary", () => {
  it("has no attribute that neither a convention has nor this project's own prefix", () => {
    const unknown = Object.values(ATTR).filter(
      (name) => !name.startsWith("agent_observatory.") && !(name in ATTRIBUTES) && !READ.has(name),
    );
    assert.deepEqual(unknown, []);
  });
});

describe("the catalogue of metrics", () => {
  it("has the metrics of the conventions with their units and buckets", () => {
    const conventional = CATALOGUE.filter((definition) => "otlpName" in definition);
    assert.ok(conventional.length > 5);
    for (const definition of conventional) {
      const {
        otlpName = "",
        unit,
        buckets,
      } = definition as { otlpName?: string; unit: string; buckets?: readonly number[] };
      const rule = METRICS[otlpName];
      assert.ok(rule !== undefined, `${otlpName} is in a convention`);
      assert.deepEqual({ unit, buckets }, { unit: rule.unit, buckets: rule.buckets }, otlpName);
    }
  });
});

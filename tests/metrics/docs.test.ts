import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { CATALOGUE, type MetricDefinition } from "../../src/metrics/index.ts";

const page = readFileSync(new URL("../../docs/metrics.md", import.meta.url), "utf8");

function section(title: string): string {
  const start = page.indexOf(`## ${title}\n`);
  assert.notEqual(start, -1, `docs/metrics.md has no section "${title}"`);
  const end = page.indexOf("\n## ", start);
  return page.slice(start, end === -1 ? undefined : end);
}

/** Lines of a table without its head. */
const rowsOf = (title: string): string[] =>
  section(title)
    .split("\n")
    .filter((line) => line.startsWith("| `") || (line.startsWith("| ") && line.includes(" | `")));

const code = (text: string): string => `\`${text}\``;
const catalogue: readonly MetricDefinition[] = CATALOGUE;

test("docs/metrics.md has exactly the metrics of the catalogue, in its order", () => {
  const expected = catalogue.map(({ name, type, unit, labels, help, buckets = [] }) => {
    const cells = [code(name), type, code(unit), labels.map(code).join(", "), help, buckets.join(", ")];
    return `| ${cells.join(" | ")} |`;
  });
  assert.deepEqual(rowsOf("Catalogue"), expected);
});

test("docs/metrics.md has exactly the metrics that are pushed under another name", () => {
  const renamed = catalogue.filter(({ otlpName }) => otlpName !== undefined);
  const expected = renamed.map(({ name, otlpName }) => `| ${code(otlpName ?? "")} | ${code(name)} |`);
  assert.deepEqual(rowsOf("Names in OTLP"), expected);
});

test("docs/metrics.md answers what measures what with metrics that exist", () => {
  const names = new Set(catalogue.map(({ name }) => name));
  const rows = rowsOf("What measures what");
  assert.ok(rows.length > 0);
  for (const row of rows) {
    const named = [...row.matchAll(/`([a-z]\w+_\w+)`/g)].map(([, name]) => name ?? "");
    assert.ok(named.length > 0, row);
    for (const name of named) assert.ok(names.has(name), `${name} is not in the catalogue`);
  }
});

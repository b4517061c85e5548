import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { fromJSONSchema } from "zod";
import { configSchema, EMBEDDED_SETTINGS, loadConfig, loadEmbeddedConfig, SETTINGS } from "../../src/config/index.ts";
import { SECTIONS } from "../../src/config/yaml-file.ts";

const FILE = new URL("../../observatory.schema.json", import.meta.url);
const TABLES = { telemetry: SETTINGS, embedded: EMBEDDED_SETTINGS };
const rendered = (): string => `${JSON.stringify(configSchema(), null, 2)}\n`;
const schema = fromJSONSchema(configSchema() as Parameters<typeof fromJSONSchema>[0]);

/** What the loader has against a file. */
function problemsOf(yaml: string): string[] {
  const cwd = mkdtempSync(join(tmpdir(), "observatory-schema-"));
  writeFileSync(join(cwd, "observatory.yaml"), yaml);
  const all = [...loadConfig({ env: {}, cwd }).problems, ...loadEmbeddedConfig({ env: {}, cwd }).problems];
  return all.filter(({ severity }) => severity === "error").map(({ message }) => message);
}

describe("observatory.schema.json", () => {
  it("is what the tables of settings say (UPDATE_DOCS=1 writes it)", () => {
    if (process.env["UPDATE_DOCS"] === "1") writeFileSync(FILE, rendered());
    assert.equal(readFileSync(FILE, "utf8"), rendered());
  });

  it("has every section and every key, each with how its value is written", () => {
    const { properties } = configSchema() as { properties: Record<string, unknown> };
    assert.deepEqual(Object.keys(properties), [...SECTIONS]);
    for (const table of Object.values(TABLES))
      for (const [name, { file, kind }] of Object.entries(table))
        assert.ok(!file || kind.json !== undefined, `${name}: its kind needs \`json\` in src/config/kinds.ts`);
  });

  it("accepts what the loader accepts and refuses what the loader refuses", () => {
    const well = [
      "",
      "telemetry:\n",
      "telemetry:\n  serviceName: shop\n  sampleRatio: 0.5\n  captureContent: true\n  exporter: console\n",
      "telemetry:\n  otlp:\n    endpoint: https://otlp.example.com\n    headers: { authorization: x }\n    timeoutMs: 5000\n",
      "telemetry:\n  sampleRatio: ${RATIO:-1}\n  instrumentations: { disabled: [pg, redis] }\n",
      "telemetry:\n  instrumentations: { disabled: 'pg, redis' }\n",
      "embedded:\n  port: 5000\n  retention: { maxAge: 3d, maxSize: 1GB }\n  rules: { files: [a.yml] }\n",
    ];
    for (const yaml of well) {
      assert.deepEqual(problemsOf(yaml), [], yaml);
      if (yaml !== "") assert.ok(schema.safeParse(parse(yaml)).success, yaml);
    }
    const wrong = [
      "telemetrie:\n  serviceName: shop\n",
      "telemetry:\n  servicename: shop\n",
      "telemetry:\n  sampleRatio: 2\n",
      "telemetry:\n  exporter: nowhere\n",
      "telemetry:\n  otlp: http://x\n",
      "telemetry:\n  otlp:\n    timeoutMs: 1.5\n",
      "telemetry:\n  otlp:\n    headers: [1]\n",
      "embedded:\n  port: 70000\n",
      "embedded:\n  retention: { maxAge: 3 days }\n",
      "embedded:\n  retention: { maxSize: big }\n",
      "embedded:\n  rules: { files: { a: 1 } }\n",
    ];
    for (const yaml of wrong) {
      assert.equal(problemsOf(yaml).length > 0, true, yaml);
      assert.equal(schema.safeParse(parse(yaml)).success, false, yaml);
    }
  });
});

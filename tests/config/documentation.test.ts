import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { EMBEDDED_SETTINGS, loadConfig, loadEmbeddedConfig, SETTINGS } from "../../src/config/index.ts";

const PAGE = new URL("../../docs/configuration.md", import.meta.url);
const TABLE = /(<!-- settings -->\n)([\s\S]*?)(<!-- \/settings -->)/;
const EMBEDDED_TABLE = /(<!-- embedded settings -->\n)([\s\S]*?)(<!-- \/embedded settings -->)/;

const cell = (text: string): string => text.replaceAll("|", "\\|");
const plain = (text: string): string => (text.includes(" ") || text === "none" ? cell(text) : `\`${cell(text)}\``);

/** The table of the page, as it has to be. */
function table(): string {
  const rows = Object.entries(SETTINGS).map(([name, setting]) => {
    const variables = setting.env.map((variable) => `\`${variable}\``).join(", ") || "–";
    const key = setting.file ? `\`${name}\`` : "–";
    return `| ${key} | ${variables} | ${plain(setting.default)} | ${cell(setting.doc)} |`;
  });
  return [
    "",
    "| key below `telemetry` | variables, the first that is set counts | default | what it does |",
    "|---|---|---|---|",
    ...rows,
    "",
    "",
  ].join("\n");
}

function embeddedTable(): string {
  const rows = Object.entries(EMBEDDED_SETTINGS).map(([name, setting]) => {
    const option = "flag" in setting ? `\`--${setting.flag}\`` : "–";
    const variable = `\`${setting.env.join("`, `")}\``;
    const key = setting.file ? `\`${name}\`` : "–";
    return `| ${key} | ${option} | ${variable} | ${plain(setting.default)} | ${cell(setting.doc)} |`;
  });
  return [
    "",
    "| key below `embedded` | option | variable | default | what it does |",
    "|---|---|---|---|---|",
    ...rows,
    "",
    "",
  ].join("\n");
}

const valueAt = (config: object, name: string): unknown =>
  name.split(".").reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], config);

describe("docs/configuration.md", () => {
  it("lists every variable and key as the code has them (UPDATE_DOCS=1 writes the table)", () => {
    const page = readFileSync(PAGE, "utf8");
    if (process.env.UPDATE_DOCS === "1")
      writeFileSync(
        PAGE,
        page
          .replace(TABLE, (_, open, __, close) => open + table() + close)
          .replace(EMBEDDED_TABLE, (_, open, __, close) => open + embeddedTable() + close),
      );
    assert.equal(TABLE.exec(readFileSync(PAGE, "utf8"))?.[2], table());
    assert.equal(EMBEDDED_TABLE.exec(readFileSync(PAGE, "utf8"))?.[2], embeddedTable());
  });

  it("tells the defaults that are used", () => {
    const { config } = loadConfig({ env: {}, cwd: tmpdir() });
    for (const [name, { kind, default: told, file }] of Object.entries(SETTINGS)) {
      if (!file || told.includes(" ")) continue;
      const used = valueAt(config, name);
      const nothing = used === undefined || (typeof used === "object" && Object.keys(used ?? {}).length === 0);
      if (!name.endsWith("Headers"))
        assert.deepEqual(told === "none" && nothing ? used : kind.fromText(told), used, name);
    }
  });

  it("tells the defaults that the embedded process uses", () => {
    const { config } = loadEmbeddedConfig({ env: { XDG_DATA_HOME: "/data" }, cwd: tmpdir() });
    for (const [name, { kind, default: told, file }] of Object.entries(EMBEDDED_SETTINGS)) {
      if (!file || told.includes(" ")) continue;
      // Members of the configuration have their unit in the name.
      const used = ["", "Ms", "Bytes"].map((unit) => valueAt(config, name + unit)).find((value) => value !== undefined);
      if (told === "none") assert.ok(used === undefined || (Array.isArray(used) && used.length === 0), name);
      else assert.deepEqual(kind.fromText(told), used, name);
    }
    assert.equal(config.dataDirectory, "/data/agent-observatory");
  });

  it("has an example that is right", () => {
    const [, yaml = ""] = /```yaml\n([\s\S]*?)```/.exec(readFileSync(PAGE, "utf8")) ?? [];
    const cwd = mkdtempSync(join(tmpdir(), "observatory-docs-"));
    writeFileSync(join(cwd, "observatory.yaml"), yaml);
    const env = { COLLECTOR_KEY: "k", OBSERVATORY_TOKEN: "t" };
    const { config, problems } = loadConfig({ env, cwd });
    const embedded = loadEmbeddedConfig({ env, cwd });
    assert.deepEqual([...problems, ...embedded.problems], []);
    assert.deepEqual([embedded.config.token, embedded.config.retention.maxAgeMs], ["t", 30 * 86_400_000]);
    assert.deepEqual(
      [config.serviceName, config.environment, config.otlp.headers],
      ["research-team", "development", { "x-api-key": "k" }],
    );
  });

  it("speaks of no variable that nothing reads", () => {
    const known = new Set<string>(
      [...Object.values(SETTINGS), ...Object.values(EMBEDDED_SETTINGS)].flatMap((setting) => setting.env),
    );
    const named =
      readFileSync(PAGE, "utf8").match(/\b(?:AGENT_OBSERVATORY|TRACING|OTEL|OTLP|JAEGER|ZIPKIN|LOG)_[A-Z0-9_]+\b/g) ??
      [];
    for (const variable of named) assert.ok(known.has(variable), variable);
  });
});

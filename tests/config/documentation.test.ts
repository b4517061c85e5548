import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { loadConfig, SETTINGS } from "../../src/config/index.ts";

const PAGE = new URL("../../docs/configuration.md", import.meta.url);
const TABLE = /(<!-- settings -->\n)([\s\S]*?)(<!-- \/settings -->)/;

const cell = (text: string): string => text.replaceAll("|", "\\|");
const plain = (text: string): string => (text.includes(" ") || text === "none" ? cell(text) : `\`${text}\``);

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

describe("docs/configuration.md", () => {
  it("lists every variable and key as the code has them (UPDATE_DOCS=1 writes the table)", () => {
    const page = readFileSync(PAGE, "utf8");
    if (process.env.UPDATE_DOCS === "1")
      writeFileSync(
        PAGE,
        page.replace(TABLE, (_, open, __, close) => open + table() + close),
      );
    assert.equal(TABLE.exec(readFileSync(PAGE, "utf8"))?.[2], table());
  });

  it("tells the defaults that are used", () => {
    const { config } = loadConfig({ env: {}, cwd: tmpdir() });
    for (const [name, { kind, default: told, file }] of Object.entries(SETTINGS)) {
      if (!file || told.includes(" ")) continue;
      const used = name.split(".").reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], config);
      const nothing = used === undefined || (typeof used === "object" && Object.keys(used ?? {}).length === 0);
      if (!name.endsWith("Headers"))
        assert.deepEqual(told === "none" && nothing ? used : kind.fromText(told), used, name);
    }
  });

  it("has an example that is right", () => {
    const [, yaml = ""] = /```yaml\n([\s\S]*?)```/.exec(readFileSync(PAGE, "utf8")) ?? [];
    const cwd = mkdtempSync(join(tmpdir(), "observatory-docs-"));
    writeFileSync(join(cwd, "observatory.yaml"), yaml);
    const { config, problems } = loadConfig({ env: { COLLECTOR_KEY: "k" }, cwd });
    assert.deepEqual(problems, []);
    assert.deepEqual(
      [config.serviceName, config.environment, config.otlp.headers],
      ["research-team", "development", { "x-api-key": "k" }],
    );
  });

  it("speaks of no variable that nothing reads", () => {
    const known = new Set<string>(Object.values(SETTINGS).flatMap((setting) => setting.env));
    const named =
      readFileSync(PAGE, "utf8").match(/\b(?:AGENT_OBSERVATORY|TRACING|OTEL|OTLP|JAEGER|ZIPKIN|LOG)_[A-Z0-9_]+\b/g) ??
      [];
    for (const variable of named) assert.ok(known.has(variable), variable);
  });
});

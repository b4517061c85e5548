/** What is said of every key of observatory.yaml, and of every variable, that has a mistake: compared with messages.txt beside this file. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { stringify } from "yaml";
import { EMBEDDED_SETTINGS, loadConfig, loadEmbeddedConfig, SETTINGS } from "../../src/config/index.ts";
import type { SettingRow } from "../../src/config/settings.ts";

const FILE = new URL("messages.txt", import.meta.url);

/** Tried in turn: no kind takes all of them. */
const WRONG_IN_FILE: readonly unknown[] = ["nonsense: yes", -1, [{ a: 1 }], { a: [1] }];
const WRONG_IN_VARIABLE = ["a b", "-1", "99999999999", "ftp://x", "%"];

const nested = (name: string, value: unknown): unknown =>
  name.split(".").reduceRight<unknown>((inner, part) => ({ [part]: inner }), value);

type Loaded = { readonly problems: readonly { readonly message: string }[] };
const LOADERS = {
  telemetry: { table: SETTINGS as Readonly<Record<string, SettingRow>>, load: loadConfig as (given: Given) => Loaded },
  embedded: {
    table: EMBEDDED_SETTINGS as Readonly<Record<string, SettingRow>>,
    load: loadEmbeddedConfig as (given: Given) => Loaded,
  },
};
type Given = { readonly env: NodeJS.ProcessEnv; readonly cwd: string };

const cwd = mkdtempSync(join(tmpdir(), "observatory-messages-"));
const withFile = (content: string, load: (given: Given) => Loaded): string[] => {
  writeFileSync(join(cwd, "observatory.yaml"), content);
  try {
    return load({ env: { XDG_DATA_HOME: "/data" }, cwd }).problems.map(({ message }) => message);
  } finally {
    rmSync(join(cwd, "observatory.yaml"));
  }
};

function* messages(): Generator<string> {
  for (const [section, { table, load }] of Object.entries(LOADERS)) {
    for (const [name, { file, kind, env }] of Object.entries(table)) {
      if (file) {
        for (const value of WRONG_IN_FILE)
          if (kind.fromYaml(value) === undefined) yield* withFile(stringify({ [section]: nested(name, value) }), load);
        yield* withFile(stringify({ [section]: nested(`${name}x`, 1) }), load);
      }
      const wrong = WRONG_IN_VARIABLE.find((value) => kind.fromText(value) === undefined);
      if (wrong === undefined) continue;
      for (const variable of env)
        yield* load({ env: { [variable]: wrong, XDG_DATA_HOME: "/data" }, cwd }).problems.map(({ message }) => message);
    }
    yield* withFile(`${section}: text\n`, load);
    yield* withFile(`${section}:\n  - a\n`, load);
    yield* withFile(`${section}x:\n  a: 1\n`, load);
    yield* withFile(`# comment\n${section}:\n  a: [1\n`, load);
    const first = Object.entries(table).find(([, { file }]) => file)?.[0] ?? "";
    yield* withFile(`${section}:\n  ${first}: $\{NOT_SET}\n`, load);
  }
}

describe("a mistake in any key or variable", () => {
  it("is told with its place, what was expected and what came (UPDATE_DOCS=1 writes the texts)", () => {
    const said = `${[...messages()].join("\n")}\n`;
    if (process.env["UPDATE_DOCS"] === "1") writeFileSync(FILE, said);
    assert.equal(said, readFileSync(FILE, "utf8"));
  });

  it("names the line in a file, always", () => {
    const lines = readFileSync(FILE, "utf8").trimEnd().split("\n");
    assert.ok(lines.length > 200);
    for (const line of lines) assert.match(line, /^(?:observatory\.yaml:\d+: [\w.-]+|[A-Z_]+): expected .+, got .+\.$/);
  });
});

import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { ERROR_CODES, ObservatoryError, RETIRED_ERROR_CODES } from "../../src/base/index.ts";
import { ERROR_CATEGORIES } from "../../src/errors/index.ts";

const PAGE = new URL("../../docs/errors.md", import.meta.url);
const SRC = new URL("../../src/", import.meta.url);
const TABLE = /(<!-- codes -->\n)([\s\S]*?)(<!-- \/codes -->)/;

function table(): string {
  const rows = Object.entries(ERROR_CODES).map(
    ([code, { meaning, remedy }]) => `| \`${code}\` | ${meaning} | ${remedy} |`,
  );
  return ["", "| code | what happened | what to do |", "|---|---|---|", ...rows, "", ""].join("\n");
}

describe("docs/errors.md", () => {
  it("lists every code as the code has it (UPDATE_DOCS=1 writes the table)", () => {
    const page = readFileSync(PAGE, "utf8");
    if (process.env.UPDATE_DOCS === "1")
      writeFileSync(
        PAGE,
        page.replace(TABLE, (_, open, __, close) => open + table() + close),
      );
    assert.equal(TABLE.exec(readFileSync(PAGE, "utf8"))?.[2], table());
  });

  it("explains every category, and no other", () => {
    const listed = [...readFileSync(PAGE, "utf8").matchAll(/^- `([a-z_]+)`: /gm)].map((match) => match[1]);
    assert.deepEqual(listed, [...ERROR_CATEGORIES]);
  });
});

describe("the catalogue of codes", () => {
  const sources = readdirSync(SRC, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.endsWith("error-codes.ts"))
    .map((file) => readFileSync(new URL(file, SRC), "utf8"))
    .join("\n");
  const used = new Set(sources.match(/\bAO_[A-Z][A-Z_]+\b/g) ?? []);

  it("has every code that the sources use, and none that they do not", () => {
    assert.deepEqual([...used].sort(), Object.keys(ERROR_CODES).sort());
  });

  it("gives no retired code again", () => {
    for (const code of RETIRED_ERROR_CODES) assert.ok(!(code in ERROR_CODES), code);
  });

  it("makes messages of what was expected, what came and what to do", () => {
    const cause = new Error("inner");
    const error = new ObservatoryError("AO_CONFIG_FILE", { expected: "a file", received: "a folder" }, { cause });
    assert.equal(error.message, `Expected a file, got a folder. ${ERROR_CODES.AO_CONFIG_FILE.remedy} (AO_CONFIG_FILE)`);
    assert.deepEqual([error.name, error.code, error.cause], ["ObservatoryError", "AO_CONFIG_FILE", cause]);
    const told = new ObservatoryError("AO_CONFIG_FILE", { expected: "a", received: "b", remedy: "Do this." });
    assert.match(told.message, /Do this\. \(AO_CONFIG_FILE\)$/);
  });
});

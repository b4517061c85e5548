import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { OWN_METRICS } from "../../src/observatory/own-metrics.ts";

const PAGE = new URL("../../docs/embedded.md", import.meta.url);
const TABLE = /(<!-- own metrics -->\n)([\s\S]*?)(<!-- \/own metrics -->)/;

function table(): string {
  const rows = Object.entries(OWN_METRICS).map(([name, { type, help }]) => `| \`${name}\` | ${type} | ${help} |`);
  return ["", "| metric | type | what it tells |", "|---|---|---|", ...rows, "", ""].join("\n");
}

describe("docs/embedded.md", () => {
  it("lists every metric of the process as the code has them (UPDATE_DOCS=1 writes the table)", () => {
    const page = readFileSync(PAGE, "utf8");
    if (process.env.UPDATE_DOCS === "1")
      writeFileSync(
        PAGE,
        page.replace(TABLE, (_, open, __, close) => open + table() + close),
      );
    assert.equal(TABLE.exec(readFileSync(PAGE, "utf8"))?.[2], table());
  });
});

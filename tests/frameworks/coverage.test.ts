import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { type Covered, createCoverage } from "../../src/frameworks/coverage.ts";
import { isSupported, LIBRARIES } from "../../src/frameworks/index.ts";

const PAGE = new URL("../../docs/coverage.md", import.meta.url);
const SDKS = new URL("../sdks/package.json", import.meta.url);
const TABLE = /(<!-- libraries -->\n)([\s\S]*?)(<!-- \/libraries -->)/;
const SEEN_BY = { wire: "its requests", adapter: "an adapter", instrumentation: "OpenTelemetry's instrumentation" };

function covering() {
  const changes: string[] = [];
  const coverage = createCoverage({
    onChange: ({ library, version, status }: Covered, previous) =>
      changes.push(`${library} ${version} ${previous ?? "new"} → ${status}`),
  });
  return { coverage, changes };
}

const langchain = "@langchain/core";

describe("coverage", () => {
  it("tells a library that was loaded from one that was seen at work, by what it calls itself", () => {
    const { coverage, changes } = covering();
    coverage.loaded("openai", () => "7.57.0");
    coverage.loaded("left-pad", () => assert.fail("nobody asks for its version"));
    coverage.called("OpenAI/JS 7.57.0");
    coverage.called("OpenAI/JS 7.57.0");
    coverage.called("curl/8");
    assert.deepEqual(changes, ["openai 7.57.0 new → found", "openai 7.57.0 found → observed"]);
  });

  it("knows a bundled SDK by its requests alone", () => {
    const { coverage } = covering();
    coverage.called("AnthropicBedrock/JS 1.12.0");
    assert.deepEqual(coverage.all(), [{ library: "@anthropic-ai/sdk", version: "1.12.0", status: "observed" }]);
  });

  it("doubts a version that no adapter is known to reach, until a span shows it", () => {
    const { coverage, changes } = covering();
    coverage.loaded(langchain, () => "0.3.1");
    coverage.spanned("langchain");
    assert.deepEqual(changes, [
      `${langchain} 0.3.1 new → unsupported_version`,
      `${langchain} 0.3.1 unsupported_version → observed`,
    ]);
  });

  it("says what was there before the hooks, but not of what is seen on the wire", () => {
    const { coverage } = covering();
    coverage.loadedBefore("pg", () => "8.23.1");
    coverage.loadedBefore("openai", () => undefined);
    assert.deepEqual(coverage.all(), [
      { library: "pg", version: "8.23.1", status: "loaded_before" },
      { library: "openai", version: "", status: "found" },
    ]);
  });

  it("remembers no more than it must, whatever programs call themselves", () => {
    const { coverage, changes } = covering();
    for (let at = 0; at < 5000; at += 1) coverage.called(`OpenAI/JS 7.0.${at}`);
    assert.ok(changes.length <= 200);
  });
});

describe("supported versions", () => {
  it("begin with the first and end below the second", () => {
    const [library] = LIBRARIES.filter(({ packageName }) => packageName === langchain);
    assert.ok(library !== undefined);
    const versions = ["0.3.99", "1.0.0-rc.1", "1.0.0", "1.99.1", "2.0.0", "10.0.0"];
    assert.deepEqual(
      versions.filter((version) => isSupported(library, version)),
      ["1.0.0-rc.1", "1.0.0", "1.99.1"],
    );
  });

  it("have all that the tests run", () => {
    const { dependencies } = JSON.parse(readFileSync(SDKS, "utf8")) as { dependencies: Record<string, string> };
    for (const [name, wanted] of Object.entries(dependencies)) {
      const [, aliased, version] = /^npm:(.+)@(.+)$/.exec(wanted) ?? [undefined, name, wanted];
      const library = LIBRARIES.find(({ packageName }) => packageName === aliased);
      if (library !== undefined) assert.ok(isSupported(library, version), `${name} ${version}`);
    }
  });
});

describe("docs/coverage.md", () => {
  it("has every library as the code has it (UPDATE_DOCS=1 writes them)", () => {
    const rows = LIBRARIES.map(
      ({ packageName, seenBy, versions }) =>
        `| \`${packageName}\` | ${SEEN_BY[seenBy]} | ${versions === undefined ? "any" : `${versions[0]} up to ${versions[1]}`} |`,
    );
    const table = ["| library | seen by | versions |", "|---|---|---|", ...rows, ""].join("\n");
    const page = readFileSync(PAGE, "utf8");
    const wanted = page.replace(TABLE, (_, open, __, close) => `${open}${table}${close}`);
    if (process.env["UPDATE_DOCS"] === "1") writeFileSync(PAGE, wanted);
    else assert.equal(page, wanted);
  });
});

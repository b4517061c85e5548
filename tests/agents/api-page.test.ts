import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { transform } from "esbuild";
import { runProgram } from "../process/run-program.ts";

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const PAGE = read("docs/api.md");

/** The examples of the page with their section, and what they print where the page says it. */
const EXAMPLES = [...PAGE.matchAll(/```(js|ts)\n(.*?)```\n(?:\n```text\n(.*?)```\n)?/gs)].map((match) => {
  const title =
    PAGE.slice(0, match.index)
      .match(/^#+ .*$/gm)
      ?.at(-1) ?? "";
  return { title, language: match[1], source: match[2] ?? "", printed: match[3] };
});

describe("docs/api.md", () => {
  it("names everything that a program can import, each in code", () => {
    const exported = [...read("src/index.ts").matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(([, names = ""]) =>
      names.split(",").flatMap((name) => name.trim().replace(/^type /, "") || []),
    );
    assert.ok(exported.length > 40);
    const code = [...PAGE.matchAll(/```(?:js|ts)\n(.*?)```|`([^`\n]+)`/gs)].map(([all]) => all).join("\n");
    const missing = exported.filter((name) => !new RegExp(`\\b${name}\\b`).test(code));
    assert.deepEqual(missing, []);
  });

  for (const [at, { title, language, source, printed }] of EXAMPLES.entries()) {
    it(`has an example that runs, with and without the preload: ${title.replace(/^#+ /, "")} (${at + 1})`, async () => {
      const program = language === "ts" ? (await transform(source, { loader: "ts", target: "es2022" })).code : source;
      const run = await runProgram(program, { conventions: false });
      assert.equal(run.code, 0, run.stderr);
      assert.equal(run.stderr, "");
      if (printed !== undefined) assert.equal(run.stdout, printed);
      const idle = await runProgram(program, { mode: "none" });
      assert.equal(idle.code, 0, idle.stderr);
    });
  }
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createLinePipeline } from "../../src/logql/index.ts";
import { createLabels } from "../../src/signals/index.ts";

const MEGABYTE = 1_000_000;
const LINES: Readonly<Record<string, string>> = {
  letters: "a".repeat(MEGABYTE),
  "objects that never end": '{"a":'.repeat(MEGABYTE / 5),
  "objects that end": `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`,
  arrays: "[".repeat(MEGABYTE),
  quotes: '"'.repeat(MEGABYTE),
  backslashes: `{"a":"${"\\".repeat(MEGABYTE)}`,
  "escape sequences": `\x1b[${";".repeat(MEGABYTE)}`,
  "equals signs": "=".repeat(MEGABYTE),
  colons: "1:".repeat(MEGABYTE / 2),
  "many fields": Array.from({ length: 60_000 }, (_, index) => `k${index}=v`).join(" "),
};
const STAGES: readonly string[] = [
  "| json",
  `| json x="a.a[0]"`,
  "| logfmt",
  "| unpack",
  "| decolorize",
  "| pattern `<a> <b>;<c>`",
  `| regexp "(?P<x>(a+)+b)"`,
  `|~ "(a|a)*b" or "((;)*;)*x"`,
  `|> "<_>aab<_>aac<_>"`,
  `|= ip("10.0.0.1")`,
  '| label_format x=`{{ regexReplaceAll "(a*)*b" __line__ "" | len }}`',
];
/** A line takes 50 ms or less where nothing else runs; anything quadratic takes minutes. */
const PATIENCE_MS = 10_000;

describe("a line of a megabyte", () => {
  for (const [name, line] of Object.entries(LINES)) {
    it(`of ${name} passes every stage in time`, () => {
      for (const stages of STAGES) {
        const { process } = createLinePipeline(`{app="shop"} ${stages}`);
        const start = performance.now();
        process({ stream: { app: "shop" }, metadata: {}, timeNs: 0n, line });
        const tookMs = performance.now() - start;
        assert.ok(tookMs < PATIENCE_MS, `${stages} took ${tookMs} ms`);
      }
    });
  }

  it("is refused as JSON when it is nested too deep, and only then", () => {
    const { process } = createLinePipeline(`{app="shop"} | json`);
    const parsed = (depth: number) =>
      process({ stream: {}, metadata: {}, timeNs: 0n, line: `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}` })?.parsed;
    assert.equal(parsed(101)?.[new Array(101).fill("a").join("_")], "1");
    assert.equal(parsed(5000)?.["__error_details__"], "nested deeper than 100 levels");
  });
});

describe("names that JavaScript knows", () => {
  it("are labels like any other", () => {
    const { process } = createLinePipeline(`{app="shop"} | json | constructor="x" | label_format __proto__=toString`);
    const line = `{"constructor":"x","toString":"y","hasOwnProperty":"z"}`;
    const entry = process({ stream: createLabels([["app", "shop"]]), metadata: createLabels([]), timeNs: 0n, line });
    assert.deepEqual(Object.entries(entry?.parsed ?? {}).sort(), [
      ["__proto__", "y"],
      ["constructor", "x"],
      ["hasOwnProperty", "z"],
    ]);
  });
});

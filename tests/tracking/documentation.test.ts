import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { ERROR_SEVERITIES, ERROR_SOURCES } from "../../src/errors/index.ts";
import { planOf } from "../../src/retry/plan.ts";

const PAGE = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8");

describe("docs/errors.md", () => {
  it("has every source of errors, and no other", () => {
    const [, table = ""] = /\| `source` \|.*\n\|.*\n((?:\|.*\n)+)/.exec(PAGE) ?? [];
    const listed = [...table.matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1]);
    assert.deepEqual(listed, [...ERROR_SOURCES]);
  });

  it("has every severity", () => {
    const [, sentence = ""] = /Each has a severity: ([^.]*)\./.exec(PAGE) ?? [];
    assert.deepEqual(
      [...sentence.matchAll(/`(\w+)`/g)].map((match) => match[1]),
      [...ERROR_SEVERITIES],
    );
  });

  it("has the defaults of retry as they are", () => {
    const { strategy, attempts, minDelayMs, factor, maxDelayMs, maxElapsedMs } = planOf("x");
    assert.match(PAGE, new RegExp(`\\| \`strategy\` \\| \`${strategy}\` \\|`));
    assert.match(PAGE, new RegExp(`\\| \`attempts\` \\| ${attempts} \\|`));
    assert.match(PAGE, new RegExp(`\`maxDelayMs\` \\| ${minDelayMs}, ${factor}, ${maxDelayMs} \\|`));
    assert.match(PAGE, new RegExp(`\\| \`maxElapsedMs\` \\| ${maxElapsedMs} \\|`));
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { judge } from "../../benchmarks/redaction/judge.ts";
import { createTrueCases } from "../../benchmarks/redaction/true-cases.ts";
import { createRedactor, redactionKinds } from "../../src/redaction/index.ts";

const redactor = createRedactor();
const CASES = createTrueCases(8, 7);
/** Of a key, and of a URL's parts: redactor.test.ts has these. */
const NOT_OF_TEXTS = ["national_id", "url_credentials", "parameter"];

describe("redaction of what is generated from the formats", () => {
  it("has cases for every kind there is", () => {
    const kinds = new Set([...CASES.map(({ kind }) => kind), ...NOT_OF_TEXTS]);
    assert.deepEqual([...kinds].sort(), [...redactionKinds()].sort());
    assert.ok(redactionKinds().length >= 60);
  });

  it("finds at least 99 of 100, and 9 of 10 of each kind in each form", () => {
    const missed: string[] = [];
    const byForm = new Map<string, { all: number; missed: number }>();
    for (const one of CASES) {
      const text = one.before + one.secret + one.after;
      const { found } = judge(one, redactor.text(text));
      if (!found) missed.push(`${one.kind} ${one.form}: ${text}`);
      const count = byForm.get(one.form) ?? { all: 0, missed: 0 };
      byForm.set(one.form, { all: count.all + 1, missed: count.missed + (found ? 0 : 1) });
    }
    assert.ok(missed.length <= CASES.length / 100, missed.join("\n"));
    for (const [form, count] of byForm) assert.ok(count.missed * 10 <= count.all, `${form}: ${missed.join("\n")}`);
  });

  it("changes nothing the second time, and leaves JSON what it was", () => {
    for (const one of CASES) {
      const text = one.before + one.secret + one.after;
      const once = redactor.text(text);
      assert.equal(redactor.text(once), once, text);
      if (one.form === "json" || one.form === "json_unicode")
        assert.doesNotThrow(() => JSON.parse(once), `${text}\n${once}`);
    }
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compilePattern, PatternError } from "../../src/re2/index.ts";
import {
  compareLabels,
  createLabelSet,
  createLabels,
  createMatcher,
  createMemorySeries,
  isStale,
  labelsKey,
  setStale,
  sortByLabels,
} from "../../src/signals/index.ts";

const of = (labels: Record<string, string>) => createLabelSet(createLabels(Object.entries(labels)));

describe("labels", () => {
  it("have one key whatever their order, and none of two sets share one", () => {
    assert.equal(of({ a: "1", b: "2" }).key, of({ b: "2", a: "1" }).key);
    assert.notEqual(of({ a: "1b2" }).key, of({ a: "1", b: "2" }).key);
  });

  it("may be called as a member of Object, and are left out when empty", () => {
    assert.equal(createLabels([["constructor", "x"]])["constructor"], "x");
    assert.equal(createLabels([])["constructor"], undefined);
    assert.equal(labelsKey(createLabels([["a", ""]])), "");
  });

  it("are in the order of their first difference, a name before its value, the shorter set first", () => {
    const ordered = [{}, { a: "1" }, { b: "1", a: "1" }, { a: "1", c: "0" }, { a: "2" }, { b: "0" }];
    assert.deepEqual(
      sortByLabels(ordered.toReversed(), (labels) => labels),
      ordered,
    );
    for (const [index, labels] of ordered.entries()) {
      for (const [at, other] of ordered.entries()) {
        assert.equal(Math.sign(compareLabels(labels, other)), Math.sign(index - at));
      }
    }
  });
});

describe("a matcher", () => {
  it("matches from end to end, newlines included, and an absent label as an empty one", () => {
    assert.equal(createMatcher("a", "=~", "b.*").matches("b\nc"), true);
    assert.equal(createMatcher("a", "=~", "b").matches("abc"), false);
    assert.equal(createMatcher("a", "=~", "x|").matches(""), true);
    assert.equal(createMatcher("a", "!~", "x|y").matches("y"), false);
    assert.equal(createMatcher("a", "!=", "").matches(""), false);
  });

  it("says what is wrong with a regular expression", () => {
    assert.throws(() => createMatcher("a", "=~", "(b"), PatternError);
  });
});

describe("a pattern", () => {
  it("finds groups by number and name", () => {
    const pattern = compilePattern("(?P<key>[a-z]+)=(\\d+)?");
    assert.deepEqual(pattern.groupNames, ["", "key", ""]);
    assert.deepEqual(pattern.find("  ab=", 1), { start: 2, end: 5, groups: ["ab=", "ab", undefined] });
  });

  it("takes linear time where a backtracking one would take years", () => {
    assert.equal(compilePattern("(a+)+$").test(`${"a".repeat(50_000)}b`), false);
  });
});

describe("series in memory", () => {
  it("give the samples of a time, both ends included", () => {
    const memory = createMemorySeries();
    for (let time = 0; time < 100; time += 10) memory.append({ series: of({ a: "1" }), timeMs: time, value: time * 2 });
    const [found] = memory.select([createMatcher("a", "=", "1")], 20, 40);
    assert.deepEqual([...(found?.timesMs ?? [])], [20, 30, 40]);
    assert.deepEqual([...(found?.values ?? [])], [40, 60, 80]);
    assert.deepEqual(memory.select([createMatcher("a", "=", "1")], 41, 49), []);
  });

  it("tell the end of a series from a value that is not a number", () => {
    const memory = createMemorySeries();
    memory.append({ series: of({ a: "1" }), timeMs: 1, value: Number.NaN });
    memory.append({ series: of({ a: "1" }), timeMs: 2, value: 0, stale: true });
    for (let time = 3; time < 40; time++) memory.append({ series: of({ a: "1" }), timeMs: time, value: 1 });
    const [found] = memory.select([], 0, 100);
    assert.deepEqual(
      [0, 1, 2].map((index) => isStale(found!.values, index)),
      [false, true, false],
    );
    const copy = new Float64Array(2);
    setStale(copy, 0);
    assert.equal(isStale(copy.subarray(0, 1).slice(), 0), true);
  });
});

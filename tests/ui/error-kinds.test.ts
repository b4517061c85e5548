import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { queryRange } from "../../src/promql/index.ts";
import { filledIn } from "../../ui/src/measures/expression.ts";
import { KIND_BARS, kindsExpression, kindsRange, readKinds } from "../../ui/src/views/errors/kinds.ts";
import { createDatabase, MINUTE_MS, type Points } from "../promql/database.ts";

/** A part of this range is five minutes. */
const RANGE = { startMs: 60 * MINUTE_MS, endMs: (60 + 5 * KIND_BARS) * MINUTE_MS };
const minutes = (from: number, to: number, value: (minute: number) => number): Points =>
  Array.from({ length: to + 1 }, (_, at) => (at < from ? undefined : value(at)));

function kindsOf(...series: readonly (readonly [fingerprint: string, instance: string, points: Points])[]) {
  const database = createDatabase(
    series.map(([fingerprint, instance, points]) => ["errors_by_kind_total", { fingerprint, instance }, points]),
  );
  const { startMs, endMs, stepMs } = kindsRange(RANGE);
  const answer = queryRange(database, filledIn(kindsExpression(RANGE), RANGE), startMs, endMs, stepMs);
  assert.equal(answer.type, "matrix");
  const found = answer.type === "matrix" ? answer.series : [];
  const read = found.map(({ labels, timesMs, values }) => ({
    labels: { ...labels } as Record<string, string>,
    points: [...timesMs].map((timeMs, at) => ({ timeMs, value: values[at] ?? 0 })),
    histograms: [],
  }));
  return readKinds(read, RANGE);
}

describe("errors by kind over time", () => {
  it("are counted exactly: from the zero at the beginning of a series, and over the edges of the parts", () => {
    // An error in each minute, from the hundredth to the hundred-and-ninetieth.
    const { byFingerprint } = kindsOf(["f1", "a", minutes(100, 300, (at) => Math.min(Math.max(0, at - 100), 90))]);
    const { count, bars } = byFingerprint.get("f1") ?? assert.fail();
    assert.equal(count, 90);
    assert.deepEqual([bars[7], bars[8], bars[25], bars[26]], [0, 5, 5, 0]);
  });

  it("are those of the range alone, of all processes", () => {
    const { byFingerprint } = kindsOf(
      ["f1", "old", minutes(0, 200, (at) => (at < 61 ? 40 : at < 150 ? 41 : 43))],
      ["f1", "short", minutes(120, 121, (at) => (at === 120 ? 0 : 2))],
      ["f2", "old", minutes(0, 200, () => 9)],
    );
    // One of the first process fell between two samples around the beginning.
    assert.equal(byFingerprint.get("f1")?.count, 5);
    assert.equal(byFingerprint.has("f2"), false, "nothing of it in this time");
  });

  it("of a program that was restarted and scraped again are no less than nothing", () => {
    const { byFingerprint } = kindsOf(["f1", "a", minutes(0, 300, (at) => (at < 102 ? 50 : at < 200 ? 3 : 7))]);
    const { bars } = byFingerprint.get("f1") ?? assert.fail();
    assert.ok(bars.every((one) => one >= 0));
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createSeriesTranslator, type MetricPoint, type SeriesTranslation } from "../../src/ingest/index.ts";
import { exponential, histogram, sum, T0 } from "./points.ts";
import { createRandom } from "./wire.ts";

const start = () => createSeriesTranslator({ promotedResourceAttributes: [] });
const MINUTE = 60_000;

/** Values of one series by its name and bound, with their times after `T0`. */
const valuesOf = ({ samples }: SeriesTranslation, name: string, le?: string): [number, number][] =>
  samples
    .filter(({ series: { labels } }) => labels["__name__"] === name && labels["le"] === le)
    .map(({ timeMs, value }) => [timeMs - T0, value]);

describe("delta temporality", () => {
  const delta = (value: number, timeMs: number, startMs = timeMs - 10) =>
    sum(value, { temporality: "delta", startMs, timeMs });

  it("is added up from the stream's first point on", () => {
    const translator = start();
    const at = (point: MetricPoint) => valuesOf(translator.translate([point], T0), "m_total");
    assert.deepEqual(at(delta(5, T0)), [
      [-10, 0],
      [0, 5],
    ]);
    assert.deepEqual(at(delta(2, T0 + 10)), [[10, 7]]);
    assert.deepEqual(at(delta(0, T0 + 20)), [[20, 7]]);
  });

  it("refuses what came before, and what began before the stream", () => {
    const translator = start();
    translator.translate([delta(5, T0)], T0);
    const refused = (point: MetricPoint) => translator.translate([point], T0).rejected[0]?.reason;
    assert.equal(refused(delta(1, T0)), "the delta is not later than the one before it");
    assert.match(refused(delta(1, T0 + 5, T0 - 60)) ?? "", /^the delta began before its series did/);
    assert.equal(refused(delta(1, T0 + 5)), undefined);
  });

  it("begins anew after five minutes of silence", () => {
    const translator = start();
    translator.translate([delta(5, T0)], T0);
    const near = translator.translate([delta(1, T0 + 10)], T0 + 4 * MINUTE);
    assert.deepEqual(valuesOf(near, "m_total"), [[10, 6]]);
    const far = translator.translate([delta(1, T0 + 20)], T0 + 10 * MINUTE);
    assert.deepEqual(valuesOf(far, "m_total").at(-1), [20, 1]);
  });

  it("is added up per scope and attributes, and never for more streams than it may", () => {
    const translator = createSeriesTranslator({ promotedResourceAttributes: [], maxDeltaStreams: 2 });
    const of = (id: string, timeMs: number) => ({ ...delta(1, timeMs), attributes: { id } });
    translator.translate([of("a", T0), of("b", T0), of("c", T0)], T0);
    const { samples } = translator.translate([of("b", T0 + 10), of("c", T0 + 10), of("a", T0 + 10)], T0);
    assert.deepEqual(
      samples.filter(({ timeMs }) => timeMs === T0 + 10).map(({ value }) => value),
      [2, 2, 1],
      "a was silent longest",
    );
  });

  it("of histograms adds buckets, and begins anew with other bounds", () => {
    const translator = start();
    const at = (timeMs: number, bounds: number[], counts: number[]) =>
      translator.translate([histogram(bounds, counts, { temporality: "delta", timeMs, startMs: timeMs - 10 })], T0);
    at(T0, [1], [1, 2]);
    const second = at(T0 + 10, [1], [1, 0]);
    assert.deepEqual(
      [valuesOf(second, "m_bucket", "1"), valuesOf(second, "m_count"), valuesOf(second, "m_sum")],
      [[[10, 2]], [[10, 4]], [[10, 2]]],
    );
    assert.deepEqual(valuesOf(at(T0 + 20, [2], [1, 0]), "m_count"), [[20, 1]]);
  });

  it("of exponential histograms adds buckets of different scales", () => {
    const translator = start();
    const at = (timeMs: number, values: number[], scale: number) =>
      translator.translate([exponential(values, scale, { temporality: "delta", timeMs, startMs: timeMs - 10 })], T0);
    at(T0, [1.5, 3, 100], 6);
    const second = at(T0 + 10, [3, 0], 1);
    assert.deepEqual(valuesOf(second, "m_count"), [[10, 5]]);
    assert.deepEqual(valuesOf(second, "m_bucket", "4"), [
      [-10, 0],
      [0, 2],
      [10, 4],
    ]);
    assert.deepEqual(valuesOf(second, "m_bucket", "+Inf"), [[10, 5]]);
  });

  it("is not taken where nobody says whether it is delta", () => {
    const { rejected } = start().translate([sum(1, { temporality: "unspecified" })], T0);
    assert.deepEqual(rejected, [{ count: 1, reason: "the metric has no aggregation temporality" }]);
  });
});

/** The quantile of cumulative buckets as histogram_quantile interpolates it. */
function bucketQuantile(q: number, buckets: readonly (readonly [bound: number, count: number])[]): number {
  const total = buckets.at(-1)?.[1] ?? 0;
  const rank = q * total;
  const index = buckets.findIndex(([, count]) => count >= rank);
  const [upper, count] = buckets[index] as [number, number];
  const [lower, below] = buckets[index - 1] ?? [0, 0];
  return lower + (upper - lower) * ((rank - below) / (count - below));
}

const bucketsOf = ({ samples }: SeriesTranslation): [number, number][] =>
  samples
    .filter(({ series, stale }) => series.labels["__name__"] === "m_bucket" && stale !== true)
    .map(({ series, value }): [number, number] => [Number(series.labels["le"]?.replace("+Inf", "Infinity")), value])
    .sort(([a], [b]) => a - b);

describe("exponential histograms", () => {
  it("become buckets on the grid, with bounds where values are", () => {
    const made = start().translate([exponential([1.5, 3, 3.1, 0, -5], 8)], T0);
    assert.deepEqual(bucketsOf(made), [
      [-5.6568544, 0],
      [-4.7568284, 1],
      [0, 2],
      [14142136 / 1e7, 2],
      [1.6817928, 3],
      [2.8284272, 3],
      [3.3635856, 5],
      [Number.POSITIVE_INFINITY, 5],
    ]);
    assert.deepEqual(valuesOf(made, "m_count"), [[0, 5]]);
    assert.deepEqual(valuesOf(made, "m_sum"), [[0, 2.5999999999999996]]);
  });

  it("give quantiles within a fifth of the true ones, over nine orders of magnitude", () => {
    const random = createRandom(3);
    const values = Array.from({ length: 5000 }, () => 10 ** (random(9000) / 1000 - 6)).sort((a, b) => a - b);
    for (const scale of [8, 5, 2]) {
      const buckets = bucketsOf(start().translate([exponential(values, scale)], T0));
      for (const q of [0.01, 0.5, 0.9, 0.99, 0.999]) {
        const exact = values[Math.ceil(q * values.length) - 1] as number;
        const error = Math.abs(bucketQuantile(q, buckets) / exact - 1);
        assert.ok(error <= 2 ** 0.25 - 1 + 1e-6, `scale ${scale}, quantile ${q}: ${error}`);
      }
    }
  });

  it("keep a bound that was there, and tell what a new one held before", () => {
    const translator = start();
    translator.translate([exponential([1.5, 12], 5, { startMs: T0 - 100 })], T0);
    const later = translator.translate([exponential([1.5, 3, 12], 5, { startMs: T0 - 100, timeMs: T0 + 10 })], T0);
    assert.deepEqual(valuesOf(later, "m_bucket", "3.3635856"), [
      [-100, 0],
      [0, 1],
      [10, 2],
    ]);
    assert.deepEqual(valuesOf(later, "m_bucket", "1.6817928"), [[10, 1]]);
    const anew = translator.translate([exponential([3], 5, { startMs: T0 + 15, timeMs: T0 + 20 })], T0);
    assert.deepEqual(valuesOf(anew, "m_bucket", "1.6817928"), [
      [15, 0],
      [20, 0],
    ]);
    assert.deepEqual(valuesOf(anew, "m_bucket", "13.4543424"), [
      [15, 0],
      [20, 1],
    ]);
  });

  it("end bounds that lie within buckets which became coarser", () => {
    const translator = start();
    translator.translate([exponential([3, 5], 2)], T0);
    const { samples } = translator.translate([exponential([3, 5], -1, { timeMs: T0 + 10 })], T0);
    const ended = samples.filter(({ stale }) => stale === true).map(({ series }) => series.labels["le"]);
    assert.deepEqual(ended, ["2.8284272", "3.3635856", "4.7568284", "5.6568544"]);
    assert.deepEqual(
      samples.filter(({ stale, series }) => stale !== true && series.labels["le"] === "4").map(({ value }) => value),
      [1, 1],
      "what it held before, and what it holds",
    );
  });

  it("have at most 160 bounds, whatever is sent", () => {
    const everywhere = Array.from({ length: 2000 }, (_, index) => 2 ** (index - 1000));
    const buckets = bucketsOf(start().translate([exponential(everywhere, 2)], T0));
    assert.ok(buckets.length <= 161 && buckets.length > 50, `${buckets.length} buckets`);
    assert.equal(buckets.at(-1)?.[1], 2000);
    const point = exponential([1], 20);
    const far = {
      ...point,
      positive: { offset: 2 ** 31 - 1, counts: [1] },
      negative: { offset: -(2 ** 31), counts: [1] },
    };
    assert.equal(start().translate([far], T0).rejected.length, 0);
    assert.match(start().translate([{ ...point, scale: 50 }], T0).rejected[0]?.reason ?? "", /^the scale/);
  });

  it("end all their series when they have no value any more", () => {
    const translator = start();
    translator.translate([exponential([1.5], 5)], T0);
    const { samples } = translator.translate([exponential([], 0, { noRecordedValue: true, timeMs: T0 + 1 })], T0);
    assert.ok(samples.length === 5 && samples.every(({ stale }) => stale === true));
  });
});

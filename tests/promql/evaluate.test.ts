import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PromqlError, type PromqlErrorKind, parsePromql, queryInstant, queryRange } from "../../src/promql/index.ts";
import type { SeriesSource } from "../../src/signals/index.ts";
import { createDatabase, MINUTE_MS } from "./database.ts";

const counting = (by: number, count = 31): number[] => Array.from({ length: count }, (_, index) => index * by);
const database = createDatabase([
  ["requests_total", { job: "a" }, counting(60)],
  ["requests_total", { job: "b" }, counting(120)],
  ["errors_total", { job: "a" }, counting(6)],
  ["info", { job: "a", version: "1" }, counting(0).map(() => 1)],
  ["ended", {}, [1, 2, "stale", undefined, undefined, 3]],
]);
const AT_MS = 30 * MINUTE_MS;

function instant(query: string, timeMs = AT_MS): Record<string, number> {
  const result = queryInstant(database, query, timeMs);
  assert.equal(result.type, "vector");
  return Object.fromEntries(
    result.type === "vector" ? result.samples.map(({ labels, value }) => [JSON.stringify({ ...labels }), value]) : [],
  );
}

function failsWith(kind: PromqlErrorKind, message: RegExp, run: () => unknown): void {
  assert.throws(run, (error) => error instanceof PromqlError && error.kind === kind && message.test(error.message));
}

describe("evaluation", () => {
  it("answers with the type of the expression", () => {
    assert.deepEqual(queryInstant(database, "1 + 1", 1000), {
      type: "scalar",
      timeMs: 1000,
      value: 2,
      warnings: [],
      infos: [],
    });
    assert.deepEqual(queryInstant(database, "'x'", 1000), {
      type: "string",
      timeMs: 1000,
      value: "x",
      warnings: [],
      infos: [],
    });
    const matrix = queryInstant(database, "errors_total[2m]", AT_MS);
    assert.ok(matrix.type === "matrix");
    // The begin of a range is not part of it.
    assert.deepEqual([...(matrix.series[0]?.timesMs ?? [])], [29 * MINUTE_MS, 30 * MINUTE_MS]);
  });

  it("refuses to answer a range with something that is no vector", () => {
    failsWith("bad_data", /invalid expression type "range vector" for range query/, () =>
      queryRange(database, "up[5m]", 0, AT_MS, MINUTE_MS),
    );
  });

  it("accepts a parsed expression, and tells places in the text it was parsed from", () => {
    const { infos } = queryInstant(database, parsePromql("sum(  rate(info[5m]))"), AT_MS);
    const rule = "metric might not be a counter, name does not end in _total/_sum/_count/_bucket";
    assert.deepEqual(infos, [`PromQL info: ${rule}: "info" (1:12)`]);
  });

  it("takes names away at once, so that two series may become one too many", () => {
    assert.deepEqual(instant("-errors_total"), { '{"job":"a"}': -180 });
    assert.deepEqual(instant("last_over_time(errors_total[5m])"), { '{"__name__":"errors_total","job":"a"}': 180 });
    failsWith("execution", /same labelset/, () => queryInstant(database, 'rate({job="a"}[5m])', AT_MS));
    const late = queryInstant(database, 'count(rate({job="a"}[5m]))', AT_MS, { delayedNameRemoval: true });
    assert.equal(late.type === "vector" && late.samples[0]?.value, 3);
  });

  it("ends a series at its stale mark, and after five minutes without one", () => {
    const { series } = queryRange(database, "ended", 0, 12 * MINUTE_MS, MINUTE_MS);
    assert.deepEqual(
      Array.from(series[0]?.timesMs ?? [], (timeMs) => timeMs / MINUTE_MS),
      [0, 1, 5, 6, 7, 8, 9],
    );
    const short = queryRange(database, "ended", 0, 12 * MINUTE_MS, MINUTE_MS, { lookbackMs: MINUTE_MS });
    assert.deepEqual([...(short.series[0]?.values ?? [])], [1, 2, 3]);
  });

  it("names what cannot be matched", () => {
    failsWith("execution", /found duplicate series for the match group \{\} on the right hand-side/, () =>
      queryInstant(database, "info + on() requests_total", AT_MS),
    );
    failsWith("execution", /many-to-one matching must be explicit/, () =>
      queryInstant(database, "requests_total + on() errors_total", AT_MS),
    );
    assert.deepEqual(instant("requests_total * on(job) group_left(version) info"), {
      '{"job":"a","version":"1"}': 1800,
    });
  });

  it("orders an instant vector by its function, a range by labels", () => {
    const ordered = queryInstant(database, "sort_desc(requests_total)", AT_MS);
    assert.deepEqual(ordered.type === "vector" && ordered.samples.map(({ value }) => value), [3600, 1800]);
    const range = queryRange(database, "sort_desc(requests_total)", 0, AT_MS, MINUTE_MS);
    assert.deepEqual(
      range.series.map(({ labels }) => labels["job"]),
      ["a", "b"],
    );
    assert.match(range.warnings[0] ?? "", /sort is ineffective for range queries/);
  });

  it("steps a subquery without a step as it is told", () => {
    const count = (subqueryStepMs?: number) => {
      const limits = subqueryStepMs === undefined ? {} : { subqueryStepMs };
      const result = queryInstant(database, "count_over_time(info[10m:])", AT_MS, limits);
      return result.type === "vector" ? result.samples[0]?.value : undefined;
    };
    assert.deepEqual([count(), count(15_000)], [10, 40]);
  });

  it("asks the source once for the same selection", () => {
    const asked: string[] = [];
    const source: SeriesSource = {
      select: (matchers, startMs, endMs) => {
        asked.push(`${matchers.map(({ value }) => value)} ${startMs}-${endMs}`);
        return database.select(matchers, startMs, endMs);
      },
    };
    queryRange(
      source,
      "rate(errors_total[5m]) / (rate(errors_total[5m]) + rate(requests_total[5m]))",
      600_000,
      AT_MS,
      60_000,
    );
    assert.deepEqual(asked, ["errors_total 300001-1800000", "requests_total 300001-1800000"]);
  });
});

describe("limits", () => {
  it("stop a query that would hold too many samples", () => {
    const query = () => queryRange(database, "requests_total", 0, AT_MS, 1000, { maxSamples: 1000 });
    failsWith("too_many_samples", /too many samples/, query);
    const within = queryRange(database, "requests_total", 0, AT_MS, MINUTE_MS, { maxSamples: 1000 });
    assert.equal(within.series.length, 2);
  });

  it("free what intermediate results held", () => {
    const sum = Array.from({ length: 50 }, () => "sum(requests_total)").join(" + ");
    assert.equal(queryRange(database, sum, 0, AT_MS, MINUTE_MS, { maxSamples: 500 }).series.length, 1);
  });

  it("stop a query whose time is over, in the midst of its loops", () => {
    let asked = 0;
    const isExpired = (): boolean => {
      asked += 1;
      return asked > 3;
    };
    failsWith("timeout", /timed out/, () =>
      queryRange(database, "sum_over_time(requests_total[30m])", 0, AT_MS, 10, { isExpired }),
    );
    assert.equal(asked, 4);
  });

  it("stop a query before its first selection where the time is over already", () => {
    const source: SeriesSource = { select: () => assert.fail("selected") };
    failsWith("timeout", /timed out/, () => queryInstant(source, "up", 0, { isExpired: () => true }));
  });
});

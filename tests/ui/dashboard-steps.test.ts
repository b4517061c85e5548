import { deepEqual, equal } from "node:assert/strict";
import { describe, it } from "node:test";
import {
  alignedRange,
  builtIn,
  formatInterval,
  panelInterval,
  parseInterval,
  prometheusSteps,
  roundInterval,
} from "../../ui/src/dashboards/model/interval.ts";

const HOUR = { startMs: 0, endMs: 3_600_000 };

describe("intervals", () => {
  it("are read as Grafana writes them", () => {
    deepEqual(["1m", ">10s", "1h30m", "500ms", "30", "soon", ""].map(parseInterval), [
      60_000,
      10_000,
      5_400_000,
      500,
      30_000,
      undefined,
      undefined,
    ]);
  });
  it("are written in the largest unit that fits", () => {
    deepEqual([60_000, 90_000, 75_000, 7_200_000, 86_400_000, 200].map(formatInterval), [
      "1m",
      "90s",
      "75s",
      "2h",
      "1d",
      "200ms",
    ]);
  });
  it("are rounded to what people expect", () => {
    deepEqual(
      [7, 3600, 7500, 61_000, 95_000, 200_000, 3_000_000].map(roundInterval),
      [1, 5000, 10_000, 60_000, 120_000, 120_000, 3_600_000],
    );
  });
});

describe("the step of a panel", () => {
  it("is the range by its pixels, and at least a scrape", () => {
    equal(panelInterval({ ...HOUR, maxDataPoints: 1000 }, "15s"), 15_000);
    equal(panelInterval({ startMs: 0, endMs: 86_400_000, maxDataPoints: 1000 }, "15s"), 60_000);
    equal(panelInterval({ ...HOUR, maxDataPoints: 1000, minInterval: "1m" }, "15s"), 60_000);
  });
  it("has a rate interval of a step and a scrape, at least four scrapes", () => {
    // The panel's least interval is no scrape interval: 60 + 15.
    deepEqual(prometheusSteps({ ...HOUR, maxDataPoints: 1000, minInterval: "1m" }, undefined), {
      stepMs: 60_000,
      rateIntervalMs: 75_000,
    });
    deepEqual(prometheusSteps({ ...HOUR, maxDataPoints: 1000 }, undefined), { stepMs: 15_000, rateIntervalMs: 60_000 });
    // The query's least step is.
    deepEqual(prometheusSteps({ ...HOUR, maxDataPoints: 1000 }, "1m"), { stepMs: 60_000, rateIntervalMs: 240_000 });
  });
  it("asks for no more points than Prometheus gives", () => {
    const { stepMs } = prometheusSteps({ startMs: 0, endMs: 365 * 86_400_000, maxDataPoints: 1e6 }, undefined);
    equal(stepMs, 3_600_000);
  });
  it("lets range queries begin and end at multiples", () => {
    deepEqual(alignedRange({ startMs: 61_000, endMs: 179_999 }, 60_000), { startMs: 60_000, endMs: 120_000 });
  });
  it("is known to queries", () => {
    const { __interval, __rate_interval, __range, __range_s, __range_ms, __auto, __interval_ms } = builtIn(
      HOUR,
      60_000,
      75_000,
    );
    deepEqual(
      [__interval, __interval_ms, __auto, __rate_interval, __range, __range_s, __range_ms],
      ["1m", "60000", "1m", "75s", "3600s", "3600", "3600000"],
    );
  });
});

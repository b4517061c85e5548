import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type MetricPoint, OtlpError, refuseTooManySamples, type SummaryPoint } from "../../src/ingest/index.ts";
import { exponential, gauge, histogram, sum } from "./points.ts";

const MOST = 300_000;

const times = <T>(count: number, one: T): T[] => Array<T>(count).fill(one);
const { value: _value, ...common } = gauge(0);
const summaryOf = (quantiles: number): SummaryPoint => ({
  ...common,
  kind: "summary",
  count: 1,
  sum: 1,
  quantiles: Array.from({ length: quantiles }, (_, index) => ({ quantile: index / quantiles, value: 1 })),
});
const buckets = (count: number) => ({ offset: 0, counts: times(count, 1) });

/** Points of one kind, as many samples each. */
const kinds: Readonly<Record<string, { readonly point: MetricPoint; readonly samples: number }>> = {
  "a gauge": { point: gauge(1), samples: 1 },
  "a sum": { point: sum(1), samples: 1 },
  "a histogram of 97 bounds": { point: histogram(times(97, 1), times(98, 1)), samples: 100 },
  "a histogram without bounds": { point: histogram([], [1]), samples: 3 },
  "a summary of 7 quantiles": { point: summaryOf(7), samples: 10 },
  "an exponential histogram of 57 buckets": {
    point: exponential([], 0, { positive: buckets(30), negative: buckets(27) }),
    samples: 60,
  },
  "an exponential histogram of 10,000 buckets, which become 160": {
    point: exponential([], 0, { positive: buckets(10_000) }),
    samples: 163,
  },
};

describe("a metrics request", () => {
  for (const [name, { point, samples }] of Object.entries(kinds)) {
    it(`has at most ${MOST} samples: ${name}`, () => {
      const full = times(Math.floor(MOST / samples), point);
      const exactly = [...full, ...times(MOST - full.length * samples, gauge(1))];
      assert.doesNotThrow(() => refuseTooManySamples(exactly));
      assert.throws(
        () => refuseTooManySamples([...exactly, gauge(1)]),
        (error) => error instanceof OtlpError && /at most 300000 samples.*send it in parts/.test(error.message),
      );
      assert.throws(() => refuseTooManySamples([...full, point, ...times(MOST, gauge(1))]), OtlpError);
    });
  }
});

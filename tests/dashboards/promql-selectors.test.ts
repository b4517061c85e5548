import assert from "node:assert/strict";
import { test } from "node:test";
import { parsePromqlNames } from "../../grafana/source/promql-selectors.ts";

const selector = (metric: string, rest: object = {}) => ({
  metric,
  labels: [],
  window: undefined,
  within: undefined,
  ...rest,
});

const cases: readonly (readonly [expr: string, selectors: object[], groupings?: string[]])[] = [
  ["up", [selector("up")]],
  ["up == 0", [selector("up")]],
  ['up{job="a", instance!~"b{c}"}', [selector("up", { labels: ["job", "instance"] })]],
  ["rate(a_total[5m])", [selector("a_total", { window: "5m", within: "rate" })]],
  ["rate(a_total[$__rate_interval])", [selector("a_total", { window: "$__rate_interval", within: "rate" })]],
  ["sum(a) by (job)", [selector("a", { within: "sum" })], ["job"]],
  ["sum by (job, le) (rate(a_bucket[1h]))", [selector("a_bucket", { window: "1h", within: "rate" })], ["job", "le"]],
  ["a / on (job) group_left (version) b", [selector("a"), selector("b")], ["job", "version"]],
  ["a and b or c unless d", ["a", "b", "c", "d"].map((name) => selector(name))],
  ["job:a:rate5m > 1e3", [selector("job:a:rate5m")]],
  ["a offset 5m", [selector("a")]],
  ["vector(0)", []],
  ["a * 1e3 > bool Inf", [selector("a")]],
  ['label_replace(a, "x", "$1", "y", "(.*)")', [selector("a", { within: "label_replace" })]],
];

for (const [expr, selectors, groupings = []] of cases) {
  test(`reads ${expr}`, () => {
    assert.deepEqual(parsePromqlNames(expr), { selectors, groupings });
  });
}

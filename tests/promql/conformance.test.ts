import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { cachedScripts } from "../../scripts/conformance-promql/module.ts";
import { runScript } from "../../scripts/conformance-promql/run.ts";

/** Scripts of what this engine is to have, with the evaluations that it is at least to pass. */
const SCRIPTS = {
  aggregators: 120,
  at_modifier: 75,
  collision: 2,
  functions: 245,
  histograms: 80,
  literals: 25,
  name_label_dropping: 30,
  operators: 140,
  range_queries: 15,
  selectors: 31,
  staleness: 17,
  subquery: 32,
  trig_functions: 19,
};

const folder = cachedScripts();

describe("Prometheus' own test scripts", () => {
  for (const [name, least] of Object.entries(SCRIPTS)) {
    const skip =
      folder === undefined && "NOT RUN: Prometheus' module is not in the Go cache; npm run conformance:promql gets it";
    it(`pass: ${name}`, { skip }, () => {
      const { passed, failures } = runScript(readFileSync(join(folder ?? "", `${name}.test`), "utf8"));
      assert.deepEqual(failures, []);
      assert.ok(passed >= least, `${passed} evaluations passed, expected at least ${least}`);
    });
  }
});

describe("the runner of test scripts", () => {
  const load = 'load 1m\n  requests_total{job="a"} 0+60x10\n  up 1 _ 1 stale 1\n\n';
  const outcomeOf = (text: string) => runScript(load + text);

  it("passes what is right, as an instant query, pinned and as a range", () => {
    const { passed, failures } = outcomeOf(
      'eval instant at 10m rate(requests_total[5m])\n  {job="a"} 1\n\n' +
        "eval range from 0 to 4m step 1m up\n  up 1 1 1 _ 1\n\n" +
        "eval instant at 1m sum(rate(requests_total))\n  expect fail msg: 1:10: parse error: expected type range vector in " +
        'call to function "rate", got instant vector\n',
    );
    assert.deepEqual([passed, failures], [3, []]);
  });

  it("fails a wrong value, a missing series, a missing error and a missing warning", () => {
    const { passed, failures } = outcomeOf(
      'eval instant at 10m requests_total\n  requests_total{job="a"} 1\n\n' +
        'eval instant at 10m requests_total\n  requests_total{job="a"} 600\n  requests_total{job="b"} 600\n\n' +
        "eval instant at 10m requests_total\n  expect fail\n\n" +
        'eval instant at 10m requests_total\n  expect warn\n  requests_total{job="a"} 600\n',
    );
    assert.equal(passed, 0);
    assert.deepEqual(
      failures.map(({ line }) => line),
      [5, 8, 12, 15],
    );
  });

  it("counts apart what needs native histograms or experimental functions", () => {
    const { passed, failures, apart } = runScript(
      "load 1m\n  native {{schema:0 count:1 buckets:[1]}}x5\n\neval instant at 1m sum(native)\n  {} {{}}\n\n" +
        "eval instant at 1m count(native)\n  {} 1\n\neval instant at 1m mad_over_time(native[1m])\n",
    );
    assert.deepEqual([passed, failures], [0, []]);
    assert.deepEqual([...apart.values()], [2, 1]);
  });
});

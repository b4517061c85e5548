import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import {
  parseMetric,
  parseSeriesValues,
  runRuleTests,
  SeriesNotationError,
  writeTestReport,
} from "../../src/rules/index.ts";

const folder = mkdtempSync(join(tmpdir(), "rules-unit-"));
after(() => rmSync(folder, { recursive: true }));
const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

write(
  "rules.yml",
  `groups:
- name: g
  rules:
  - record: job:up:sum
    expr: sum by (job) (up)
  - alert: Down
    expr: job:up:sum == 0
    for: 2m
    labels: { severity: page }
    annotations: { summary: "{{ $labels.job }} of {{ $externalLabels.cluster }} at {{ $externalURL }}: {{ $value }}" }
`,
);

/** A test that passes, with one line replaced. */
const file = (replaced = "", by = ""): string => {
  const text = `rule_files: [rules.yml]
evaluation_interval: 1m
tests:
- name: goes down
  interval: 1m
  external_labels: { cluster: eu }
  external_url: http://here
  input_series:
  - series: up{job="a",instance="1"}
    values: 1x4 0x10
  - series: up{job="a",instance="2"}
    values: 1+0x4 0 0 0 0 _ stale
  alert_rule_test:
  - eval_time: 6m
    alertname: Down
    exp_alerts: []
  - eval_time: 7m
    alertname: Down
    exp_alerts:
    - exp_labels: { severity: page, job: a }
      exp_annotations: { summary: "a of eu at http://here: 0" }
  promql_expr_test:
  - expr: job:up:sum
    eval_time: 4m
    exp_samples: [{ labels: 'job:up:sum{job="a"}', value: 2 }]
  - expr: count(up) > 1
    eval_time: 10m
    exp_samples: []
`;
  assert.ok(text.includes(replaced));
  return write(`t${Math.abs(hash(replaced + by))}.test.yml`, text.replace(replaced, by));
};
const hash = (text: string): number => [...text].reduce((sum, one) => (sum * 31 + one.charCodeAt(0)) | 0, 7);
const run = async (path: string) => {
  const report = await runRuleTests([path]);
  return { ...report, text: writeTestReport(report) };
};

/** Those of this product are run by `npm run check:alerts`, and by promtool in tests/alerts. */
describe("unit tests of rules", () => {
  it("pass where rules do what is expected", async () => {
    const { passed, failed, text } = await run(file());
    assert.deepEqual([passed, failed], [1, 0], text);
    assert.match(text, /1 tests, ok\n1 passed, 0 failed\n$/);
  });

  const broken: readonly (readonly [what: string, replaced: string, by: string, told: RegExp])[] = [
    ["another value", "value: 2 }", "value: 3 }", /- job:up:sum\{job="a"\} 3\n +\+ job:up:sum\{job="a"\} 2/],
    [
      "another label",
      "job: a }",
      "job: b }",
      /- labels \{alertname="Down", job="b".*\n.*\+ labels \{alertname="Down", job="a"/,
    ],
    ["a label too many", "job: a }", 'job: a, none: "" }', /none=""/],
    ["another time", "eval_time: 7m", "eval_time: 5m", /alert Down at 5m: expected 1 firing, got 0/],
    ["another annotation", 'summary: "a of', 'summary: "b of', /- +summary: b of eu.*\n +\+ +summary: a of eu/],
    [
      "no annotation",
      'exp_annotations: { summary: "a of eu at http://here: 0" }',
      "exp_annotations: {}",
      /\+ +summary: a of eu/,
    ],
    ["no alert", "eval_time: 6m", "eval_time: 8m", /alert Down at 8m: expected 0 firing, got 1/],
    ["an alert that does not exist", "exp_alerts: []", "exp_alerts: [{exp_labels: {}}]", /expected 1 firing, got 0/],
    ["other samples", "exp_samples: []", "exp_samples: [{labels: '{}', value: 2}]", /- \{\} 2/],
  ];
  for (const [what, replaced, by, told] of broken) {
    it(`fail where ${what} is expected, and show the difference`, async () => {
      const { failed, text } = await run(file(replaced, by));
      assert.equal(failed, 1);
      assert.match(text, told);
    });
  }

  const unusable: readonly (readonly [what: string, replaced: string, by: string, told: RegExp])[] = [
    ["an unknown key", "rule_files:", "rules:", /1:1: expected one of rule_files, .* got the key "rules"/],
    ["a bad duration", "eval_time: 6m", "eval_time: 6", /expected a duration .* for eval_time, got "6"/],
    ["a bad series", 'up{job="a",instance="1"}', "up{job=", /expected a series such as name\{label="value"\}/],
    ["bad values", "1x4 0x10", "1 2 three", /expected a value such as .* got "three"/],
    [
      "native histograms",
      "1x4 0x10",
      '"{{schema:0 sum:1 count:1}}x3"',
      /native histograms \(\{\{…\}\}\) are not supported/,
    ],
    ["a bad expression", "expr: job:up:sum", "expr: sum(", /expr: sum\(, time: 4m: .*parse error/],
    ["a group twice in its order", "tests:", "group_eval_order: [g, g]\ntests:", /got "g" again/],
  ];
  for (const [what, replaced, by, told] of unusable) {
    it(`with ${what} fail with the reason`, async () => {
      const { failed, text } = await run(file(replaced, by));
      assert.equal(failed, 1);
      assert.match(text, told);
    });
  }

  it("warn of rule files that are not there, and fail where they have mistakes or do not exist themselves", async () => {
    assert.match(
      (await run(file("[rules.yml]", "[nothing.yml]"))).text,
      /warning: no rule file matches .*nothing\.yml/,
    );
    write("bad.yml", "groups:\n- name: g\n  rules:\n  - record: a\n    expr: (\n");
    assert.match((await run(file("[rules.yml]", "[bad.yml]"))).text, /bad\.yml:5:11: could not parse expression/);
    assert.match((await run(join(folder, "absent.yml"))).text, /absent\.yml: expected a readable file, got ENOENT/);
  });

  it("begin when they say", async () => {
    const at = file("  interval: 1m\n", "  interval: 1m\n  start_timestamp: 2026-01-31T12:00:00Z\n");
    assert.equal((await run(at)).failed, 0);
    const timed = write(
      "timed.yml",
      `tests:
- start_timestamp: "1769860800"
  interval: 30s
  input_series: [{ series: x, values: "1 2 3" }]
  promql_expr_test:
  - { expr: timestamp(x), eval_time: 1m, exp_samples: [{ labels: "{}", value: 1769860860 }] }
`,
    );
    const { failed, text } = await run(timed);
    assert.equal(failed, 0, text);
  });

  it("take neighbouring doubles for equal only where they are asked to", async () => {
    const text = (fuzzy: boolean): string => `fuzzy_compare: ${fuzzy}
tests:
- input_series: [{ series: x, values: "0.1" }, { series: y, values: "0.2" }]
  promql_expr_test:
  - { expr: x + on() y, eval_time: 0s, exp_samples: [{ labels: "{}", value: 0.3 }] }
`;
    assert.equal((await run(write("exact.yml", text(false)))).failed, 1);
    assert.equal((await run(write("fuzzy.yml", text(true)))).failed, 0);
  });
});

describe("the notation of series", () => {
  it("is Prometheus'", () => {
    const table: readonly (readonly [text: string, slots: readonly unknown[]])[] = [
      ["", []],
      ["1 -2.5 1e3 .5 +3", [1, -2.5, 1000, 0.5, 3]],
      ["_ _x3 1", [undefined, undefined, undefined, undefined, 1]],
      ["1x3", [1, 1, 1, 1]],
      ["1+2x3", [1, 3, 5, 7]],
      ["10-2x2", [10, 8, 6]],
      ["-1-1x1", [-1, -2]],
      ["stale stalex1", ["stale", "stale", "stale"]],
      ["Inf -inf NaN", [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]],
      ["  1\t2\n3 ", [1, 2, 3]],
    ];
    for (const [text, slots] of table) assert.deepEqual(parseSeriesValues(text), slots, text);
  });

  it("is refused where it is not, and where it would fill memory", () => {
    for (const text of ["a", "1x", "1+2", "x3", "1 x3", "0x1F", "1++2x3", "_x", "stale+1x2", "1x999999999", "{{}}"]) {
      assert.throws(() => parseSeriesValues(text), SeriesNotationError, text);
    }
  });

  it("names series as PromQL does", () => {
    const labelsOf = (text: string) => ({ ...parseMetric(text).labels });
    assert.deepEqual(labelsOf("a:b"), { __name__: "a:b" });
    assert.deepEqual(labelsOf("a{b=\"c\", d='e\"\\'', f=`g\\n`,}"), { __name__: "a", b: "c", d: "e\"'", f: "g\\n" });
    assert.deepEqual(labelsOf('{"a.b", c="}"}'), { __name__: "a.b", c: "}" });
    assert.deepEqual(labelsOf("{}"), {});
    assert.equal(parseMetric('a{b="c"} 1 2').rest, " 1 2");
    for (const text of ["", "a{", "a{b}", "a{b=c}", "1a", 'a{b="c"', 'a{b=~"c"}'])
      assert.throws(() => parseMetric(text), SeriesNotationError, text);
  });
});

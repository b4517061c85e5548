/** Unit tests of rules, right and wrong ones: promtool and this engine come to the same verdict on each. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { ALERTS_FOLDER, testFiles } from "../../alerts/source/load.ts";
import { runRuleTests, writeTestReport } from "../../src/rules/index.ts";
import { findPromtool } from "../alerts/find-promtool.ts";
import { createRandom, type Random } from "../stack/differential/random.ts";

const promtool = findPromtool();
const required = process.env["AGENT_OBSERVATORY_REQUIRE_STACK"] === "1";
const MISSING = "promtool is not in PATH nor in the cache: run npm run stack:images. Verdicts were NOT compared";
const skip = promtool === undefined && !required ? MISSING : false;
const folder = mkdtempSync(join(tmpdir(), "rules-verdicts-"));
after(() => rmSync(folder, { recursive: true }));

type Expected = { exp_labels?: Record<string, string>; exp_annotations?: Record<string, string> };
type AlertCheck = { eval_time: string; alertname: string; exp_alerts?: Expected[] };
type PromqlCheck = { expr: string; eval_time: string; exp_samples?: { labels: string; value: number }[] };
type Test = {
  name: string;
  interval?: string;
  external_url?: string;
  external_labels?: Record<string, string>;
  input_series?: { series: string; values: string }[];
  alert_rule_test: AlertCheck[];
  promql_expr_test?: PromqlCheck[];
};
type TestFile = { rule_files: string[]; evaluation_interval?: string; tests: Test[] };

const read = (name: string): TestFile =>
  parse(readFileSync(new URL(`tests/${name}`, ALERTS_FOLDER), "utf8")) as TestFile;

/** Changes one thing of a test, in place; false where it has no such thing. */
type Change = (test: Test, random: Random) => boolean;

const firing = ({ alert_rule_test }: Test): Expected[] => alert_rule_test.flatMap(({ exp_alerts = [] }) => exp_alerts);
const inAlert =
  (change: (alert: Expected, random: Random) => void): Change =>
  (test, random) => {
    const alerts = firing(test);
    if (alerts.length > 0) change(random.pick(alerts), random);
    return alerts.length > 0;
  };
const inCheck =
  (change: (check: AlertCheck, random: Random) => void): Change =>
  (test, random) => {
    change(random.pick(test.alert_rule_test), random);
    return true;
  };
const inSeries =
  (change: (series: NonNullable<Test["input_series"]>[number], random: Random) => void): Change =>
  (test, random) => {
    const series = test.input_series ?? [];
    if (series.length > 0) change(random.pick(series), random);
    return series.length > 0;
  };
const inOne = (texts: Record<string, string>, random: Random, change: (text: string) => string | undefined): void => {
  const key = random.pick(Object.keys(texts));
  const changed = change(texts[key] ?? "");
  if (changed === undefined) delete texts[key];
  else texts[key] = changed;
};
const expecting = (expr: string, samples: NonNullable<PromqlCheck["exp_samples"]>): Change =>
  inAll((test, random) => {
    const eval_time = random.pick(test.alert_rule_test).eval_time;
    test.promql_expr_test = [{ expr, eval_time, exp_samples: samples }];
  });
function inAll(change: (test: Test, random: Random) => void): Change {
  return (test, random) => {
    change(test, random);
    return true;
  };
}

const CHANGES: Readonly<Record<string, Change>> = {
  nothing: () => true,
  "another label": inAlert(({ exp_labels = {} }, random) => inOne(exp_labels, random, (text) => `${text}x`)),
  "a label less": inAlert(({ exp_labels = {} }, random) => inOne(exp_labels, random, () => undefined)),
  "a label more": inAlert((alert) => {
    alert.exp_labels = { ...alert.exp_labels, more: "label" };
  }),
  "an empty label more": inAlert((alert) => {
    alert.exp_labels = { ...alert.exp_labels, more: "" };
  }),
  "no labels": inAlert((alert) => {
    delete alert.exp_labels;
  }),
  "another annotation": inAlert(({ exp_annotations = {} }, random) =>
    inOne(exp_annotations, random, (text) => `${text}.`),
  ),
  "an annotation less": inAlert(({ exp_annotations = {} }, random) => inOne(exp_annotations, random, () => undefined)),
  "no annotations": inAlert((alert) => {
    delete alert.exp_annotations;
  }),
  "no alert": inCheck((check) => {
    check.exp_alerts = [];
  }),
  "nothing said of alerts": inCheck((check) => {
    delete check.exp_alerts;
  }),
  "one alert twice": inCheck((check) => {
    const [first] = check.exp_alerts ?? [];
    check.exp_alerts = [...(check.exp_alerts ?? []), first ?? { exp_labels: { severity: "page" } }];
  }),
  "an earlier time": inCheck((check) => {
    check.eval_time = earlier(check.eval_time, 120_000);
  }),
  "a time just before": inCheck((check) => {
    check.eval_time = earlier(check.eval_time, 1000);
  }),
  "a later time": inCheck((check) => {
    check.eval_time = earlier(check.eval_time, -600_000);
  }),
  "an unknown alert": inCheck((check) => {
    check.alertname = "NobodyKnows";
  }),
  "other values": inSeries((series, random) => {
    series.values = series.values.replace(/\d+/, (digits) => String(Number(digits) + 1 + random.below(5)));
  }),
  "a faster series": inSeries((series) => {
    series.values = series.values.replaceAll(/\+(\d)/g, "+3$1");
  }),
  "a gap": inSeries((series) => {
    series.values = `_x7 ${series.values}`;
  }),
  "an end": inSeries((series) => {
    series.values = series.values.replace(
      /^(\S+)x(\d+)/,
      (_, start, times) => `${start}x${Math.floor(Number(times) / 2)} stale`,
    );
  }),
  "another series": inSeries((series) => {
    series.series = series.series.replace(/="(\w+)"/, '="other"');
  }),
  "no series": inAll((test) => {
    test.input_series = [];
  }),
  "a series less": inAll((test, random) => {
    test.input_series?.splice(random.below(test.input_series.length), 1);
  }),
  "another interval": inAll((test) => {
    test.interval = "2m";
  }),
  "no interval": inAll((test) => {
    delete test.interval;
  }),
  "another URL": inAll((test) => {
    test.external_url = "http://elsewhere.test";
  }),
  "no URL": inAll((test) => {
    delete test.external_url;
  }),
  "labels of all": inAll((test) => {
    test.external_labels = { cluster: "eu", severity: "none" };
  }),
  "alerts as series, though there may be some": expecting("ALERTS", []),
  "whether any alert is there": expecting("clamp_max(count(ALERTS), 1) or vector(0)", [{ labels: "{}", value: 1 }]),
  "the time": expecting("time() >= bool 0", [{ labels: "{}", value: 1 }]),
  "a wrong value": expecting("vector(1)", [{ labels: "{}", value: 2 }]),
  "a wrong label": expecting("vector(1)", [{ labels: '{a="b"}', value: 1 }]),
  "too many samples": expecting("vector(1)", [
    { labels: "{}", value: 1 },
    { labels: "m", value: 1 },
  ]),
  "an expression that fails": expecting(
    'vector(1) + on () (vector(1) or label_replace(vector(1), "a", "b", "", ""))',
    [],
  ),
};

function msOf(text: string): number {
  const units: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 };
  const parts = [...text.matchAll(/(\d+)([dhms])/g)];
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ""] ?? 0), 0);
}

const earlier = (text: string, byMs: number): string => `${Math.max(0, msOf(text) - byMs) / 1000}s`;

/** How many checks of each test failed, by promtool's JUnit report; what was wrong with the file as a whole as the test "". */
function askPromtool(file: string): Record<string, number> {
  assert.ok(promtool, MISSING);
  const report = join(folder, "report.xml");
  const { error } = spawnSync(promtool, ["test", `--junit=${report}`, "rules", file], {
    stdio: "ignore",
    timeout: 120_000,
  });
  assert.equal(error, undefined);
  const xml = readFileSync(report, "utf8");
  const verdicts: Record<string, number> = {};
  for (const [, name = "", content = ""] of xml.matchAll(/<testcase name="([^"]*)">(.*?)<\/testcase>/gs)) {
    if (content.includes("<error>")) verdicts[""] = 1;
    else verdicts[name] = content.split("<failure>").length - 1;
  }
  return verdicts;
}

async function askOurs(file: string): Promise<{ readonly verdicts: Record<string, number>; readonly text: string }> {
  const report = await runRuleTests([file]);
  const [{ problems = [], tests = [] } = {}] = report.files;
  const verdicts = Object.fromEntries(tests.map(({ name, failures }) => [name, failures.length]));
  return { verdicts: problems.length > 0 ? { "": 1 } : verdicts, text: writeTestReport(report) };
}

const PER_TEST = 3;
/** Tests over hours and days take seconds each, four times over, in both. */
const LONGEST_MS = 3_600_000;
const isShort = ({ alert_rule_test: checks = [] }: Partial<Test>): boolean =>
  checks.length > 0 && checks.every(({ eval_time }) => msOf(eval_time) <= LONGEST_MS);
const shortTests = (name: string): Test[] => read(name).tests.filter(isShort);

describe("unit tests of rules", { skip }, () => {
  for (const [index, name] of testFiles().entries()) {
    if (shortTests(name).length === 0) continue;
    it(`of ${name}, as they are and changed, end as in promtool`, async (t) => {
      const random = createRandom(100 + index);
      const { tests: _, ...rest } = read(name);
      const tests = shortTests(name);
      const names = Object.keys(CHANGES);
      const changed = tests.flatMap((test, number) =>
        ["nothing", ...Array.from({ length: PER_TEST }, () => random.pick(names))].flatMap((what, copy) => {
          const other = structuredClone({ ...test, name: `${number}.${copy} ${what}` });
          return CHANGES[what]?.(other, random) === true ? [other] : [];
        }),
      );
      const file = join(folder, name);
      const rule_files = rest.rule_files.map((path) => fileURLToPath(new URL(path, new URL("tests/", ALERTS_FOLDER))));
      writeFileSync(file, JSON.stringify({ ...rest, rule_files, tests: changed }));
      const theirs = askPromtool(file);
      const { verdicts: ours, text } = await askOurs(file);
      assert.deepEqual(ours, theirs, text.slice(0, 3000));
      const failed = Object.values(theirs).filter((failures) => failures > 0).length;
      t.diagnostic(`${changed.length} tests, ${failed} of them fail`);
      assert.ok(failed > changed.length / 6 && failed < (changed.length * 4) / 5);
    });
  }

  const BASE = `rule_files: [RULES]
evaluation_interval: 1m
tests:
  - name: only
    interval: 1m
    input_series:
      - { series: 'm{a="b"}', values: "1x10" }
    alert_rule_test:
      - { eval_time: 5m, alertname: Watchdog, exp_alerts: [] }
    promql_expr_test:
      - { expr: m, eval_time: 5m, exp_samples: [{ labels: 'm{a="b"}', value: 1 }] }
`;
  const FILES: readonly (readonly [what: string, from: string | RegExp, to: string])[] = [
    ["nothing changed", "", ""],
    ["an unknown key", "evaluation_interval", "evaluation_intervall"],
    ["an unknown key of a test", "interval: 1m\n    input", "intervals: 1m\n    input"],
    ["an unknown key of a check", "eval_time: 5m, alertname", "evaltime: 5m, alertname"],
    ["a number without a unit", "interval: 1m\n    input", "interval: 60\n    input"],
    ["a zero interval", "evaluation_interval: 1m", "evaluation_interval: 0s"],
    ["a negative time", "eval_time: 5m, alertname", "eval_time: -5m, alertname"],
    ["no time", "eval_time: 5m, alertname", "alertname"],
    ["no alert's name", ", alertname: Watchdog", ""],
    ["no expression", "expr: m, ", ""],
    ["a time of several units", "eval_time: 5m, exp_samples", "eval_time: 4m60s, exp_samples"],
    ["units in a wrong order", "eval_time: 5m, exp_samples", "eval_time: 60s4m, exp_samples"],
    ["a bad series", `m{a="b"}', values`, "m{a=', values"],
    ["bad values", '"1x10"', '"1xx"'],
    ["no values", '"1x10"', '""'],
    ["a bad expression", "expr: m", "expr: 'sum('"],
    ["a text for a value", "value: 1 }]", "value: one }]"],
    ["a value with a fraction", "value: 1 }]", "value: 1.0 }]"],
    ["a value as text", "value: 1 }]", "value: '1' }]"],
    ["neighbouring doubles taken for equal", "tests:", "fuzzy_compare: true\ntests:"],
    ["a yes in quotes", "tests:", "fuzzy_compare: 'true'\ntests:"],
    ["bad labels", `labels: 'm{a="b"}'`, "labels: 'm{a}'"],
    ["a range expression", "expr: m", "expr: 'm[5m]'"],
    ["a scalar", /expr: m, .*/, "expr: '1 + 1', eval_time: 1m, exp_samples: [{ labels: '{}', value: 2 }] }"],
    ["rules that are not there", "[RULES]", "[nothing.yml]"],
    ["no rules", "rule_files: [RULES]\n", ""],
    ["broken rules", "[RULES]", "[broken.yml]"],
    ["no tests", /tests:.*/s, ""],
    ["a list for a map", /tests:.*/s, "tests: [1]"],
    ["an empty file", /.*/s, ""],
    ["no YAML", /.*/s, "{{"],
    ["a key twice", "evaluation_interval: 1m", "evaluation_interval: 1m\nevaluation_interval: 1m"],
    ["a group twice in its order", "tests:", "group_eval_order: [a, a]\ntests:"],
    ["a group in its order that is not there", "tests:", "group_eval_order: [a]\ntests:"],
    ["an external label that is none", "interval: 1m\n    input", "external_labels: { 'a b': c }\n    input"],
    ["a start", "interval: 1m\n    input", "start_timestamp: 2026-01-01T00:00:00Z\n    input"],
    ["a start that is none", "interval: 1m\n    input", "start_timestamp: tomorrow\n    input"],
    ["a series twice", 'values: "1x10" }', 'values: "1x10" }\n      - { series: \'m{a="b"}\', values: "2x10" }'],
    ["no name", "name: only\n    interval", "interval"],
  ];
  writeFileSync(join(folder, "broken.yml"), "groups: [{ name: g, rules: [{ record: a, expr: '(' }] }]\n");
  it(`that are written wrongly fail where they do in promtool, ${FILES.length} files`, async () => {
    const different: unknown[] = [];
    for (const [what, from, to] of FILES) {
      const text = BASE.replace(from, to).replace("RULES", fileURLToPath(new URL("telemetry.yml", ALERTS_FOLDER)));
      assert.ok(
        from === "" || text !== BASE.replace("RULES", fileURLToPath(new URL("telemetry.yml", ALERTS_FOLDER))),
        what,
      );
      const file = join(folder, "written.test.yml");
      writeFileSync(file, text);
      const theirs = askPromtool(file);
      const { verdicts, text: told } = await askOurs(file);
      // What is told to be wrong, the file or a test of it, is a matter of when it is read.
      const bad = (one: Record<string, number>): boolean => Object.values(one).some((failures) => failures > 0);
      if (bad(verdicts) !== bad(theirs)) different.push({ what, ours: verdicts, theirs, told });
    }
    assert.deepEqual(different, []);
  });
});

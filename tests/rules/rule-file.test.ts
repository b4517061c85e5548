import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { loadRules, parseRuleFile, rulesError, writeProblem } from "../../src/rules/index.ts";

const problemsOf = (text: string): string[] => parseRuleFile("r.yml", text).problems.map(writeProblem);
/** One rule in a group, indented as it must be. */
const rule = (text: string): string => `groups:\n- name: g\n  rules:\n${text.replaceAll(/^/gm, "  ")}`;

describe("a rule file", () => {
  it("becomes groups with their rules, as Prometheus understands them", () => {
    const { groups, problems } = parseRuleFile(
      "r.yml",
      `groups:
  - name: a
    interval: 1m30s
    limit: 5
    query_offset: 30s
    labels: { team: core, level: 5 }
    rules:
      - record: job:up:sum
        expr: sum(up)by(job)
        labels: { team: "" }
      - &alert
        alert: Down
        expr: >
          up
          == 0
        for: 1h
        keep_firing_for: 90s
        labels: { severity: page }
        annotations: { summary: "{{ $labels.job }} is down", empty: "" }
      - { <<: *alert, alert: Again }
  - name: b
`,
    );
    assert.deepEqual(problems, []);
    const [a, b] = groups;
    assert.deepEqual(
      [a?.name, a?.intervalMs, a?.limit, a?.queryOffsetMs, b?.name, b?.intervalMs, b?.rules],
      ["a", 90_000, 5, 30_000, "b", undefined, []],
    );
    assert.deepEqual(structuredClone(a?.rules), [
      { kind: "recording", name: "job:up:sum", query: "sum by (job) (up)", labels: { team: "", level: "5" } },
      {
        kind: "alerting",
        name: "Down",
        query: "up == 0",
        forMs: 3_600_000,
        keepFiringForMs: 90_000,
        labels: { team: "core", level: "5", severity: "page" },
        annotations: { summary: "{{ $labels.job }} is down", empty: "" },
      },
      {
        kind: "alerting",
        name: "Again",
        query: "up == 0",
        forMs: 3_600_000,
        keepFiringForMs: 90_000,
        labels: { team: "core", level: "5", severity: "page" },
        annotations: { summary: "{{ $labels.job }} is down", empty: "" },
      },
    ]);
  });

  it("may be empty", () => {
    for (const text of ["", "# nothing\n", "groups:\n", "groups: []\n"]) assert.deepEqual(problemsOf(text), []);
  });

  const wrong: readonly (readonly [what: string, text: string, problem: RegExp])[] = [
    ["is no YAML", "groups: [", /^r\.yml:1:\d+: .*must be sufficiently indented/],
    ["is a list", "- a", /^r\.yml:1:1: expected a rule file, got a list$/],
    ["has an unknown key", "group: []", /^r\.yml:1:1: expected one of groups in a rule file, got the key "group"$/],
    ["has groups that are no list", "groups: 5", /^r\.yml:1:9: expected a list for groups, got "5"$/],
    ["has a group without a name", "groups:\n- rules: []", /^r\.yml:2:3: expected a name for the group, got none$/],
    [
      "has a group twice",
      "groups:\n- name: a\n- name: a",
      /^r\.yml:3:3: expected a group name once in a file, got "a" again$/,
    ],
    ["has a key twice", "groups:\n- name: a\n  name: b", /^r\.yml:3:3: Map keys must be unique$/],
    [
      "has a bad interval",
      "groups:\n- name: a\n  interval: 5",
      /^r\.yml:3:13: expected a duration such as 30s.* for interval, got "5"$/,
    ],
    ["has units out of order", "groups:\n- name: a\n  interval: 5s1m", /got "5s1m"$/],
    [
      "has a bad limit",
      "groups:\n- name: a\n  limit: many",
      /^r\.yml:3:10: expected a whole number for limit, got "many"$/,
    ],
    [
      "has a rule of neither kind",
      rule("- expr: up"),
      /^r\.yml:4:5: expected one of record and alert in a rule, got neither$/,
    ],
    [
      "has a rule of both kinds",
      rule("- {record: a, alert: A, expr: up}"),
      /expected one of record and alert in a rule, got both$/,
    ],
    [
      "has no expression",
      rule("- alert: A"),
      /^r\.yml:4:5: expected the field expr with a PromQL expression, got none$/,
    ],
    [
      "has a bad expression",
      rule("- alert: A\n  expr: sum("),
      /^r\.yml:5:11: could not parse expression: 1:5: parse error: /,
    ],
    [
      "has a recording rule with for",
      rule("- record: a\n  expr: up\n  for: 5m"),
      /^r\.yml:6:10: expected no for in the recording rule a/,
    ],
    [
      "has annotations on a recording rule",
      rule("- record: a\n  expr: up\n  annotations: {a: b}"),
      /expected no annotations in the recording rule a/,
    ],
    [
      "has an expression for a name",
      rule('- record: "a{b=1}"\n  expr: up'),
      /expected a metric name without braces for record/,
    ],
    [
      "has the label __name__",
      rule("- alert: A\n  expr: up\n  labels: {__name__: a}"),
      /expected a valid name in labels, got "__name__"$/,
    ],
    [
      "has a list for labels",
      rule("- alert: A\n  expr: up\n  labels: [a]"),
      /expected a mapping for labels, got a list$/,
    ],
    [
      "has a template that is none",
      rule('- alert: A\n  expr: up\n  annotations: {s: "{{ $x }}"}'),
      /^r\.yml:6:19: expected a template for the annotation s of A: template: __alert_A:1: undefined variable "\$x"$/,
    ],
    [
      "has a template with an unknown function",
      rule('- alert: A\n  expr: up\n  labels: {s: "{{ shout 1 }}"}'),
      /template for the label s of A: .*function "shout" not defined$/,
    ],
    [
      "has an unknown key in a rule",
      rule("- alert: A\n  expr: up\n  summary: a"),
      /^r\.yml:6:5: expected one of record, alert, .* in a rule, got the key "summary"$/,
    ],
  ];
  for (const [what, text, problem] of wrong) {
    it(`that ${what} is refused with its place`, () => {
      const problems = problemsOf(text);
      assert.ok(
        problems.some((one) => problem.test(one)),
        JSON.stringify(problems),
      );
    });
  }

  it("tells all that is wrong at once", () => {
    assert.equal(problemsOf("groups:\n- name: a\n  interval: 5\n  foo: 1\n  rules:\n  - expr: sum(").length, 4);
  });
});

describe("rules on the disk", () => {
  const folder = mkdtempSync(join(tmpdir(), "rules-load-"));
  after(() => rmSync(folder, { recursive: true }));
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  mkdirSync(join(folder, "more"));
  const good = file("good.yml", rule("- record: a\n  expr: up"));
  const bad = file("bad.yml", rule("- record: b\n  expr: up("));
  file("more/third.yaml", "groups:\n- name: third");

  it("of this product are accepted as they are", () => {
    const { files, groups, problems } = loadRules([fileURLToPath(new URL("../../alerts/*.yml", import.meta.url))]);
    assert.deepEqual(problems, []);
    assert.equal(files.length, groups.length);
    assert.ok(groups.flatMap(({ rules }) => rules).length > 50);
  });

  it("are found by path, glob and folder, each once", () => {
    const found = loadRules([good, join(folder, "g*.yml"), join(folder, "more"), join(folder, "**/third.*")]);
    assert.deepEqual(found.files, [good, join(folder, "more/third.yaml")]);
    assert.deepEqual(
      found.groups.map(({ name }) => name),
      ["g", "third"],
    );
    assert.deepEqual(found.problems, []);
  });

  it("are missed where a path names them, not where a glob could", () => {
    assert.deepEqual(loadRules([join(folder, "nothing*.yml")]).problems, []);
    const [problem] = loadRules([join(folder, "nothing.yml")]).problems;
    assert.match(problem?.message ?? "", /^expected a rule file, got ENOENT$/);
  });

  it("are told to be wrong by file and line, in one error for all", () => {
    const { problems } = loadRules([good, bad]);
    assert.equal(problems.length, 1);
    assert.match(
      rulesError(problems).message,
      /^Expected rule files as Prometheus takes them, got 1 problem:\n {2}\/.*bad\.yml:5:11: could not parse expression: .*\n.*\(AO_RULES_FILE\)$/s,
    );
  });
});

import { deepEqual, equal, ok } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { parseLogql } from "../../src/logql/index.ts";
import { parsePromql } from "../../src/promql/index.ts";
import { parseMarkdown } from "../../ui/src/parts/markdown-blocks.ts";
import { readConditions } from "../../ui/src/views/alerts/comparisons.ts";
import {
  dashboardLink,
  fillQuery,
  isComplete,
  runbookPath,
  splitQueries,
} from "../../ui/src/views/alerts/runbook-query.ts";

const ALERTS = join(import.meta.dirname, "../../alerts");
type Rule = { readonly alert?: string; readonly expr: string };
type RuleFile = { readonly groups: readonly { readonly rules: readonly Rule[] }[] };

const rules = readdirSync(ALERTS)
  .filter((name) => name.endsWith(".yml"))
  .flatMap((name) => (parse(readFileSync(join(ALERTS, name), "utf8")) as RuleFile).groups)
  .flatMap((group) => group.rules)
  .flatMap(({ alert, expr }) => (alert === undefined ? [] : [{ alert, expr }]));

/** `left operator right` of each condition, `text` of one that compares nothing. */
const read = (expression: string): readonly string[] =>
  readConditions(expression).map(({ joined, text, comparison }) =>
    [joined, comparison === undefined ? text : `${comparison.left} | ${comparison.operator} | ${comparison.right}`]
      .filter((part) => part !== undefined)
      .join(" "),
  );

describe("what a rule compares", () => {
  const cases: readonly (readonly [expression: string, ...conditions: string[]])[] = [
    ["a > 5", "a | > | 5"],
    ["a:b:c5m > 0.05\nand\nd >= 3", "a:b:c5m | > | 0.05", "and d | >= | 3"],
    ["1 - a / (b > 0) < 0.9 and a >= 3", "1 - a / (b > 0) | < | 0.9", "and a | >= | 3"],
    ['up{job=~"(otel-)?collector"} == 0', 'up{job=~"(otel-)?collector"} | == | 0'],
    ['up{a="x > 1 and (y"} == 0', 'up{a="x > 1 and (y"} | == | 0'],
    ["time() - min by (job) (x > 0) > 1800", "time() - min by (job) (x > 0) | > | 1800"],
    ['(a > 1 or a{b=~"c"} > 5) and d > 3', "a | > | 1", 'or a{b=~"c"} | > | 5', "and d | > | 3"],
    ["a unless on (job) b == 1", "a", "unless b | == | 1"],
    ["a > bool 0", "a | > | 0"],
    ["a > on (job) group_left (x) b", "a | > | b"],
    ["r < 0.5 * (r offset 1d)", "r | < | 0.5 * (r offset 1d)"],
    ["((a > 1))", "a | > | 1"],
    ["absent(a)", "absent(a)"],
    ["vector(1)", "vector(1)"],
    ["a # > 5\n> 6", "a # > 5 | > | 6"],
    ["a == 'it\\'s > 5'", "a | == | 'it\\'s > 5'"],
    ["sum by (and) (x) > 1e3", "sum by (and) (x) | > | 1e3"],
    ["", ...[]],
    ["a >", "a >"],
    ["(((", "((("],
  ];
  for (const [expression, ...conditions] of cases) {
    it(`of ${JSON.stringify(expression)}`, () => deepEqual(read(expression), conditions));
  }

  it("is PromQL on both sides, for each rule of this package", () => {
    ok(rules.length > 50);
    for (const { alert, expr } of rules) {
      const conditions = readConditions(expr);
      ok(conditions.length > 0, alert);
      for (const { comparison, text } of conditions) {
        if (comparison === undefined) parsePromql(text);
        else for (const side of [comparison.left, comparison.right]) parsePromql(side);
      }
      const drawn = conditions[0]?.comparison;
      ok(drawn?.limit !== undefined || /Watchdog|AgentSystemDown|CacheHitRateLow/.test(alert), alert);
    }
  });

  it("takes no time over what is long and strange", () => {
    const startMs = performance.now();
    readConditions(`${"(".repeat(20_000)}a > 1`);
    readConditions("a and ".repeat(20_000));
    readConditions(`${"(".repeat(4000)}a > 1${")".repeat(4000)}`);
    readConditions("a and ".repeat(1600));
    ok(performance.now() - startMs < 2000);
  });
});

describe("the queries of a runbook", () => {
  const labels = { job: 'it"s (a)', agent: "desk", tool: "search.web" };

  it("are about the alert, and open where it says nothing", () => {
    deepEqual(fillQuery('x{job="<job>", tool=~"<tool>", model="<model>"}', labels, "promql"), {
      text: 'x{job="it\\"s (a)", tool=~"search\\\\.web", model=~".*"}',
      open: ["model"],
    });
    equal(fillQuery('{service_name="<program>"}', {}, "logql").text, '{service_name=~".+"}');
    equal(isComplete(fillQuery("x > <limit>", {}, "promql")), false);
  });

  it("can be asked, each of each runbook of this package", () => {
    let asked = 0;
    for (const name of readdirSync(join(ALERTS, "runbooks"))) {
      for (const block of parseMarkdown(readFileSync(join(ALERTS, "runbooks", name), "utf8"))) {
        if (block.kind !== "code" || (block.language !== "promql" && block.language !== "logql")) continue;
        for (const query of splitQueries(block.text)) {
          for (const known of [labels, {}]) {
            const filled = fillQuery(query, known, block.language);
            if (!isComplete(filled)) continue;
            try {
              if (block.language === "promql") parsePromql(filled.text);
              else parseLogql(filled.text);
            } catch (error) {
              throw new Error(`${name}: ${filled.text}: ${error}`);
            }
            asked += 1;
          }
        }
      }
    }
    ok(asked > 150, `${asked}`);
  });

  it("lie where the rule says, if that is here", () => {
    equal(runbookPath("http://127.0.0.1:4319/user/runbooks/Watchdog.md"), "/user/runbooks/Watchdog.md");
    equal(runbookPath("{{ $externalURL }}/user/runbooks/Watchdog.md"), "/user/runbooks/Watchdog.md");
    for (const elsewhere of [undefined, "https://example.com/wiki", "/user/runbooks/../x.md", "javascript:alert(1)"])
      equal(runbookPath(elsewhere), undefined);
  });

  it("are beside a dashboard with the alert's values", () => {
    deepEqual(dashboardLink("/d/ao-overview?var-job=a%20b&var-agent="), {
      to: "/d/ao-overview",
      params: { "var-job": "a b" },
    });
    deepEqual(dashboardLink("/d/ao-tools?var-job={{ $labels.job | urlquery }}"), { to: "/d/ao-tools", params: {} });
    for (const url of [undefined, "https://evil.example/d/x", "//evil.example/d/x", "javascript:alert(1)"])
      equal(dashboardLink(url), undefined);
  });
});

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { findDrift, renderRuleFile, renderRuleFiles } from "../../alerts/source/files.ts";
import { ALERTS_FOLDER, ruleFiles } from "../../alerts/source/load.ts";
import { RULE_FILES } from "../../alerts/source/rule-files.ts";
import { BURN_WINDOWS, SLOS, sloRules } from "../../alerts/source/slo.ts";
import { beyond, THRESHOLDS } from "../../alerts/source/thresholds.ts";

describe("the source of the rule files", () => {
  it("renders what is committed", () => {
    const committed = new Map(ruleFiles().map((name) => [name, readFileSync(new URL(name, ALERTS_FOLDER), "utf8")]));
    assert.deepEqual(findDrift(renderRuleFiles(RULE_FILES), committed), []);
  });

  it("tells files that were changed by hand, and files that it knows nothing of", () => {
    const drift = findDrift(
      new Map([["a.yml", "new"]]),
      new Map([
        ["a.yml", "old"],
        ["b.yml", ""],
      ]),
    );
    assert.match(drift[0] ?? "", /alerts\/a\.yml is not what alerts\/source renders: run npm run alerts/);
    assert.match(drift[1] ?? "", /alerts\/b\.yml has no source/);
  });

  it("writes every text as it is, whatever YAML makes of its characters", () => {
    const description = `{{ $value | printf "%.1f" }} of 'a': "b" # c\\ - ${"long ".repeat(50)}end`;
    const text = renderRuleFile({
      name: "odd",
      groups: [
        {
          name: "odd",
          interval: "1m",
          rules: [
            { record: "a:b:c", expr: 'x{y="#: \\"z"}\n> 1' },
            {
              alert: "A",
              expr: "a:b:c",
              severity: "log",
              summary: "yes: no",
              description,
              dashboard: { uid: "u", variables: { v: "l" } },
            },
          ],
        },
      ],
    });
    const [record, alert] = (parse(text) as { groups: [{ rules: [Record<string, unknown>, Record<string, never>] }] })
      .groups[0].rules;
    assert.equal(record["expr"], 'x{y="#: \\"z"}\n> 1');
    assert.deepEqual(alert["annotations"], {
      summary: "yes: no",
      description,
      runbook_url: "{{ $externalURL }}/user/runbooks/A.md",
      dashboard_url: "/d/u?var-v={{ $labels.l | urlquery }}",
    });
  });
});

describe("a threshold", () => {
  it("is the same everywhere, or another one where things are tried out", () => {
    assert.equal(beyond("a:b:c", ">", { limit: 5 }), "a:b:c > 5");
    assert.equal(
      beyond("a:b:c", ">", { limit: 1, development: 5 }).replaceAll(/\s+/g, " "),
      '( a:b:c{deployment_environment_name!~"dev|development|local|test"} > 1 or a:b:c{deployment_environment_name=~"dev|development|local|test"} > 5 )',
    );
  });

  it("is what users were promised", () => {
    assert.deepEqual(
      [
        THRESHOLDS.responseTimeSeconds,
        THRESHOLDS.tokensPerRequest,
        THRESHOLDS.costPerRequestUsd,
        THRESHOLDS.agentErrorRatio,
        THRESHOLDS.toolSuccessRatio,
      ],
      [
        { target: 2, limit: 5 },
        { target: 1000, limit: 5000 },
        { target: 0.01, limit: 0.05 },
        { target: 0.01, limit: 0.05, critical: 0.1 },
        { target: 0.95, limit: 0.9 },
      ],
    );
    assert.deepEqual(
      [
        THRESHOLDS.spendPerHourUsd.limit,
        THRESHOLDS.budgetUsedRatio.limit,
        THRESHOLDS.queueDepth.limit,
        THRESHOLDS.apiLatencySeconds.limit,
      ],
      [10, 0.8, 100, 1],
    );
  });
});

describe("a service level objective", () => {
  const [success] = SLOS;
  assert.ok(success);

  it("alerts in four windows, fast ones at once and slow ones this week", () => {
    const alerts = sloRules([success], BURN_WINDOWS).flatMap((rule) => ("alert" in rule ? [rule] : []));
    assert.deepEqual(
      alerts.map(({ severity, labels }) => [labels?.["window"], severity]),
      [
        ["1h", "page"],
        ["6h", "page"],
        ["1d", "ticket"],
        ["3d", "ticket"],
      ],
    );
  });

  // kcp-glbc#287: a target of 93 % and a factor of 14.4 asks for more failures than there can be requests.
  it("is refused where a window of it could never alert, with what would do", () => {
    assert.throws(
      () => sloRules([{ ...success, objective: 0.93 }], BURN_WINDOWS),
      /agent-success: its 1h window can never fire: .* share of 1\.01 bad events.* Expected an objective above 0\.9306/,
    );
    assert.doesNotThrow(() => sloRules([{ ...success, objective: 0.9306 }], BURN_WINDOWS));
  });

  for (const objective of [0, 1, 1.5, -1, Number.NaN]) {
    it(`is refused at ${objective}`, () => {
      assert.throws(() => sloRules([{ ...success, objective }], BURN_WINDOWS), /expected an objective between 0 and 1/);
    });
  }
});

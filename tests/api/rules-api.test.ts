import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createRulesApi } from "../../src/api/index.ts";
import type { AlertingRuleStatus, RecordingRuleStatus, RuleGroupState } from "../../src/rules/index.ts";
import { createLabels } from "../../src/signals/index.ts";
import { json, NOW_MS } from "./asking.ts";

const labels = (of: Readonly<Record<string, string>>) => createLabels(Object.entries(of));

const recording: RecordingRuleStatus = {
  type: "recording",
  name: "job:cost:sum",
  query: "sum by (job) (cost)",
  labels: labels({ team: "a" }),
  health: "ok",
  lastError: undefined,
  evaluationTimeMs: 1.5,
  lastEvaluationMs: NOW_MS,
};
const firing: AlertingRuleStatus = {
  type: "alerting",
  name: "AgentDown",
  query: "up == 0",
  labels: labels({ severity: "critical" }),
  health: "ok",
  lastError: undefined,
  evaluationTimeMs: 0,
  lastEvaluationMs: NOW_MS,
  state: "firing",
  forMs: 90_000,
  keepFiringForMs: 300_000,
  annotations: labels({ summary: "{{ $value }} <agents>" }),
  alerts: [
    {
      labels: labels({ alertname: "AgentDown", severity: "critical" }),
      annotations: labels({ summary: "1.5 <agents>" }),
      state: "firing",
      activeAtMs: NOW_MS - 100_000,
      keepFiringSinceMs: NOW_MS,
      value: 1.5,
    },
    {
      labels: labels({ alertname: "AgentDown" }),
      annotations: {},
      state: "pending",
      activeAtMs: NOW_MS + 120,
      keepFiringSinceMs: undefined,
      value: Infinity,
    },
  ],
};
const failing: AlertingRuleStatus = {
  ...firing,
  name: "Broken",
  state: "unknown",
  health: "err",
  lastError: 'no "such" thing',
  lastEvaluationMs: undefined,
  alerts: [],
};

const group = (name: string, rules: RuleGroupState["rules"]): RuleGroupState => ({
  file: "alerts/a.yml",
  name,
  intervalMs: 15_000,
  limit: 10,
  queryOffsetMs: 0,
  evaluationTimeMs: 2,
  lastEvaluationMs: NOW_MS,
  lastSlotMs: NOW_MS,
  missedEvaluations: 0,
  ruleEvaluations: 0,
  ruleFailures: 0,
  rules,
});

const api = createRulesApi({
  groups: () => [group("first", [recording, firing]), group("second", [failing])],
  alertmanagers: () => ["http://127.0.0.1:9093/api/v2/alerts"],
});
const ask = (target: string, method = "GET") => {
  const [path = "", params = ""] = target.split("?");
  return api.handle({ method, path: `/api/v1/${path}`, params: new URLSearchParams(params), headers: {} });
};
const groups = (params = "") => json(ask(`rules?${params}`)).data.groups;
const names = (params: string) =>
  groups(params).flatMap(({ rules }: { rules: { name: string }[] }) => rules.map(({ name }) => name));

describe("the rules API", () => {
  it("shows groups, rules and alerts as Prometheus does", () => {
    assert.deepEqual(groups(), [
      {
        name: "first",
        file: "alerts/a.yml",
        rules: [
          {
            name: "job:cost:sum",
            query: "sum by (job) (cost)",
            labels: { team: "a" },
            health: "ok",
            evaluationTime: 0.0015,
            lastEvaluation: "2026-01-02T03:04:05Z",
            type: "recording",
          },
          {
            state: "firing",
            name: "AgentDown",
            query: "up == 0",
            duration: 90,
            keepFiringFor: 300,
            labels: { severity: "critical" },
            annotations: { summary: "{{ $value }} <agents>" },
            alerts: [
              {
                labels: { alertname: "AgentDown", severity: "critical" },
                annotations: { summary: "1.5 <agents>" },
                state: "firing",
                activeAt: "2026-01-02T03:02:25Z",
                keepFiringSince: "2026-01-02T03:04:05Z",
                value: "1.5e+00",
              },
              {
                labels: { alertname: "AgentDown" },
                annotations: {},
                state: "pending",
                activeAt: "2026-01-02T03:04:05.12Z",
                value: "+Inf",
              },
            ],
            health: "ok",
            evaluationTime: 0,
            lastEvaluation: "2026-01-02T03:04:05Z",
            type: "alerting",
          },
        ],
        interval: 15,
        limit: 10,
        evaluationTime: 0.002,
        lastEvaluation: "2026-01-02T03:04:05Z",
      },
      {
        ...groups()[1],
        rules: [
          {
            ...groups()[1].rules[0],
            state: "unknown",
            alerts: [],
            health: "err",
            lastError: 'no "such" thing',
            lastEvaluation: "0001-01-01T00:00:00Z",
          },
        ],
      },
    ]);
    const { alerts } = json(ask("alerts")).data;
    assert.deepEqual(alerts, groups()[0].rules[1].alerts);
    assert.deepEqual(json(ask("alertmanagers")).data, {
      activeAlertmanagers: [{ url: "http://127.0.0.1:9093/api/v2/alerts" }],
      droppedAlertmanagers: [],
    });
  });

  it("shows only what is asked for, and no group without a rule", () => {
    assert.deepEqual(names("type=record"), ["job:cost:sum"]);
    assert.deepEqual(names("type=Alert"), ["AgentDown", "Broken"]);
    assert.deepEqual(names("rule_name[]=Broken&rule_name[]=AgentDown"), ["AgentDown", "Broken"]);
    assert.deepEqual(names("rule_group[]=second"), ["Broken"]);
    assert.deepEqual(names("file[]=other.yml"), []);
    assert.deepEqual(names("match[]=%7Bteam=%22a%22%7D"), ["job:cost:sum"]);
    assert.equal(groups("exclude_alerts=true")[0].rules[1].alerts, null);
  });

  it("gives groups page by page", () => {
    const first = json(ask("rules?group_limit=1")).data;
    assert.deepEqual(
      first.groups.map(({ name }: { name: string }) => name),
      ["first"],
    );
    const second = json(ask(`rules?group_limit=1&group_next_token=${first.groupNextToken}`)).data;
    assert.deepEqual(
      second.groups.map(({ name }: { name: string }) => name),
      ["second"],
    );
    assert.equal(second.groupNextToken, undefined);
  });

  it("refuses parameters in Prometheus' words", () => {
    const cases: readonly (readonly [params: string, error: string])[] = [
      ["type=x", 'invalid parameter "type": not supported value "x"'],
      [
        "exclude_alerts=x",
        'invalid parameter "exclude_alerts": error converting exclude_alerts: strconv.ParseBool: parsing "x": invalid syntax',
      ],
      [
        "group_next_token=x",
        'invalid parameter "group_next_token": group_limit needs to be present in order to paginate over the groups',
      ],
      [
        "group_limit=1&group_next_token=x",
        `invalid parameter "group_next_token": invalid group_next_token 'x'. were rule groups changed?`,
      ],
      ["group_limit=0", 'invalid parameter "group_limit": group_limit needs to be greater than 0'],
      [
        "group_limit=x",
        'invalid parameter "group_limit": group_limit needs to be a valid number: strconv.ParseInt: parsing "x": invalid syntax',
      ],
      ["match[]=%7Ba=%22%22%7D", "match[] must contain at least one non-empty matcher"],
    ];
    for (const [params, error] of cases) {
      const response = ask(`rules?${params}`);
      assert.deepEqual(json(response), { status: "error", errorType: "bad_data", error }, params);
      assert.equal(response.status, 400);
    }
  });

  it("has three paths, for reading", () => {
    assert.deepEqual(["/api/v1/rules", "/api/v1/alerts", "/api/v1/alertmanagers", "/api/v1/query"].map(api.handles), [
      true,
      true,
      true,
      false,
    ]);
    assert.equal(ask("rules", "POST").status, 405);
    assert.equal(ask("rules", "OPTIONS").status, 204);
  });
});

import { deepEqual, equal, ok } from "node:assert/strict";
import { describe, it } from "node:test";
import type { AlertingRule, AlertState, Labels, RuleGroup, Series } from "../../src/backends/index.ts";
import { isHeartbeat, problemsOf, subjectOf } from "../../ui/src/views/alerts/alert-facts.ts";
import { firingOf, historyOf, stepOf, sumInWords } from "../../ui/src/views/alerts/history.ts";
import {
  addSilence,
  isSilencedBy,
  listSilences,
  matchersOf,
  readSilences,
  type SilenceFacts,
  writeMatcher,
} from "../../ui/src/views/alerts/silence-client.ts";
import { linksOf } from "../../ui/src/views/alerts/trace-links.ts";
import { formatOf, valueSeries } from "../../ui/src/views/alerts/value-series.ts";

const MINUTE = 60_000;

function ruleOf(
  name: string,
  severity: string,
  alerts: readonly (readonly [AlertState, Labels])[],
  more = {},
): AlertingRule {
  return {
    type: "alerting",
    name,
    query: "x > 1",
    labels: { severity, ...more },
    health: "ok",
    lastError: undefined,
    lastEvaluationMs: 0,
    evaluationS: 0,
    state: alerts[0]?.[0] ?? "inactive",
    forS: 0,
    keepFiringForS: 0,
    annotations: { summary: `${name} is so` },
    alerts: alerts.map(([state, labels]) => ({
      labels: { alertname: name, severity, ...more, ...labels },
      annotations: {},
      state,
      activeSinceMs: 0,
      value: 1,
    })),
  };
}
const group = (...rules: readonly AlertingRule[]): RuleGroup => ({ name: "area", file: "f.yml", intervalS: 30, rules });
const silence = (matchers: SilenceFacts["matchers"], state: SilenceFacts["state"] = "active"): SilenceFacts => ({
  id: "s",
  state,
  matchers,
  startsAtMs: 0,
  endsAtMs: 1,
  createdBy: "Ada",
  comment: "known",
});

describe("problems", () => {
  it("are told by name, what pages somebody first, what is silenced and what is well behind", () => {
    const muted = silence(matchersOf({ alertname: "Muted" }));
    const problems = problemsOf(
      [
        group(
          ruleOf("Well", "page", []),
          ruleOf("Noted", "log", [["firing", {}]]),
          ruleOf("Muted", "page", [["firing", {}]]),
          ruleOf("Waits", "page", [["pending", {}]]),
          ruleOf("Ticket", "ticket", [
            ["firing", { job: "a" }],
            ["firing", { job: "b" }],
          ]),
          ruleOf("Burn", "ticket", [], { window: "1d" }),
        ),
        group(ruleOf("Burn", "page", [["firing", { job: "a" }]], { window: "1h" })),
      ],
      (labels) => (isSilencedBy(muted, labels) ? [muted] : []),
    );
    deepEqual(
      problems.map(({ name, severity, firing, pending, silenced }) => [name, severity, firing, pending, silenced]),
      [
        ["Burn", "page", 1, 0, 0],
        ["Ticket", "ticket", 2, 0, 0],
        ["Waits", "page", 0, 1, 0],
        ["Muted", "page", 0, 0, 1],
        ["Noted", "log", 1, 0, 0],
        ["Well", "page", 0, 0, 0],
      ],
    );
    equal(problems[0]?.rules.length, 2);
  });

  it("are about the labels in which they differ", () => {
    const rules = [
      ruleOf("Burn", "page", [], { window: "1h", slo: "s" }),
      ruleOf("Burn", "page", [], { window: "6h", slo: "s" }),
    ];
    deepEqual(subjectOf({ alertname: "Burn", severity: "page", slo: "s", window: "1h", job: "a", agent: "" }, rules), [
      ["window", "1h"],
      ["job", "a"],
    ]);
  });

  it("are none where an alert only says that alerts work", () => ok(isHeartbeat({ name: "Watchdog" })));
});

describe("silences in the page", () => {
  it("hold for labels as Alertmanager reads them", () => {
    const one = (name: string, value: string, isRegex = false, isEqual = true) =>
      silence([{ name, value, isRegex, isEqual }]);
    const labels = { job: "api", stage: "test" };
    equal(isSilencedBy(one("job", "api"), labels), true);
    equal(isSilencedBy(one("job", "ap"), labels), false);
    equal(isSilencedBy(one("job", "a.*", true), labels), true);
    equal(isSilencedBy(one("job", "p", true), labels), false, "the whole value");
    equal(isSilencedBy(one("job", "api", false, false), labels), false);
    equal(isSilencedBy(one("stage", "prod|live", true, false), labels), true);
    equal(isSilencedBy(one("job", "(", true), labels), false, "what cannot be read silences nothing here");
    equal(isSilencedBy(silence([], "active"), labels), false);
    equal(isSilencedBy(silence(matchersOf(labels), "expired"), labels), false);
  });

  it("are read from what is answered, whatever else is in it", () => {
    const [read] = readSilences([
      {
        id: "a",
        status: { state: "active" },
        matchers: [{ name: "x", value: "y", isRegex: false }, 5],
        startsAt: "2026-01-01T00:00:00Z",
        endsAt: "2026-01-02T00:00:00Z",
      },
      5,
      { id: 5 },
    ]);
    deepEqual(read?.matchers, [{ name: "x", value: "y", isRegex: false, isEqual: true }]);
    deepEqual([read?.createdBy, read?.endsAtMs], ["", Date.UTC(2026, 0, 2)]);
    equal(writeMatcher({ name: "a", value: 'b"', isRegex: true, isEqual: false }), 'a!~"b\\""');
  });

  it("are written with times that everybody reads alike, and refused in the words of the answer", async () => {
    const sent: unknown[] = [];
    const answering = (status: number, body: string) =>
      (async (path: string, init?: RequestInit) => {
        sent.push([path, init?.method, init?.body]);
        return new Response(body, { status });
      }) as typeof fetch;
    const draft = { matchers: [], startsAtMs: 0, endsAtMs: MINUTE, createdBy: "Ada", comment: "c" };
    await addSilence(answering(200, "{}"), draft);
    deepEqual(sent[0], [
      "/api/v2/silences",
      "POST",
      '{"matchers":[],"createdBy":"Ada","comment":"c","startsAt":"1970-01-01T00:00:00.000Z","endsAt":"1970-01-01T00:01:00.000Z"}',
    ]);
    const refusal = async (status: number, body: string) =>
      addSilence(answering(status, body), draft).then(
        () => "",
        (error: Error) => error.message,
      );
    equal(await refusal(400, '"end time can\'t be in the past"'), "end time can't be in the past");
    equal(await refusal(422, '{"code":602,"message":"comment in body is required"}'), "comment in body is required");
    equal(await refusal(502, ""), "HTTP 502");
    await listSilences(answering(200, "<html>")).then(
      () => ok(false),
      (error) => ok(error instanceof Error),
    );
  });
});

describe("the history of an alert", () => {
  const series = (alertstate: string, times: readonly number[], labels = {}): Series => ({
    labels: { __name__: "ALERTS", alertname: "A", alertstate, ...labels },
    points: times.map((minute) => ({ timeMs: minute * MINUTE, value: 1 })),
    histograms: [],
  });
  it("is bars without the gaps between them, pending below firing", () => {
    const [row, other] = historyOf(
      [series("firing", [3, 4, 8]), series("pending", [1, 2]), series("firing", [5], { job: "b" })],
      MINUTE,
      9 * MINUTE,
      (labels) => labels["job"] ?? "a",
    );
    deepEqual(
      row?.bars.map(({ state, startMs, endMs }) => [state, startMs / MINUTE, endMs / MINUTE]),
      [
        ["pending", 1, 3],
        ["firing", 3, 5],
        ["firing", 8, 9],
      ],
    );
    equal(other?.key, "b");
    deepEqual(firingOf(row?.bars ?? []), { times: 2, durationMs: 3 * MINUTE });
    deepEqual([sumInWords(row?.bars ?? []), sumInWords([])], ["fired 2 times, 3 min", "silent"]);
  });
  it("has about as many points as can be seen", () => {
    equal(stepOf(0, MINUTE), 5000);
    equal(stepOf(0, 30 * 86_400_000) % 5000, 0);
    ok((30 * 86_400_000) / stepOf(0, 30 * 86_400_000) <= 240);
  });
});

describe("from an alert to its traces", () => {
  const labels = { alertname: "x", severity: "page", job: "desk", agent: "helper", tool: "refund" };
  it("leads a search with what its labels say", () => {
    deepEqual(linksOf("ToolSuccessRateLow", labels, 0.9)[0], {
      title: "Its failed traces",
      to: "/traces",
      params: { service: "desk", agent: "helper", tool: "refund", status: "error" },
    });
    deepEqual(linksOf("AgentResponseTimeHigh", labels, 5)[0]?.params["minDuration"], "5s");
    equal(linksOf("LlmSpendHigh", { job: "a" }, 10)[0]?.params["status"], undefined);
    equal(linksOf("ApiErrorRateHigh", { job: "a", http_route: "/x" }, 0.05)[0]?.params["attribute"], "http.route=/x");
    deepEqual(linksOf("HealthCheckFailing", { job: "a", check: "db" }, 0)[0]?.to, "/health");
    deepEqual(linksOf("CollectorDown", { job: "collector" }, 0), []);
    deepEqual(linksOf("StorageNearlyFull", { mountpoint: "/" }, 0.85), []);
  });
});

describe("the value of an alert", () => {
  const series = (labels: Labels, ...values: number[]): Series => ({
    labels,
    points: values.map((value, index) => ({ timeMs: index, value })),
    histograms: [],
  });
  const all = [
    series({ job: "a", agent: "x" }, 1, 9),
    series({ job: "a", agent: "y" }, 5, 5),
    series({ job: "b", agent: "x" }, 2, 2),
  ];
  it("is that of its own series, by name", () => {
    deepEqual(
      valueSeries(all, { alertname: "A", job: "a", agent: "y" }, false).map(({ name }) => name),
      ["job=a agent=y"],
    );
    deepEqual(
      valueSeries(all, undefined, false).map(({ name }) => name),
      ["job=a agent=x", "job=a agent=y", "job=b agent=x"],
    );
    equal(valueSeries(all, undefined, true)[0]?.name, "job=a agent=x");
    equal(valueSeries(all, { job: "gone" }, false).length, 3, "nothing of its own: all are shown");
  });
  it("has the unit that its name says", () => {
    equal(formatOf("job:errors:ratio5m")(0.05), "5 %");
    equal(formatOf("slo:error_budget_burn:factor1h")(14.4), "14.4×");
    equal(formatOf("environment:llm_cost_usd:sum1h")(10), "$10.00");
    equal(formatOf("job_agent:agent_request_duration_seconds:p95_10m")(5), "5 s");
    equal(formatOf("job_agent:agent_requests_slow:count30m")(3), "3");
  });
});

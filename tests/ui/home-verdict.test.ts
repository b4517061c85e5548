import { deepEqual, equal, match } from "node:assert/strict";
import { describe, it } from "node:test";
import type { Alert } from "../../src/backends/index.ts";
import { alertKinds } from "../../ui/src/views/home/alert-kinds.ts";
import { failureIn, kindsOf } from "../../ui/src/views/home/failures.ts";
import { type Facts, isFiring, judge } from "../../ui/src/views/home/verdict.ts";
import { worstAgents, worstTools } from "../../ui/src/views/home/worst.ts";
import { traceOf } from "./spans.ts";

const alert = (alertname: string, severity: string, labels: Record<string, string> = {}, sinceMs = 0): Alert => ({
  labels: { alertname, severity, ...labels },
  annotations: { summary: `${alertname} happens` },
  state: "firing",
  activeSinceMs: sinceMs,
  value: 1,
});
const facts = (glance: Facts["glance"], firing: readonly Alert[] = []): Facts => ({
  glance,
  firing,
  worst: { agent: "desk", failedShare: 0.5 },
  when: "in the last hour",
});
const WELL = { runs: 40, failedRuns: 0, failedShare: 0, p95: 1.2, toolSuccess: 1, fullestBudget: 0.2 };

describe("the verdict", () => {
  it("is that all is well where nothing is beyond a limit", () => {
    const { tone, title, text, reasons } = judge(facts(WELL));
    deepEqual([tone, title, reasons], ["ok", "All is well", []]);
    equal(text, "40 runs in the last hour, none failed.");
  });

  it("is bad where an alert pages somebody, and leads to it", () => {
    const { tone, reasons } = judge(facts(WELL, [alert("AgentErrorRateHigh", "page")]));
    equal(tone, "bad");
    deepEqual(reasons, [{ tone: "bad", text: "AgentErrorRateHigh fires", to: "/alert/AgentErrorRateHigh" }]);
  });

  it("names the alert that pages first, counts rules instead of instances, and leaves out those that are only logged", () => {
    const { reasons } = judge(
      facts(WELL, [
        alert("LlmRequestsUnpriced", "log"),
        alert("ToolSuccessRateLow", "ticket", { tool: "a" }),
        alert("ToolSuccessRateLow", "ticket", { tool: "b" }),
        alert("BudgetExceeded", "ticket"),
        alert("AgentErrorRateHigh", "page"),
      ]),
    );
    deepEqual(
      reasons.map(({ text, to }) => [text, to]),
      [["AgentErrorRateHigh and 2 other alerts fire", "/alerts"]],
    );
    equal(judge(facts(WELL, [alert("LlmRequestsUnpriced", "log")])).tone, "ok");
  });

  it("says which agent fails most, and leads to its failed traces", () => {
    const { tone, reasons } = judge(facts({ ...WELL, failedShare: 0.08, failedRuns: 3 }));
    equal(tone, "bad");
    deepEqual(reasons, [
      {
        tone: "bad",
        text: "8 % of the runs failed (desk: 50 %)",
        to: "/traces",
        params: { status: "error", agent: "desk" },
      },
    ]);
  });

  it("is a warning between target and limit, for slow runs, failing tools and models, and budgets that are nearly used", () => {
    for (const beyond of [
      { failedShare: 0.02 },
      { p95: 9 },
      { toolSuccess: 0.5 },
      { llmFailedShare: 0.3 },
      { fullestBudget: 0.9 },
      { fullestBudget: 1.2 },
      { oldestRunS: 7200 },
    ]) {
      const { tone, reasons } = judge(facts({ ...WELL, ...beyond }));
      deepEqual([tone, reasons.length], ["warn", 1], JSON.stringify(beyond));
    }
  });

  it("has nothing to judge where nothing ran, unless an alert says so", () => {
    const idle = judge(facts({ runs: 0 }));
    deepEqual([idle.tone, idle.text], ["info", "Nothing ran in the last hour."]);
    equal(judge(facts({ runs: 0 }, [alert("AgentTrafficAbsent", "ticket")])).tone, "warn");
  });

  it("tells of model calls where no agent is known", () => {
    match(judge(facts({ runs: 0, llmCalls: 1 })).text, /^1 model call in the last hour, outside any agent/);
  });

  it("never counts the alert that always fires, nor one that waits", () => {
    deepEqual(
      [alert("Watchdog", "log"), { ...alert("BudgetExceeded", "ticket"), state: "pending" as const }].map(isFiring),
      [false, false],
    );
  });
});

describe("alerts that fire", () => {
  it("are one for each rule, with what they are about, those that page first", () => {
    const kinds = alertKinds([
      alert("LlmRequestsUnpriced", "log", { model: "house-model" }, 900),
      alert("ToolSuccessRateLow", "ticket", { tool: "find", agent: "desk" }, 500),
      alert("ToolSuccessRateLow", "ticket", { tool: "lose" }, 300),
      alert("AgentErrorRateHigh", "page", { agent: "desk", job: "support-desk" }, 100),
      alert("Own", "nobody-knows", {}, 950),
    ]);
    deepEqual(
      kinds.map(({ name, severity, count, sinceMs, subjects }) => [name, severity, count, sinceMs, subjects]),
      [
        ["AgentErrorRateHigh", "page", 1, 100, ["desk"]],
        ["ToolSuccessRateLow", "ticket", 2, 300, ["desk", "lose"]],
        ["LlmRequestsUnpriced", "log", 1, 900, ["house-model"]],
        ["Own", "nobody-knows", 1, 950, []],
      ],
    );
  });
});

describe("the worst", () => {
  const row = <Of extends object>(name: string, of: Of) => ({ id: name, labels: { agent: name, tool: name }, of });

  it("agents are those furthest beyond a limit, then the busiest; who did nothing is not named", () => {
    const names = worstAgents([
      row("idle", { runs: 0 }),
      row("busy", { runs: 100, failedShare: 0, p95: 0 }),
      row("slow", { runs: 2, p95: 50 }),
      row("failing", { runs: 2, failedShare: 0.2 }),
      row("quiet", { runs: 1, failedShare: 0, p95: 0 }),
    ]).map(({ id }) => id);
    deepEqual(names, ["slow", "failing", "busy", "quiet"]);
  });

  it("tools are those that fail most, then those that take the most time", () => {
    const names = worstTools([
      row("never", { calls: 0, success: 0 }),
      row("long", { calls: 2, success: 1, p95: 60 }),
      row("often", { calls: 100, success: 1, p95: 0.1 }),
      row("broken", { calls: 3, success: 0.3 }),
    ]).map(({ id }) => id);
    deepEqual(names, ["broken", "long", "often"]);
  });
});

describe("a failure", () => {
  const failing = { status: "error" as const, message: "no such order\nat find (order.js:3)" };

  it("is told by the step in which it began", () => {
    const failure = failureIn(
      traceOf(
        {
          id: "run",
          at: 0,
          ms: 100,
          status: "error",
          attributes: { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "desk" },
        },
        {
          id: "call",
          parent: "run",
          at: 10,
          ms: 20,
          ...failing,
          attributes: { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "find_order" },
        },
      ),
    );
    deepEqual(failure && [failure.kind, failure.subject, failure.spanId, failure.message, failure.isRecovered], [
      "tool",
      "find_order",
      "call",
      "no such order",
      false,
    ]);
  });

  it("that comes again is told once, with the latest trace and how many there are", () => {
    const failure = {
      traceId: "a",
      timeMs: 1,
      kind: "tool" as const,
      subject: "find",
      spanId: "s",
      service: "desk",
      category: "internal",
      message: "gone",
      isRecovered: false,
    };
    deepEqual(
      kindsOf([
        failure,
        { ...failure, traceId: "b", timeMs: 3 },
        { ...failure, traceId: "c", timeMs: 2, message: "other" },
      ]).map(({ traceId, traces }) => [traceId, traces]),
      [
        ["b", 2],
        ["c", 1],
      ],
    );
  });

  it("that the run got over says so; a run without one is none", () => {
    const recovered = failureIn(
      traceOf({ id: "run", at: 0, ms: 100 }, { id: "call", parent: "run", at: 10, ms: 20, ...failing }),
    );
    equal(recovered?.isRecovered, true);
    equal(failureIn(traceOf({ id: "run", at: 0, ms: 100 })), undefined);
  });
});

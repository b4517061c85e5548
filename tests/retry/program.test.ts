import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { pushedValue, runProgram } from "../process/run-program.ts";

const eventsOf = (span: { readonly events?: readonly { readonly name: string }[] } | undefined): string[] =>
  (span?.events ?? []).map(({ name }) => name);

describe("retry in a program", () => {
  it("shows its attempts on the current span, and counts them and the recovery", async () => {
    const run = await runProgram(`
      import { agent, retry } from "agent-observatory";
      const busy = () => Object.assign(new Error("busy"), { status: 503 });
      const planner = agent("planner", () => retry({ name: "ask", minDelayMs: 1, strategy: "backoff" }, ({ attempt }) => {
        if (attempt < 3) throw busy();
        return "plan";
      }));
      console.log(await planner());
      await agent("once", () => retry("once", () => 1))();
      await agent("lost", () => retry({ name: "lost", attempts: 2, minDelayMs: 1 }, () => { throw busy() }))().catch(() => {});
      await agent("wrong", () => retry("wrong", () => { throw new TypeError("mine") }))().catch(() => {});
    `);
    assert.equal(run.stdout, "plan\n", run.stderr);
    const planner = run.spans.find(({ name }) => name === "invoke_agent planner");
    assert.deepEqual(
      eventsOf(planner).filter((name) => name.startsWith("agent_observatory.retry")),
      [
        "agent_observatory.retry.failed",
        "agent_observatory.retry.attempt",
        "agent_observatory.retry.failed",
        "agent_observatory.retry.attempt",
      ],
    );
    assert.equal(planner?.attributes["agent_observatory.retry.attempts"], 3);
    assert.equal(planner?.attributes["agent_observatory.retry.outcome"], "recovered");
    const once = run.spans.find(({ name }) => name === "invoke_agent once");
    assert.equal(once?.attributes["agent_observatory.retry.attempts"], undefined);

    const attempts = (strategy: string) => pushedValue(run.points, "retry_attempts_total", { strategy });
    assert.equal(attempts("backoff"), 3);
    assert.equal(attempts("exponential_backoff"), 1 + 2 + 1);
    const outcomes = (outcome: string) => pushedValue(run.points, "retry_outcomes_total", { outcome });
    assert.deepEqual(["ok", "recovered", "exhausted", "refused"].map(outcomes), [1, 1, 1, 1]);
    const recoveries = (labels: Record<string, string>) =>
      pushedValue(run.points, "agent_recovery_attempts_total", labels);
    assert.equal(recoveries({ agent: "planner", strategy: "backoff", status: "ok" }), 1);
    assert.equal(recoveries({ agent: "lost", status: "error" }), 1);
    assert.equal(recoveries({ agent: "wrong" }), undefined);
  });

  it("has a span of its own where there is none", async () => {
    const run = await runProgram(`
      import { retry, tool } from "agent-observatory";
      const work = tool("work", () => { throw Object.assign(new Error("busy"), { status: 503 }) });
      await retry({ name: "alone", attempts: 2, minDelayMs: 1 }, () => work()).catch((error) => console.log(error.message));
    `);
    assert.equal(run.stdout, "busy\n", run.stderr);
    const own = run.spans.find(({ name }) => name === "retry alone");
    assert.equal(own?.attributes["agent_observatory.retry.outcome"], "exhausted");
    assert.equal(own?.failed, true);
    const works = run.spans.filter(({ name }) => name === "execute_tool work");
    assert.deepEqual(
      works.map(({ parentSpanId, traceId }) => [parentSpanId, traceId]),
      [
        [own?.spanId, own?.traceId],
        [own?.spanId, own?.traceId],
      ],
    );
    assert.equal(pushedValue(run.points, "errors_total", { source: "tool" }), 2);
    assert.equal(pushedValue(run.points, "errors_total"), 2);
  });
});

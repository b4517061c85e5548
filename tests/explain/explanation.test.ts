import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ERROR_CATEGORIES } from "../../src/errors/index.ts";
import { ADVICE, explainTrace } from "../../src/explain/index.ts";
import { failed, span, traceOf, used } from "./traces.ts";

describe("a run that failed", () => {
  const run = traceOf(
    span("a1", undefined, "invoke_agent planner", { at: [0, 1500], ...failed("division by zero", "tool") }),
    span("c1", "a1", "chat gpt-4o", { at: [10, 500], attributes: used(187, 52, 0.001) }),
    span("t1", "a1", "execute_tool search", { at: [510, 700] }),
    span("t2", "a1", "execute_tool calculator", {
      at: [710, 1400],
      ...failed("division by zero", "tool", "RangeError"),
      events: [
        {
          timeMs: 1,
          name: "exception",
          attributes: { "exception.type": "RangeError", "exception.stacktrace": "RangeError: x\n  at calc.js:1" },
        },
      ],
    }),
    span("c2", "a1", "chat gpt-4o", { at: [1410, 1490], attributes: used(999, 1, 0.5) }),
  );
  const explained = explainTrace(run);

  it("is traced back to the step in which it began, with its error and what failed because of it", () => {
    assert.equal(explained.outcome, "failed");
    const { failure } = explained;
    assert.equal(failure?.at.spanId, "t2");
    assert.deepEqual(failure?.error, {
      category: "tool",
      type: "RangeError",
      message: "division by zero",
      stack: "RangeError: x\n  at calc.js:1",
      httpStatus: undefined,
    });
    assert.deepEqual(
      failure?.chain.map(({ name }) => name),
      ["invoke_agent planner"],
    );
  });

  it("counts what had been done and spent until then, and no more", () => {
    assert.deepEqual(explained.until, {
      llmCalls: 1,
      toolCalls: 2,
      inputTokens: 187,
      outputTokens: 52,
      costUsd: 0.001,
      unpricedCalls: 0,
    });
    assert.equal(explained.lastSuccess?.spanId, "t1");
    assert.deepEqual(
      explained.toolCalls.map(({ subject, status }) => [subject, status]),
      [
        ["search", "ok"],
        ["calculator", "error"],
      ],
    );
  });

  it("is told in plain sentences", () => {
    assert.deepEqual(explained.story, [
      "The agent planner failed after 1.5 s, because the tool calculator failed: tool (RangeError): division by zero.",
      "It began 710 ms after the start.",
      "The last step that went well was the tool search.",
      "Until then: 1 model call and 2 tool calls, 187 → 52 tokens, $0.001.",
    ]);
  });
});

describe("the cause", () => {
  it("is the failure with the parent's error, not one that was got over", () => {
    const { failure } = explainTrace(
      traceOf(
        span("a", undefined, "invoke_agent a", { at: [0, 100], ...failed("no such city", "tool") }),
        span("b", "a", "chat gpt-4o", { at: [1, 10], ...failed("429", "rate_limit") }),
        span("c", "a", "chat gpt-4o", { at: [11, 20], attributes: { "agent_observatory.request.retry_count": 1 } }),
        span("d", "a", "execute_tool weather", { at: [21, 90], ...failed("no such city", "tool") }),
      ),
    );
    assert.equal(failure?.at.spanId, "d");
  });

  it("is the first that nobody got over, where no message tells", () => {
    const { failure } = explainTrace(
      traceOf(
        span("a", undefined, "invoke_agent a", { at: [0, 100], ...failed("gave up", "unknown") }),
        span("b", "a", "chat gpt-4o", { at: [1, 10], ...failed("429", "rate_limit") }),
        span("c", "a", "chat claude", {
          at: [11, 20],
          attributes: { "agent_observatory.request.fallback_from": "gpt-4o" },
        }),
        span("d", "a", "execute_tool x", { at: [21, 30], ...failed("first", "network") }),
        span("e", "a", "execute_tool y", { at: [31, 90], ...failed("second", "timeout") }),
      ),
    );
    assert.equal(failure?.at.spanId, "d");
  });

  it("is looked for through what only carries, and not inside a tool that went well", () => {
    const through = explainTrace(
      traceOf(
        span("a", undefined, "invoke_agent a", { at: [0, 100], ...failed("boom", "api") }),
        span("h", "a", "POST", { at: [1, 90] }),
        span("s", "h", "handler", { at: [2, 80], ...failed("bang", "internal") }),
      ),
    );
    assert.equal(through.failure?.at.spanId, "s");
    const handled = explainTrace(
      traceOf(
        span("a", undefined, "invoke_agent a", { at: [0, 100], ...failed("boom", "api") }),
        span("t", "a", "execute_tool t", { at: [1, 90] }),
        span("s", "t", "GET", { at: [2, 80], ...failed("bang", "network") }),
      ),
    );
    assert.equal(handled.failure?.at.spanId, "a");
    assert.deepEqual(handled.failure?.chain, []);
  });

  it("is one of a request that was answered by an error, though the server has done nothing wrong", () => {
    const request = (status: number, ...more: readonly ReturnType<typeof span>[]) =>
      explainTrace(
        traceOf(
          span("r", undefined, "POST /ask", {
            at: [0, 100],
            kind: "server",
            attributes: { "http.response.status_code": status },
          }),
          span("a", "r", "invoke_agent a", { at: [1, 20], ...failed("the budget is spent", "budget") }),
          span("t", "a", "execute_tool pay", { at: [5, 10], ...failed("the budget is spent", "budget") }),
          ...more,
        ),
      );
    const refused = request(402);
    assert.equal(refused.outcome, "failed");
    assert.deepEqual([refused.failure?.at.spanId, refused.failure?.error.category], ["t", "budget"]);
    assert.deepEqual(
      refused.failure?.chain.map(({ spanId }) => spanId),
      ["a", "r"],
    );
    assert.match(refused.story[0] ?? "", /^POST \/ask failed after 100 ms, because .*pay failed: budget/);
    assert.equal(request(200).outcome, "recovered", "the program had an answer all the same");
    const again = span("b", "r", "invoke_agent a", { at: [30, 50] });
    assert.equal(request(404, again).outcome, "recovered", "what failed was got over; the status has other reasons");
  });

  it("has the category that its status tells where nobody said one", () => {
    const { failure } = explainTrace(
      traceOf(
        span("a", undefined, "POST", {
          at: [0, 9],
          status: "error",
          attributes: { "http.response.status_code": 429, "error.type": "429" },
        }),
      ),
    );
    assert.equal(failure?.error.category, "rate_limit");
  });
});

describe("a run that did not fail", () => {
  it("tells where time and money went", () => {
    const { outcome, slowest, costs, failure, story } = explainTrace(
      traceOf(
        span("a", undefined, "invoke_agent a", { at: [0, 10_000] }),
        span("b", "a", "chat gpt-4o", { at: [0, 3000], attributes: used(10, 5, 0.01) }),
        span("c", "a", "execute_tool search", { at: [2000, 9000] }),
        span("d", "c", "chat claude", { at: [2500, 3500], attributes: used(10, 5, 0.02) }),
      ),
    );
    assert.equal(outcome, "succeeded");
    assert.equal(failure, undefined);
    assert.deepEqual(
      slowest.map(({ spanId, selfMs }) => [spanId, selfMs]),
      [
        ["c", 6000],
        ["b", 3000],
        ["a", 1000],
        ["d", 1000],
      ],
    );
    assert.deepEqual(
      costs.map(({ model, agent, costUsd }) => [model, agent, costUsd]),
      [
        ["claude", "a", 0.02],
        ["gpt-4o", "a", 0.01],
      ],
    );
    assert.equal(story[0], "The agent a went well, in 10.0 s.");
  });

  it("tells the first failure that it got over", () => {
    const { outcome, failure, failures, attempts } = explainTrace(
      traceOf(
        span("a", undefined, "invoke_agent a", { at: [0, 100] }),
        span("b", "a", "chat gpt-4o", { at: [1, 10], ...failed("429", "rate_limit") }),
        span("c", "a", "chat gpt-4o", { at: [11, 20], attributes: { "agent_observatory.request.retry_count": 1 } }),
      ),
    );
    assert.equal(outcome, "recovered");
    assert.equal(failure?.at.spanId, "b");
    assert.equal(failures, 1);
    assert.deepEqual(
      attempts.map(({ spanId, kindOfAttempt, retry }) => [spanId, kindOfAttempt, retry]),
      [["c", "retry", 1]],
    );
  });
});

describe("a run that has not ended", () => {
  const open = (state: string) =>
    traceOf(
      span("a", undefined, "invoke_agent a", {
        at: [0, 5000],
        attributes: { "agent_observatory.run.state": state },
      }),
      span("b", "a", "invoke_agent b", { at: [100, 5000], attributes: { "agent_observatory.run.state": state } }),
      span("t", "b", "execute_tool t", { at: [200, 300] }),
    );

  it("tells where it stands while it runs", () => {
    const { outcome, openStep, lastSuccess, story } = explainTrace(open("running"));
    assert.equal(outcome, "running");
    assert.equal(openStep?.spanId, "b");
    assert.equal(lastSuccess?.spanId, "t");
    assert.equal(story[0], "The agent a has been running for 5.0 s, now in the agent b.");
  });

  it("tells where it was last heard of when its process died", () => {
    const { outcome, openStep, next } = explainTrace(open("incomplete"));
    assert.equal(outcome, "incomplete");
    assert.equal(openStep?.spanId, "b");
    assert.match(next[0] ?? "", /how the process ended/);
  });
});

describe("what was captured", () => {
  it("is context, settings, tools and input, from the failure outward", () => {
    const { captured } = explainTrace(
      traceOf(
        span("a", undefined, "invoke_agent a", {
          at: [0, 100],
          ...failed("x", "api"),
          attributes: {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": "a",
            "session.id": "s-1",
            "user.id": "u-1",
            tenant: "acme",
            "gen_ai.input.messages": "book a flight",
          },
        }),
        span("c", "a", "chat gpt-4o", {
          at: [1, 10],
          ...failed("x", "api"),
          attributes: {
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.request.temperature": 0.2,
            "gen_ai.input.messages": "the whole history",
            "gen_ai.output.messages": "what it said",
            "gen_ai.tool.definitions": JSON.stringify([
              { type: "function", function: { name: "search" } },
              { name: "book" },
            ]),
          },
        }),
      ),
    );
    assert.deepEqual(
      { ...captured.context },
      {
        "session.id": "s-1",
        "user.id": "u-1",
        tenant: "acme",
        "gen_ai.agent.name": "a",
      },
    );
    assert.deepEqual(
      { ...captured.modelSettings },
      { "gen_ai.request.model": "gpt-4o", "gen_ai.request.temperature": 0.2 },
    );
    assert.deepEqual(captured.toolsAvailable, ["search", "book"]);
    assert.equal(captured.input, "book a flight");
    assert.equal(captured.hasContent, true);
  });

  it("is said to be missing where content is not captured", () => {
    const { captured, next } = explainTrace(
      traceOf(span("a", undefined, "invoke_agent a", { at: [0, 9], ...failed("x", "api") })),
    );
    assert.equal(captured.hasContent, false);
    assert.ok(next.some((line) => line.includes("AGENT_OBSERVATORY_CAPTURE_CONTENT")));
  });
});

describe("odd and huge traces", () => {
  it("are explained though spans are their own parents, in a circle, or without parents", () => {
    const odd = traceOf(
      span("a", "a", "invoke_agent a", { at: [0, 9], ...failed("x", "api") }),
      span("b", "c", "execute_tool b", { at: [1, 9], ...failed("y", "tool") }),
      span("c", "b", "execute_tool c", { at: [2, 9], ...failed("y", "tool") }),
      span("d", "gone", "chat m", { at: [3, 4], ...failed("z", "api") }),
    );
    assert.equal(explainTrace(odd).outcome, "failed");
    assert.throws(() => explainTrace({ traceId: "0", spans: [] }), RangeError);
  });

  for (const shape of ["deep", "flat"] as const) {
    it(`are explained in little time, 50,000 spans ${shape}`, () => {
      const spans = Array.from({ length: 50_000 }, (_, index) =>
        span(
          `s${index}`,
          index === 0 ? undefined : shape === "deep" ? `s${index - 1}` : "s0",
          index % 2 === 0 ? "execute_tool t" : "chat gpt-4o",
          {
            at: shape === "deep" ? [index, 100_000 - index] : [index, index + 1],
            ...(index % 3 === 0 ? failed("boom", "tool") : {}),
            attributes: {
              "gen_ai.operation.name": index % 2 === 0 ? "execute_tool" : "chat",
              ...(index % 2 === 1 && used(1, 1, 0.001)),
            },
          },
        ),
      );
      const startMs = performance.now();
      const { failure, toolCalls } = explainTrace({ traceId: "0", spans });
      assert.ok(failure !== undefined);
      assert.ok(toolCalls.length <= 200);
      // Half a second where it was measured, with two cores that others used; whatever grows with the square takes minutes.
      assert.ok(performance.now() - startMs < 10_000);
    });
  }
});

describe("advice", () => {
  it("is there for every category", () => {
    assert.deepEqual(Object.keys(ADVICE).toSorted(), ERROR_CATEGORIES.toSorted());
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { summarizeTrace, type Trace } from "../../src/backends/index.ts";
import { readFeedback } from "../../ui/src/trace/feedback-lines.ts";
import { type FoundTrace, talkedBy } from "../../ui/src/views/sessions/session-facts.ts";
import { failed, span, traceOf, used } from "../explain/traces.ts";

const found = (traceId: string, trace: Trace): FoundTrace => {
  const own = { traceId, spans: trace.spans.map((one) => ({ ...one, traceId })) };
  return { trace: own, summary: summarizeTrace(own) };
};
const turn = (session: string, user: string, at: number, given = {}) =>
  traceOf(
    span("a", undefined, "invoke_agent desk", {
      at: [at, at + 50],
      ...given,
      attributes: { "session.id": session, "user.id": user },
    }),
    span("m", "a", "chat gpt-4o", {
      at: [at + 1, at + 40],
      attributes: { ...used(100, 10, 0.1), "session.id": session, "user.id": user },
    }),
  );
const line = (labels: Readonly<Record<string, string>>) =>
  readFeedback({ timeMs: 1, timeNs: 1n, line: "feedback: up", labels });

describe("sessions", () => {
  it("have the sums of their turns and the feedback on them or on the whole", () => {
    const given = [
      line({ agent_observatory_feedback_score: "1", trace_id: "t1" }),
      line({ agent_observatory_feedback_score: "0", session_id: "s1" }),
      line({ agent_observatory_feedback_score: "1", session_id: "other" }),
    ].flatMap((one) => one ?? []);
    const [first, second] = talkedBy(
      "session",
      [
        found("t1", turn("s1", "ada", 0)),
        found("t2", turn("s1", "ada", 1000, failed("x", "api"))),
        found("t3", turn("s2", "ben", 5000)),
      ],
      given,
    );
    assert.deepEqual([first?.id, first?.turns, first?.feedback], ["s2", 1, { up: 0, down: 0, neutral: 0 }]);
    assert.deepEqual(
      [
        second?.id,
        second?.turns,
        second?.failedTurns,
        second?.costUsd,
        second?.inputTokens,
        second?.users,
        second?.feedback,
      ],
      ["s1", 2, 1, 0.2, 200, ["ada"], { up: 1, down: 1, neutral: 0 }],
    );
  });

  it("that share a trace get each their own part of it", () => {
    const one = traceOf(
      span("r", undefined, "batch", { at: [0, 100] }),
      span("m", "r", "chat gpt-4o", { at: [1, 40], attributes: { ...used(100, 10, 0.1), "session.id": "s1" } }),
      span("n", "r", "chat gpt-4o", { at: [41, 90], attributes: { ...used(300, 30, 0.3), "session.id": "s2" } }),
    );
    assert.deepEqual(
      talkedBy("session", [found("t", one)], []).map(({ id, costUsd, inputTokens }) => [id, costUsd, inputTokens]),
      [
        ["s2", 0.3, 300],
        ["s1", 0.1, 100],
      ],
    );
  });

  it("are counted by user as well", () => {
    const [ada] = talkedBy("user", [found("t1", turn("s1", "ada", 0)), found("t2", turn("s2", "ada", 1000))], []);
    assert.deepEqual([ada?.id, ada?.turns, ada?.sessions], ["ada", 2, ["s1", "s2"]]);
  });

  it("take no line for feedback that has no score", () => {
    assert.equal(line({ trace_id: "t1" }), undefined);
    assert.equal(line({ agent_observatory_feedback_score: "0.5" })?.rating, "neutral");
  });
});

import assert from "node:assert/strict";
import { it } from "node:test";
import { createBackends, searchTraces } from "../../src/backends/index.ts";
import { explain } from "../../src/explain/index.ts";
import { ATTR } from "../../src/model/index.ts";
import { ANSWERED, type Checked, countBy, FIRST, HOUR_MS, SESSIONS } from "./support-desk-checked.ts";
import { ALL, CLOSED_SESSIONS, DESK_SETTINGS, EXCHANGES } from "./support-desk-drive.ts";

/** What is told of it: budgets, errors, log lines, traces. */
export function testTold(given: Promise<Checked>): void {
  it("stops a session that has spent its budget, and tells of the day", async () => {
    const { driven, measures } = await given;
    await measures({
      "budget_exceeded_total by budget, mode": { "session/block": 1, "day/warn": 1 },
      "budget_blocked_calls_total by budget, agent, reason": {
        "session/desk-billing/limit": 1,
        "session/desk/limit": 1,
      },
    });
    const { usd } = driven.insights.costs.total;
    assert.ok(usd > Number(DESK_SETTINGS.DAILY_BUDGET_USD));
  });

  it("counts each error once, in groups", async () => {
    const { desk, driven, measures } = await given;
    const { errors } = driven.insights;
    await measures({
      "errors_total by category, source, severity": {
        "internal/tool/error": 2,
        "api/program/warning": 1,
        "api/llm/error": 3 + 4,
        "rate_limit/llm/warning": 1,
        "budget/tool/warning": 1,
        "budget/agent/error": 1,
      },
    });
    await measures({
      "errors_by_kind_total by fingerprint": Object.fromEntries(
        errors.groups.map(({ fingerprint, count }) => [fingerprint, count]),
      ),
    });
    assert.deepEqual(
      errors.groups
        .map(({ type, category, count, sources }) => `${count} ${type} ${category} ${sources.join()}`)
        .toSorted(),
      [
        "1 BudgetExceededError budget agent",
        "1 BudgetExceededError budget tool",
        "1 Error api program",
        "1 rate_limit_exceeded rate_limit llm",
        "2 RangeError internal tool,log",
        "7 server_error api llm,log",
      ],
    );
    assert.equal(errors.count, 13);
    // Three times the model was away; the status page was as well, which is another matter.
    await measures({ "error_pattern_matches_total by pattern": { "model-trouble": 1 } });
    const heard = desk.lines.filter(({ message }) => message === "the model is in trouble");
    assert.deepEqual(
      heard.map(({ session_id, errors: count, traces }) => [session_id, count, traces]),
      [["s8", 3, 1]],
    );
  });

  it("writes each line once to stdout and once to Loki", async () => {
    const { desk } = await given;
    const { byModel } = desk.world.model.stats();
    const asked = Object.entries(byModel).map(([model, { succeeded }]) => [
      `Model ${model} of openai: ${model.startsWith("text-embedding") ? "embeddings" : "chat"}`,
      succeeded,
    ]);
    const missed = FIRST.filter(({ source }) => source !== "cache").length;
    const own = countBy(desk.lines, ({ message }) => message);
    assert.deepEqual(own, {
      ...Object.fromEntries(asked),
      "handbook indexed": 1,
      "support desk listens": 1,
      "support desk stops": 1,
      "Cache answers: hit": 1,
      "Cache answers: miss": missed,
      "Cache similar-answers: hit": 1,
      "Cache similar-answers: miss": missed - 1,
      "Agent desk: answer": ANSWERED,
      "Agent desk-general: call_tool": 4,
      "Agent desk-technical: call_tool": 4,
      // The order is looked up for each, twice in vain; the budget stops the last refund.
      "Agent desk-billing: call_tool": 8 + 5,
      "Agent desk-billing: refund": 5,
      "refund paid": 4,
      "falling back to another model": 2,
      "request failed": 1,
      "status page away, telling the last status": 1,
      "the model is in trouble": 1,
      "session budget": 2,
      "Workflow follow-up: started": CLOSED_SESSIONS.length,
      "Workflow follow-up: completed": CLOSED_SESSIONS.length,
    });
    const stored = countBy(await desk.storedLines(), ({ line }) => line);
    assert.deepEqual(Object.fromEntries(Object.keys(own).map((line) => [line, stored[line]])), own);
  });

  it("tells what happened in records besides, each once", async () => {
    const { desk } = await given;
    const own = new Set(desk.lines.map(({ message }) => message));
    // Runs tell of themselves where they last, which depends on the machine.
    const records = (await desk.storedLines()).filter(
      ({ line }) => !own.has(line) && !line.startsWith("agent_observatory.run:"),
    );
    const count = CLOSED_SESSIONS.length;
    assert.deepEqual(
      countBy(records, ({ line }) =>
        line.replace(/^(agent_observatory\.[a-z_]+: [\w-]+).*/, "$1").replace(/: Expected.*/, ""),
      ),
      {
        "task answer_question succeeded": ANSWERED - 1,
        "task answer_question failed": 1,
        "task refund succeeded": 4,
        "task follow_up succeeded": count,
        "review requested: refund_over_limit": 2,
        "review requested: low_confidence": 1,
        "review completed: approved": 1,
        "review completed: rejected": 1,
        "recovery by exponential_backoff succeeded": 2,
        "recovery by exponential_backoff failed": 3,
        "recovery by last_known_status succeeded": 1,
        "recovery by fallback_model succeeded": 1,
        "recovery by fallback_model failed": 1,
        "feedback: up": 1,
        "feedback: down": 1,
        // An evaluation is all in its attributes, as the conventions have it.
        "": count,
        "agent_observatory.error: RangeError": 1,
        "agent_observatory.error: Error": 1,
        "agent_observatory.error: server_error": 1,
        "agent_observatory.error: rate_limit_exceeded": 1,
        "agent_observatory.error: BudgetExceededError": 2,
        "agent_observatory.error_pattern: model-trouble": 1,
        "budget day: 82 % of 0.03 usd per day used": 1,
        "budget day: 104 % of 0.03 usd per day used": 1,
        "budget session: 89 % of 0.01 usd per session used": 1,
        "budget session: 103 % of 0.01 usd per session used": 1,
        "a call was stopped": 2,
        "health check database is unhealthy, was healthy: no answer within 1000 ms": 1,
        "health check database is healthy, was unhealthy: ok": 1,
      },
    );
  });

  it("says on each line whom it is about", async () => {
    const { desk, driven } = await given;
    // What calls the program back belongs to whose call it was, whatever connection its answer came over.
    const warned = desk.lines.filter(({ message }) => message === "session budget");
    assert.deepEqual(
      warned.map(({ session_id, threshold }) => [session_id, threshold]),
      [
        ["dear", 0.8],
        ["dear", 1],
      ],
    );
    const traces = new Set([...driven.answers, driven.debugged].map(({ traceId }) => traceId));
    for (const { trace_id, session_id, user_id } of desk.lines.filter(
      ({ message }) => message === "Agent desk: answer",
    )) {
      assert.ok(SESSIONS.has(String(session_id)) && typeof user_id === "string", "of a session and a user");
      if (session_id !== "s4") assert.ok(traces.has(String(trace_id)), "in the trace that the customer got");
    }
  });

  it("has the traces by which each answer and each failure can be explained", async () => {
    const { desk, driven } = await given;
    const { jaeger } = createBackends({ url: desk.observatory.urls.web });
    const search = { startMs: Date.now() - HOUR_MS, endMs: Date.now() + HOUR_MS, limit: 100 };
    for (const [index, { source, trouble, text, session }] of EXCHANGES.entries()) {
      const { traceId, requestId } = driven.answers[index] ?? {};
      // Who was refused an answer has the id of the request, and finds the trace by it.
      const attributes: Record<string, string> = requestId === undefined ? {} : { [ATTR.requestId]: requestId };
      const { found } = await searchTraces(jaeger, {
        ...search,
        attributes: { [ATTR.sessionId]: session, ...attributes },
      });
      const trace = found.map((one) => one.trace).find((one) => traceId === undefined || one.traceId === traceId);
      const explanation = await explain(trace?.traceId ?? "", { backends: { url: desk.observatory.urls.web } });
      const gotOver = trouble !== undefined || text.includes("1999");
      const reason: Readonly<Record<string, string>> = { "stopped by its budget": "budget", failed: "api" };
      const outcome = source in reason ? "failed" : gotOver ? "recovered" : "succeeded";
      assert.deepEqual([text, explanation?.outcome], [text, outcome]);
      if (source in reason) assert.equal(explanation?.failure?.error.category, reason[source]);
      const strangers = trace?.spans.filter((span) => span.attributes[ATTR.sessionId] !== session) ?? [];
      assert.deepEqual(
        strangers.map(({ name }) => name).filter((name) => !/^(POST|middleware|request handler|router)/.test(name)),
        [],
        "all that it did belongs to the session",
      );
    }
  });

  it("records one question in full, and of no other what was said", async () => {
    const { desk, driven } = await given;
    const { traceId, answer } = driven.debugged;
    const { jaeger } = createBackends({ url: desk.observatory.urls.web });
    const range = { startMs: Date.now() - HOUR_MS, endMs: Date.now() + HOUR_MS, limit: 100 };
    const searches = [...SESSIONS].map((session) =>
      searchTraces(jaeger, { ...range, attributes: { [ATTR.sessionId]: session } }),
    );
    const found = (await Promise.all(searches)).flatMap((one) => one.found);
    assert.ok(found.length >= ALL.length);
    const withContent = found.filter(({ trace }) => {
      const said = JSON.stringify(trace.spans.map(({ attributes, events }) => [attributes, events]));
      return ALL.some(({ text }) => said.includes(text));
    });
    assert.deepEqual(
      withContent.map(({ trace }) => trace.traceId),
      [traceId],
    );
    const explanation = await explain(traceId, { backends: { url: desk.observatory.urls.web } });
    const { debug, captured, failure } = explanation ?? assert.fail("there is no such trace");
    assert.match(debug?.input ?? "", /order 1998/);
    assert.match(debug?.state ?? "", /history/);
    assert.ok(debug?.output?.includes(answer));
    assert.ok((debug?.spans ?? 0) > 5 && debug?.isTruncated === false);
    assert.match(JSON.stringify(captured), /refund_order/, "the tools that were there");
    assert.match(JSON.stringify(captured), /0\.2/, "the temperature");
    assert.equal(failure?.at.name, "execute_tool find_order");
  });
}

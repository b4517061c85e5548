import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createBackends, searchTraces } from "../../src/backends/index.ts";
import { createPricer } from "../../src/cost/index.ts";
import { explain } from "../../src/explain/index.ts";
import { ATTR } from "../../src/model/index.ts";
import { HAS_POSTGRES } from "../health/real-databases.ts";
import { type RunningDesk, runSupportDesk } from "./observed-support-desk.ts";
import {
  ALL,
  CLOSED_SESSIONS,
  DESK_SETTINGS,
  type Driven,
  drive,
  EXCHANGES,
  type Exchange,
  HASTY_REQUESTS,
} from "./support-desk-drive.ts";

const HOUR_MS = 3_600_000;

type Counts = Readonly<Record<string, number>>;

function countBy<T>(items: readonly T[], key: (item: T) => string): Counts {
  const counts: Record<string, number> = {};
  for (const item of items) counts[key(item)] = (counts[key(item)] ?? 0) + 1;
  return counts;
}

/** Sums of fractions are not to end in the dust of binary ones. */
const rounded = (value: number): number => Number(value.toFixed(9));

const isStopped = ({ source }: Exchange): boolean => source === "stopped by its budget";
/** Whose question a specialist answered, or began to. The fourth of the dear session did not get so far. */
const triaged = ALL.filter(
  ({ source }, index) => source === "model" || source === "person" || index === EXCHANGES.length - 2,
);
const answeredByModel = ALL.filter(({ source }) => source === "model");
const sessions = new Set(ALL.map(({ session }) => session));
/** The session is looked up first, so that only its first question can be in a cache. */
const first = ALL.filter((one, index) => ALL.findIndex(({ session }) => session === one.session) === index);

describe("the support desk", { skip: !HAS_POSTGRES && "Postgres is not installed" }, () => {
  let desk: RunningDesk;
  let driven: Driven;
  before(async () => {
    desk = await runSupportDesk(DESK_SETTINGS);
    driven = await drive(desk);
    await desk.world.model.idle();
  });
  after(() => desk[Symbol.asyncDispose]());

  /** What was stored of metrics, by name and labels, next to what it must be. */
  async function measures(expected: Readonly<Record<string, Counts>>): Promise<void> {
    const stored: Record<string, Counts> = {};
    for (const name of Object.keys(expected)) {
      const [metric = "", by = ""] = name.split(" by ");
      stored[name] = await desk.stored(metric, by === "" ? [] : by.split(", "));
    }
    assert.deepEqual(stored, expected);
  }

  it("answers, and stops in order: what is under way is answered, and the queue is done", () => {
    assert.deepEqual(driven.end, { code: 0, signal: null });
    assert.deepEqual(desk.stderr, []);
    assert.equal(driven.streamed.status, 200);
    const pieces = driven.streamed.body.split("\n").filter((line) => line === "event: text");
    assert.equal(pieces.length, 5, "piece by piece");
  });

  it("counts each run of each agent, by how it ended", async () => {
    const ended = (source: string) => ALL.filter((one) => one.source === source).length;
    await measures({
      "agent_requests_total by agent, status": {
        "desk/ok": ended("model") + ended("cache") + ended("similar question"),
        "desk/escalated": ended("person"),
        "desk/error": ended("stopped by its budget"),
        ...Object.fromEntries(
          Object.entries(countBy(answeredByModel, ({ route }) => route)).map(([route, count]) => [
            `desk-${route}/ok`,
            count,
          ]),
        ),
        "desk-billing/error": 1,
        "quality-judge/ok": CLOSED_SESSIONS.length,
      },
      "agent_errors_total by agent, category": { "desk/budget": 2, "desk-billing/budget": 1 },
      agent_requests_active: { "": 0 },
      "agent_sessions_total by agent": { desk: sessions.size },
      "agent_session_turns_total by agent": { desk: ALL.length, "quality-judge": CLOSED_SESSIONS.length },
    });
  });

  it("counts tools, also those that fail and those that a budget stops", async () => {
    await measures({
      "agent_tool_calls_total by tool, status": {
        "search_handbook/ok": 4,
        "find_order/ok": 6,
        "find_order/error": 2,
        "refund_order/ok": 5,
        "refund_order/error": 1,
        "service_status/ok": 2,
        "past_tickets/ok": 2,
      },
      "agent_tool_errors_total by tool, category": { "find_order/internal": 2, "refund_order/budget": 1 },
    });
    const { toolCallsIssued, toolErrorsReceived } = desk.world.model.stats();
    assert.deepEqual([toolCallsIssued, toolErrorsReceived], [22, 2], "the model asked for as many");
  });

  it("counts calls to models, tokens and dollars as the model served them", async () => {
    const { byModel, errors, streamed } = desk.world.model.stats();
    const pricer = createPricer();
    const requests: Record<string, number> = {};
    const tokens: Record<string, number> = {};
    const dollars: Record<string, number> = {};
    for (const [model, served] of Object.entries(byModel)) {
      requests[`${model}/ok`] = served.succeeded;
      if (served.requests > served.succeeded) requests[`${model}/error`] = served.requests - served.succeeded;
      tokens[`${model}/input`] = served.inputTokens;
      if (served.outputTokens > 0) tokens[`${model}/output`] = served.outputTokens;
      const usage = { input: served.inputTokens, output: served.outputTokens };
      const price = pricer.price({ provider: "openai", models: [model], usage });
      if (price.status === "priced") dollars[model] = rounded(price.costUsd);
    }
    assert.deepEqual(errors, { 429: 1, 503: 3 });
    await measures({
      "llm_requests_total by model, status": requests,
      "llm_tokens_total by model, type": tokens,
      "llm_cost_usd_total by model": dollars,
      "llm_errors_total by model, category": { "gpt-4o/api": 3, "gpt-4o/rate_limit": 1 },
      "llm_fallbacks_total by from, model": { "gpt-4o/gpt-4.1-mini": 1 },
      llm_time_to_first_token_seconds_count: { "": streamed },
      llm_unpriced_requests_total: {},
    });
  });

  it("counts both caches and the routes", async () => {
    const kept = answeredByModel.filter((one) => one.route === "general" && first.includes(one)).length;
    const embedded = first.filter(({ source }) => source !== "cache");
    await measures({
      "cache_operations_total by cache, kind, outcome": {
        "answers/exact/hit": 1,
        "answers/exact/miss": embedded.length,
        "answers/exact/set": kept,
        "similar-answers/semantic/hit": 1,
        "similar-answers/semantic/miss": embedded.length - 1,
        "similar-answers/semantic/set": kept,
      },
      "routing_decisions_total by router, route": Object.fromEntries(
        Object.entries(countBy(triaged, ({ route }) => route)).map(([route, count]) => [`triage/${route}`, count]),
      ),
      routing_confidence_sum: { "": rounded(8 * 0.94 + 2 * 0.88 + 4 * 0.91 + 0.31) },
    });
  });

  it("counts recoveries by strategy, and what they took", async () => {
    // Of the status page and of the model: each once after one failure, and once in vain.
    const recovered = { "exponential_backoff/ok": 2, "exponential_backoff/error": 2, "fallback_model/ok": 1 };
    // Every request to the model but the lists that health asks for and the fallback, and five to the status page.
    const { requests, byOperation } = desk.world.model.stats();
    const attempts = requests - (byOperation["models"]?.requests ?? 0) - 1 + 2 + 3;
    await measures({
      "agent_recovery_attempts_total by strategy, status": { ...recovered, "last_known_status/ok": 1 },
      "agent_recovery_duration_seconds_count by strategy, status": recovered,
      "retry_outcomes_total by outcome": { ok: attempts - 2 * 2 - 2 * 3, recovered: 2, exhausted: 2 },
      retry_attempts_total: { "": attempts },
    });
  });

  it("counts reviews, feedback, evaluations and tasks", async () => {
    assert.deepEqual(driven.reviews, [401, 200, 200, 409]);
    assert.deepEqual(driven.feedback, [204, 204, 404]);
    assert.deepEqual(driven.pending, [3, 1], "at that moment");
    await measures({
      "human_review_requests_total by agent, reason": { "desk-billing/refund_over_limit": 2, "desk/low_confidence": 1 },
      "human_reviews_completed_total by agent, decision": { "desk-billing/approved": 1, "desk-billing/rejected": 1 },
      human_review_duration_seconds_count: { "": 2 },
      human_reviews_pending: { "": 1 },
      "agent_feedback_total by agent, rating": { "desk/up": 1, "desk/down": 1 },
      agent_feedback_score_sum: { "": 1 },
      "agent_evaluations_total by evaluator, result": { "resolution/pass": 3, "resolution/fail": 1 },
      agent_evaluation_score_sum: { "": rounded(3 * 0.9 + 0.2) },
      "agent_tasks_total by agent, task, status": {
        "desk/answer_question/ok": ALL.length - 1 - ALL.filter(isStopped).length,
        "desk/answer_question/error": 1,
        "desk/follow_up/ok": CLOSED_SESSIONS.length,
        "desk-billing/refund/ok": 4,
      },
    });
  });

  it("counts the follow-ups, and what waits for the worker", async () => {
    assert.deepEqual([driven.depth, driven.workers], [2, 1], "while it was busy with the first of three");
    const count = CLOSED_SESSIONS.length;
    await measures({
      "workflow_executions_total by workflow, status": { "follow-up/ok": count },
      "workflow_nodes_executed_total by node, status": { "summarize/ok": count, "grade/ok": count, "file/ok": count },
      "agent_queue_depth by agent": { "follow-up": 0 },
      "pool_members by pool, state": {
        "follow-up-workers/active": 0,
        "follow-up-workers/idle": 1,
        "follow-up-workers/waiting": 0,
      },
    });
  });

  it("stops a session that has spent its budget, and tells of the day", async () => {
    await measures({
      "budget_exceeded_total by budget, mode": { "session/block": 1, "day/warn": 1 },
      "budget_blocked_calls_total by budget, agent, reason": {
        "session/desk-billing/limit": 1,
        "session/desk/limit": 1,
      },
    });
    // What the calls cost, up to the one that reached the limit: two answers, and of the third the triage and two calls.
    const told = await desk.storedLines('|~ "^budget |^a call was stopped"');
    assert.deepEqual(
      countBy(told, ({ line }) => line.replace(/: Expected.*/, "")),
      {
        "budget day: 82 % of 0.03 usd per day used": 1,
        "budget day: 104 % of 0.03 usd per day used": 1,
        "budget session: 89 % of 0.01 usd per session used": 1,
        "budget session: 103 % of 0.01 usd per session used": 1,
        "a call was stopped": 2,
      },
    );
    const { usd } = driven.insights.costs.total;
    assert.ok(usd > Number(DESK_SETTINGS.DAILY_BUDGET_USD));
  });

  it("counts each error once, in groups", async () => {
    const { errors } = driven.insights;
    await measures({
      "errors_total by category, source, severity": {
        "internal/tool/error": 2,
        "api/program/warning": 1,
        "api/llm/error": 3,
        "rate_limit/llm/warning": 1,
        "budget/tool/warning": 1,
        "budget/agent/error": 1,
      },
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
        "3 server_error api llm",
      ],
    );
    assert.equal(errors.count, 9);
    // Three times the model was away; the status page was as well, which is another matter.
    await measures({ "error_pattern_matches_total by pattern": { "model-trouble": 1 } });
    const heard = desk.lines.filter(({ message }) => message === "the model is in trouble");
    assert.deepEqual(
      heard.map(({ session_id, errors: count, traces }) => [session_id, count, traces]),
      [["s8", 3, 1]],
    );
  });

  it("counts requests by their routes, as many as came", async () => {
    const templates: readonly (readonly [RegExp, string])[] = [
      [/^\/sessions\/[^/]+\/(\w+)$/, "/sessions/:sessionId/$1"],
      [/^\/answers\/[^/]+\/feedback$/, "/answers/:id/feedback"],
      [/^\/staff\/reviews\/.+$/, "/staff/reviews/:id"],
      [/^\/staff\/sessions\/.+$/, "/staff/sessions/:sessionId/debug"],
    ];
    const came = countBy(desk.asked, (line) => {
      const [method, path = "", status] = line.split(" ");
      const routed = templates.reduce((route, [from, to]) => route.replace(from, to), path);
      // Who is refused at the door does not come to a route.
      const atTheDoor: Readonly<Record<string, string>> = { 401: "/staff", 429: "/sessions" };
      const route = atTheDoor[status ?? ""] ?? routed;
      return `${method}/${route}/${status}`;
    });
    await measures({
      "http_server_request_duration_seconds_count by http_request_method, http_route, http_response_status_code": came,
      http_server_active_requests: { "": 0 },
      "http_server_rate_limited_requests_total by http_route": { "/sessions": 3 },
      "http_client_request_duration_seconds_count by http_request_method, http_response_status_code": {
        "GET/200": 1,
        "GET/503": 1 + 3,
        "PUT/200": 1,
      },
    });
  });

  it("turns away who asks too often, and nobody else", () => {
    const limit = Number(DESK_SETTINGS.MESSAGES_PER_MINUTE);
    const statuses = driven.hasty.map(({ status }) => status);
    assert.deepEqual(countBy(statuses, String), { 400: limit, 429: HASTY_REQUESTS - limit });
    const last = driven.hasty.at(-1);
    assert.ok(Number(last?.headers.get("retry-after")) > 0);
    assert.match(last?.headers.get("ratelimit") ?? "", /r=0/);
    assert.ok(desk.asked.every((line) => !line.endsWith("429") || line.includes("/sessions/hasty/")));
  });

  it("counts what the database and the vector store were asked, as they saw it themselves", async () => {
    const statements = desk.world.postgres.lines.flatMap((line) => {
      const [, statement = ""] = /(?:statement|execute <unnamed>): *(.*)$/.exec(line) ?? [];
      return [/^(SELECT|INSERT|UPDATE)/.exec(statement)?.[1] ?? []].flat().filter(() => statement !== "SELECT 1");
    });
    const seen = countBy(statements, (operation) => `postgresql/${operation}`);
    const { upsert, query } = desk.world.vectorStore.served;
    await measures({
      "db_client_operation_duration_seconds_count by db_system_name, db_operation_name": {
        ...seen,
        // The schema and the first rows, several statements each, which begin on a line of their own in its log.
        "postgresql/CREATE": 1,
        "postgresql/INSERT": (seen["postgresql/INSERT"] ?? 0) + 1,
        "qdrant/upsert": upsert,
        "qdrant/query": query,
      },
      "db_client_connection_count by db_client_connection_state": { idle: 0, used: 0 },
      "vector_operations_total by operation, status": { "upsert/ok": upsert, "query/ok": query },
      vector_results_returned_sum: { "": 2 * query },
      "vector_dimensions by collection": { handbook: 256 },
    });
  });

  it("tells how the process is doing", async () => {
    for (const metric of ["process_memory_usage_bytes", "process_uptime_seconds", "v8js_memory_heap_used_bytes"]) {
      assert.ok(((await desk.stored(metric))[""] ?? 0) > 0, metric);
    }
    assert.ok(((await desk.stored("process_cpu_time_seconds_total", ["cpu_mode"]))["user"] ?? 0) > 0);
  });

  it("becomes unready where the database hangs, and says so once", async () => {
    assert.deepEqual(driven.health, ["200 healthy 1", "503 unhealthy 0", "200 healthy 1"]);
    const told = await desk.storedLines('|= "health check"');
    assert.deepEqual(
      told.map(({ line }) => line),
      [
        "health check database is unhealthy, was healthy: no answer within 1000 ms",
        "health check database is healthy, was unhealthy: ok",
      ],
    );
  });

  it("writes each line once to stdout and once to Loki, with the ids of whom it is about", async () => {
    const stored = await desk.storedLines();
    const own = (message: string): number => desk.lines.filter((line) => line.message === message).length;
    for (const message of new Set(desk.lines.map((line) => line.message))) {
      assert.equal(stored.filter(({ line }) => line === message).length, own(message), message);
    }
    assert.deepEqual(
      [own("Agent desk: answer"), own("refund paid"), own("Cache answers: hit"), own("Workflow follow-up: completed")],
      [ALL.length - ALL.filter(isStopped).length, 4, 1, CLOSED_SESSIONS.length],
    );
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
      assert.ok(sessions.has(String(session_id)) && typeof user_id === "string", "of a session and a user");
      if (session_id !== "s4") assert.ok(traces.has(String(trace_id)), "in the trace that the customer got");
    }
  });

  it("has the traces by which each answer and each failure can be explained", async () => {
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
      const outcome = source === "stopped by its budget" ? "failed" : gotOver ? "recovered" : "succeeded";
      assert.deepEqual([text, explanation?.outcome], [text, outcome]);
      assert.equal(
        explanation?.failure?.error.category,
        outcome === "failed" ? "budget" : explanation?.failure?.error.category,
      );
      const strangers = trace?.spans.filter((span) => span.attributes[ATTR.sessionId] !== session) ?? [];
      assert.deepEqual(
        strangers.map(({ name }) => name).filter((name) => !/^(POST|middleware|request handler|router)/.test(name)),
        [],
        "all that it did belongs to the session",
      );
    }
  });

  it("records one question in full, and of no other what was said", async () => {
    const { traceId, answer } = driven.debugged;
    const { jaeger } = createBackends({ url: desk.observatory.urls.web });
    const range = { startMs: Date.now() - HOUR_MS, endMs: Date.now() + HOUR_MS, limit: 100 };
    const searches = [...sessions].map((session) =>
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
});

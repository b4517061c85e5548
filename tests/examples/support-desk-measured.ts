import assert from "node:assert/strict";
import { it } from "node:test";
import { createPricer } from "../../src/cost/index.ts";
import {
  ANSWERED,
  ANSWERED_BY_MODEL,
  type Checked,
  countBy,
  FIRST,
  rounded,
  SESSIONS,
  TRIAGED,
} from "./support-desk-checked.ts";
import { ALL, CLOSED_SESSIONS } from "./support-desk-drive.ts";

/** What an agent system does, in metrics. */
export function testMeasured(given: Promise<Checked>): void {
  it("counts each run of each agent, by how it ended", async () => {
    const { measures } = await given;
    const ended = (source: string) => ALL.filter((one) => one.source === source).length;
    await measures({
      "agent_requests_total by agent, status": {
        "desk/ok": ended("model") + ended("cache") + ended("similar question"),
        "desk/escalated": ended("person"),
        "desk/error": ended("stopped by its budget") + ended("failed"),
        ...countBy(ANSWERED_BY_MODEL, ({ route }) => `desk-${route}/ok`),
        "desk-billing/error": 1,
        "desk-general/error": 1,
        "quality-judge/ok": CLOSED_SESSIONS.length,
      },
      "agent_errors_total by agent, category": {
        "desk/budget": 2,
        "desk-billing/budget": 1,
        "desk/api": 1,
        "desk-general/api": 1,
      },
      agent_requests_active: { "": 0 },
      "agent_sessions_total by agent": { desk: SESSIONS.size },
      "agent_session_turns_total by agent": { desk: ALL.length, "quality-judge": CLOSED_SESSIONS.length },
    });
  });

  it("counts tools, also those that fail and those that a budget stops", async () => {
    const { desk, measures } = await given;
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
    const { desk, measures } = await given;
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
    assert.deepEqual(errors, { 429: 1, 503: 3 + 4 });
    await measures({
      "llm_requests_total by model, status": requests,
      "llm_tokens_total by model, type": tokens,
      "llm_cost_usd_total by model": dollars,
      "llm_errors_total by model, category": { "gpt-4o/api": 6, "gpt-4o/rate_limit": 1, "gpt-4.1-mini/api": 1 },
      "llm_retries_total by model": { "gpt-4o": 2 + 1 + 2 },
      "llm_fallbacks_total by from, model": { "gpt-4o/gpt-4.1-mini": 2 },
      llm_time_to_first_token_seconds_count: { "": streamed },
      llm_unpriced_requests_total: {},
    });
  });

  it("counts both caches and the routes", async () => {
    const { measures } = await given;
    const kept = ANSWERED_BY_MODEL.filter((one) => one.route === "general" && FIRST.includes(one)).length;
    const embedded = FIRST.filter(({ source }) => source !== "cache");
    await measures({
      "cache_operations_total by cache, kind, outcome": {
        "answers/exact/hit": 1,
        "answers/exact/miss": embedded.length,
        "answers/exact/set": kept,
        "similar-answers/semantic/hit": 1,
        "similar-answers/semantic/miss": embedded.length - 1,
        "similar-answers/semantic/set": kept,
      },
      // Keeping an answer takes no time worth telling.
      "cache_operation_duration_seconds_count by cache, outcome": {
        "answers/hit": 1,
        "answers/miss": embedded.length,
        "answers/set": kept,
        "similar-answers/hit": 1,
        "similar-answers/miss": embedded.length - 1,
      },
      "routing_decisions_total by router, route": countBy(TRIAGED, ({ route }) => `triage/${route}`),
      routing_confidence_sum: { "": rounded(8 * 0.94 + 2 * 0.88 + 5 * 0.91 + 0.31) },
    });
  });

  it("counts recoveries by strategy, and what they took", async () => {
    const { desk, measures } = await given;
    // Of the status page and of the model: each once after one failure, the page once and the model twice in vain.
    const recovered = {
      "exponential_backoff/ok": 2,
      "exponential_backoff/error": 3,
      "fallback_model/ok": 1,
      "fallback_model/error": 1,
    };
    // Every request to the model but the lists that health asks for and the fallbacks, and five to the status page.
    const { requests, byOperation } = desk.world.model.stats();
    const attempts = requests - (byOperation["models"]?.requests ?? 0) - 2 + 2 + 3;
    await measures({
      "agent_recovery_attempts_total by strategy, status": { ...recovered, "last_known_status/ok": 1 },
      "agent_recovery_duration_seconds_count by strategy, status": recovered,
      "retry_outcomes_total by outcome": { ok: attempts - 2 * 2 - 3 * 3, recovered: 2, exhausted: 3 },
      retry_attempts_total: { "": attempts },
    });
  });

  it("counts reviews, feedback, evaluations and tasks", async () => {
    const { driven, measures } = await given;
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
      "agent_evaluation_latest_score by evaluator": { resolution: 0.9 },
      agent_evaluation_score_sum: { "": rounded(3 * 0.9 + 0.2) },
      "agent_tasks_total by agent, task, status": {
        "desk/answer_question/ok": ANSWERED - 1,
        "desk/answer_question/error": 1,
        "desk/follow_up/ok": CLOSED_SESSIONS.length,
        "desk-billing/refund/ok": 4,
      },
      "agent_task_duration_seconds_count by task": {
        answer_question: ANSWERED,
        follow_up: CLOSED_SESSIONS.length,
      },
    });
  });

  it("counts the follow-ups, and what waits for the worker", async () => {
    const { driven, measures } = await given;
    assert.deepEqual([driven.depth, driven.workers], [2, 1], "while it was busy with the FIRST of three");
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

  it("counts alike in all that counts the same", async () => {
    const { agree } = await given;
    await agree("agent_request_duration_seconds_count by agent, status", "agent_requests_total by agent, status");
    await agree("gen_ai_invoke_agent_duration_seconds_count by gen_ai_agent_name", "agent_requests_total by agent");
    await agree(
      "agent_tool_duration_seconds_count by agent, tool, status",
      "agent_tool_calls_total by agent, tool, status",
    );
    await agree("gen_ai_execute_tool_duration_seconds_count by gen_ai_tool_name", "agent_tool_calls_total by tool");
    await agree(
      "llm_request_duration_seconds_count by agent, model, status",
      "llm_requests_total by agent, model, status",
    );
    await agree(
      "gen_ai_client_operation_duration_seconds_count by gen_ai_request_model",
      "llm_requests_total by model",
    );
    await agree(
      "gen_ai_client_token_usage_sum by gen_ai_request_model, gen_ai_token_type",
      "llm_tokens_total by model, type",
    );
    await agree("gen_ai_client_operation_time_to_first_chunk_seconds_count", "llm_time_to_first_token_seconds_count");
    await agree("workflow_duration_seconds_count by workflow, status", "workflow_executions_total by workflow, status");
    await agree(
      "gen_ai_workflow_duration_seconds_count by gen_ai_workflow_name",
      "workflow_executions_total by workflow",
    );
    await agree(
      "workflow_node_duration_seconds_count by node, status",
      "workflow_nodes_executed_total by node, status",
    );
    await agree("vector_operation_duration_seconds_count by operation", "vector_operations_total by operation");
  });

  it("ends with nothing in progress", async () => {
    const { measures } = await given;
    const nothing = { "": 0 };
    await measures({
      agent_requests_active: nothing,
      agent_oldest_run_start_time_seconds: nothing,
      workflow_executions_active: nothing,
      workflow_oldest_execution_start_time_seconds: nothing,
      llm_requests_active: nothing,
      http_server_active_requests: nothing,
      db_client_connection_pending_requests: nothing,
    });
  });

  it("knows what runs, sessions and tasks have cost", async () => {
    const { desk, measures } = await given;
    const byAgent = await desk.stored("llm_cost_usd_total", ["agent"]);
    const total = Object.values(byAgent).reduce((sum, usd) => sum + usd, 0);
    const { none = 0, "quality-judge": judge = 0 } = byAgent;
    // The specialists are asked by the desk, and the first index of the handbook by nobody.
    const cost = { desk: rounded(total - none - judge), "quality-judge": judge };
    const spent = desk.lines
      .filter(({ message }) => message === "session budget")
      .map((line) => Number(line["spent_usd"]));
    await measures({
      "agent_request_cost_usd_sum by agent": cost,
      "agent_session_cost_usd_total by agent": cost,
      "agent_task_cost_usd_count by task": {
        // What was in the cache cost nothing.
        answer_question: ANSWERED - 1,
        follow_up: CLOSED_SESSIONS.length,
      },
      "budget_used_ratio by budget": { day: rounded(total / 0.03), session: rounded(Math.max(...spent) / 0.01) },
    });
  });
}

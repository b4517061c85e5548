import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ReceivedSpan } from "../../scripts/otlp-receiver.ts";
import { ATTR } from "../../src/model/index.ts";
import { type ProgramRun, pushedValue, runProgram } from "../process/run-program.ts";

const NAMES =
  "agent completeReview llm metricSummary observeCache recordCache recordEvaluation recordFeedback recordRecovery recordRoute recordTask requestReview setQueueDepth tool watchPool watchQueue withContext";
const HEAD = `import { ${NAMES.replaceAll(" ", ", ")} } from "agent-observatory";`;
const CAPTURED = { AGENT_OBSERVATORY_CAPTURE_CONTENT: "true" };

async function run(source: string, env: Readonly<Record<string, string>> = {}): Promise<ProgramRun> {
  const result = await runProgram(`${HEAD}\n${source}`, { env });
  assert.equal(result.code, 0, result.stderr);
  return result;
}
const spanNamed = (result: ProgramRun, name: string): ReceivedSpan | undefined =>
  result.spans.find((span) => span.name === name);
const eventsOf = (result: ProgramRun, name: string): string[] =>
  spanNamed(result, name)?.events.map((event) => event.name) ?? [];
/** The sum that a histogram has in the end. */
const sumOf = (result: ProgramRun, metric: string): number | undefined =>
  result.points.findLast((point) => point.metric === metric)?.value;

describe("what a program records", () => {
  it("counts recoveries by strategy, and tells them on the span and in the log", async () => {
    const result = await run(`agent("a", () => {
      recordRecovery({ strategy: "retry", succeeded: false, durationMs: 200 });
      recordRecovery({ strategy: "retry", succeeded: true });
      recordRecovery({ strategy: "fallback_model", succeeded: true, agent: "named" });
    })();`);
    const attempts = (labels: Record<string, string>) =>
      pushedValue(result.points, "agent_recovery_attempts_total", labels);
    assert.equal(attempts({ agent: "a", strategy: "retry", status: "error" }), 1);
    assert.equal(attempts({ agent: "a", strategy: "retry", status: "ok" }), 1);
    assert.equal(attempts({ agent: "named", strategy: "fallback_model" }), 1);
    assert.equal(sumOf(result, "agent_recovery_duration_seconds"), 0.2);
    assert.equal(eventsOf(result, "invoke_agent a").length, 3);
    const line = result.logs.find(({ body }) => body === "recovery by retry failed");
    assert.equal(line?.spanId, spanNamed(result, "invoke_agent a")?.spanId);
    assert.equal(line?.attributes[ATTR.outcome], "error");
  });

  it("counts reviews until they are completed, here or by another process", async () => {
    const result = await run(`
      const review = agent("a", () => requestReview({ reason: "low_confidence" }))();
      const same = requestReview({ reason: "again", id: "r1" }); requestReview({ reason: "again", id: "r1" });
      review.complete({ decision: "approved", reviewer: "kim" }); review.complete({ decision: "rejected" });
      console.log(same.id, typeof review.id);
      completeReview({ id: "r1", decision: "rejected" }); same.complete({ decision: "approved" });
      for (let n = 0; n < 3; n += 1) completeReview({ id: "of-another-now", decision: "approved", requestedAt: Date.now() - 10 });
      completeReview({ id: "r1", decision: "approved", requestedAt: Date.now() - 10 });
      completeReview({ id: "of-another-gone", decision: "approved", requestedAt: new Date(Date.now() - 3_600_000) });
      completeReview({ id: "unknown", decision: "approved" });
      requestReview({ reason: "once more", id: "r1" }).complete({ decision: "changed" });
      requestReview({ reason: "nothing said" }).complete();`);
    assert.equal(result.stdout, "r1 string\n");
    const count = (metric: string, labels: Record<string, string> = {}) => pushedValue(result.points, metric, labels);
    assert.equal(count("human_review_requests_total", { agent: "a", reason: "low_confidence" }), 1);
    assert.equal(count("human_review_requests_total", { agent: "none", reason: "again" }), 2);
    assert.equal(count("human_reviews_pending"), -1, "the process that asked for the third one has it at 1");
    assert.equal(count("human_reviews_completed_total", { agent: "a", decision: "approved" }), 1);
    assert.equal(count("human_reviews_completed_total", { decision: "rejected" }), 1);
    assert.equal(count("human_reviews_completed_total", { decision: "changed" }), 1);
    assert.equal(count("human_reviews_completed_total", { decision: "none" }), 1);
    assert.equal(count("human_reviews_completed_total"), 7);
    assert.equal(count("human_review_duration_seconds"), 6, "not of the one of which nobody knows when it began");
    assert.ok(
      (sumOf(
        {
          ...result,
          points: result.points.filter(({ labels }) => labels["agent"] === "none" && labels["decision"] === "approved"),
        },
        "human_review_duration_seconds",
      ) ?? 0) >= 3600,
    );
    const told = result.logs.filter(({ body }) => String(body).startsWith("review"));
    assert.equal(told.length, 5 + 7);
    assert.equal(
      told.find(({ attributes }) => attributes[ATTR.reviewer] === "kim")?.attributes[ATTR.reviewDecision],
      "approved",
    );
  });

  it("counts routes with their confidence, and queues and pools as they stand", async () => {
    const result = await run(`
      let waiting = 3; const stop = watchQueue("jobs", () => waiting);
      watchPool("db", () => ({ active: 2, idle: 5 })); watchPool("broken", () => { throw new Error("x"); }); watchQueue("odd", () => "many");
      setQueueDepth("inbox", 7); setQueueDepth("inbox", -1); setQueueDepth("inbox", Number.NaN);
      agent("router", () => { recordRoute({ router: "triage", route: "billing", confidence: 0.8 }); recordRoute({ router: "triage", route: "sales", confidence: 7 }); recordRoute({ router: "triage", route: "sales" }); })();
      waiting = 9; const gone = watchQueue("gone", () => 1); gone();`);
    const value = (metric: string, labels: Record<string, string>) => pushedValue(result.points, metric, labels);
    assert.equal(value("routing_decisions_total", { router: "triage", route: "sales" }), 2);
    assert.equal(value("routing_confidence", { route: "billing" }), 1);
    assert.equal(value("agent_queue_depth", { agent: "jobs" }), 9);
    assert.equal(value("agent_queue_depth", { agent: "inbox" }), 7);
    assert.equal(value("agent_queue_depth", { agent: "gone" }), undefined);
    assert.equal(value("pool_members", { pool: "db", state: "idle" }), 5);
    assert.equal(value("pool_members", { pool: "db", state: "waiting" }), undefined);
  });

  it("keeps feedback and evaluations with the answer that they are about; texts only where content is captured", async () => {
    const source = `
      const ids = agent.run("answers", (run) => ({ traceId: run.traceId, spanId: run.spanId }));
      recordFeedback({ thumbs: "up", agent: "answers", comment: "thanks a lot", ...ids, sessionId: "s-1", userId: "u-1" });
      recordFeedback({ score: 0.25, agent: "answers", traceId: ids.traceId }); recordFeedback({ agent: "answers" }); recordFeedback({ score: Number.NaN });
      recordEvaluation({ evaluator: "correctness", score: 0.9, label: "pass", explanation: "all facts hold", agent: "answers", responseId: "resp_1", ...ids });
      recordEvaluation({ evaluator: "stars", score: 4, agent: "answers" }); recordEvaluation({ evaluator: "nothing" });
      withContext({ sessionId: "s-2" }, () => agent("inside", () => recordEvaluation({ evaluator: "tone", label: "friendly", explanation: "said hello" }))());`;
    const result = await run(source, CAPTURED);
    const answers = spanNamed(result, "invoke_agent answers");
    const value = (metric: string, labels: Record<string, string> = {}) => pushedValue(result.points, metric, labels);
    assert.equal(value("agent_feedback_total", { agent: "answers", rating: "up" }), 1);
    assert.equal(value("agent_feedback_total", { rating: "down" }), 1);
    assert.equal(value("agent_feedback_total"), 2);
    assert.equal(sumOf(result, "agent_feedback_score"), 1.25);
    assert.equal(value("agent_evaluations_total", { agent: "answers", evaluator: "correctness", result: "pass" }), 1);
    assert.equal(value("agent_evaluation_score", { agent: "answers", evaluator: "stars" }), 1);
    assert.equal(
      result.points.findLast(
        (point) => point.metric === "agent_evaluation_latest_score" && point.labels["evaluator"] === "stars",
      )?.value,
      4,
    );
    const exemplar = result.points.flatMap((point) =>
      point.metric === "agent_evaluation_score" ? point.exemplars : [],
    );
    assert.ok(
      exemplar.some(({ spanId }) => spanId === answers?.spanId),
      "an exemplar leads to the answer",
    );

    const [thumb, scored] = result.logs.filter(({ body }) => String(body).startsWith("feedback"));
    assert.deepEqual([thumb?.traceId, thumb?.spanId], [answers?.traceId, answers?.spanId]);
    assert.equal(thumb?.attributes[ATTR.feedbackComment], "thanks a lot");
    assert.equal(thumb?.attributes[ATTR.sessionId], "s-1");
    assert.equal(scored?.traceId, answers?.traceId);
    const evaluations = result.logs.filter(({ attributes }) => attributes[ATTR.evaluationName] !== undefined);
    assert.deepEqual(
      evaluations.map(({ attributes }) => attributes[ATTR.evaluationName]),
      ["correctness", "stars", "tone"],
    );
    assert.equal(evaluations[0]?.spanId, answers?.spanId);
    assert.equal(evaluations[0]?.attributes[ATTR.responseId], "resp_1");
    assert.equal(evaluations[0]?.attributes[ATTR.evaluationExplanation], "all facts hold");
    assert.equal(evaluations[2]?.attributes[ATTR.sessionId], "s-2");
    const event = spanNamed(result, "invoke_agent inside")?.events[0];
    assert.equal(event?.name, "gen_ai.evaluation.result");
    assert.equal(event?.attributes[ATTR.evaluationLabel], "friendly");

    const quiet = await run(source);
    assert.doesNotMatch(
      JSON.stringify([quiet.logs, quiet.spans], (_, value) => (typeof value === "bigint" ? Number(value) : value)),
      /thanks a lot|all facts|said hello/,
    );
    assert.equal(
      quiet.logs.find(({ attributes }) => attributes[ATTR.evaluationName] === "tone")?.attributes[ATTR.sessionId],
      "s-2",
    );
  });

  it("prices a task by the calls that its run made, unless the program knows better", async () => {
    const result = await run(`
      await agent.run("a", async () => {
        await llm.run({ provider: "openai", model: "gpt-4o" }, async (call) => call.usage({ input: 1_000_000, output: 100_000 }));
        recordTask({ task: "refund", succeeded: true, durationMs: 1500 });
      });
      agent.run("a", () => recordTask({ task: "given", succeeded: false, costUsd: 0.5 }));
      recordTask({ task: "outside", succeeded: true });`);
    const value = (metric: string, labels: Record<string, string>) => pushedValue(result.points, metric, labels);
    assert.equal(value("agent_tasks_total", { agent: "a", task: "refund", status: "ok" }), 1);
    assert.equal(value("agent_tasks_total", { agent: "a", task: "given", status: "error" }), 1);
    assert.equal(value("agent_tasks_total", { agent: "none", task: "outside" }), 1);
    const cost = (task: string) =>
      result.points.findLast((point) => point.metric === "agent_task_cost_usd" && point.labels["task"] === task)?.value;
    const spent = result.points.findLast((point) => point.metric === "llm_cost_usd_total")?.value;
    assert.ok(spent !== undefined && spent > 1);
    assert.equal(cost("refund"), spent);
    assert.equal(cost("given"), 0.5);
    assert.equal(cost("outside"), undefined);
  });

  it("counts sessions once, with their turns and what they cost", async () => {
    const result = await run(`
      const inner = agent("inner", () => llm.run({ provider: "openai", model: "gpt-4o" }, (call) => call.usage({ input: 1_000_000, output: 0 })));
      const outer = agent("outer", () => inner());
      for (const sessionId of ["s1", "s2", "s1"]) withContext({ sessionId }, () => outer());
      outer();`);
    const value = (metric: string) => pushedValue(result.points, metric, { agent: "outer" });
    assert.equal(value("agent_sessions_total"), 2);
    assert.equal(value("agent_session_turns_total"), 3);
    const spent = result.points.findLast((point) => point.metric === "llm_cost_usd_total")?.value ?? Number.NaN;
    assert.ok(Math.abs((value("agent_session_cost_usd_total") ?? 0) - (spent * 3) / 4) < 1e-9);
    assert.equal(pushedValue(result.points, "agent_sessions_total", { agent: "inner" }), undefined);
    // A run that another agent asked for is part of that one's cost.
    const turns = result.points.filter((point) => point.metric === "agent_request_cost_usd");
    assert.deepEqual(new Set(turns.map(({ labels }) => labels["agent"])), new Set(["outer"]));
    assert.ok(Math.abs((turns.at(-1)?.value ?? 0) - spent) < 1e-9);
  });

  it("counts who asks whom, an agent that is another one's tool", async () => {
    const result = await run(`
      const writer = agent("writer", async () => "text");
      const ask = tool("ask_writer", () => writer());
      await agent("triage", async () => { await ask(); await ask(); await writer(); })();
      await writer();`);
    const handoffs = result.points.filter((point) => point.metric === "agent_handoffs_total");
    assert.deepEqual(handoffs.at(-1)?.labels, { agent: "triage", to: "writer" });
    assert.equal(handoffs.at(-1)?.value, 2);
  });

  it("takes whatever it is given, and passes every label through the redaction", async () => {
    const result = await run(`
      const hostile = new Proxy({}, { get() { throw new Error("hostile"); } });
      for (const record of [recordRecovery, recordRoute, recordFeedback, recordEvaluation, recordTask, recordCache, completeReview, requestReview])
        for (const given of [undefined, null, 5, {}, hostile]) record(given);
      setQueueDepth(); watchQueue(); watchPool(); metricSummary("no_such_metric"); metricSummary();
      requestReview({ reason: "r" }).complete();
      recordRoute({ router: "r", route: "to person@example.com" }); recordCache({ cache: "c", kind: "odd", outcome: "made-up" });
      recordTask({ task: 5, succeeded: 1, costUsd: -3, durationMs: "x" });
      for (let at = 0; at < 300; at += 1) recordRoute({ router: "many", route: "route-" + at });
      console.log("through");`);
    assert.equal(result.stdout, "through\n");
    assert.equal(result.stderr, "");
    const routes = new Set(
      result.points.filter(({ metric }) => metric === "routing_decisions_total").map(({ labels }) => labels["route"]),
    );
    assert.doesNotMatch([...routes].join(), /person@/);
    assert.ok(routes.has("other") && routes.size <= 201, String(routes.size));
    assert.ok(
      (pushedValue(result.points, "agent_observatory_label_values_folded_total", {
        metric: "routing_decisions_total",
        label: "route",
      }) ?? 0) > 90,
    );
    assert.equal(pushedValue(result.points, "cache_operations_total"), undefined);
  });

  it("is nothing, and nothing throws, where the package was not preloaded", async () => {
    const result = await runProgram(
      `${HEAD}
      recordRecovery({ strategy: "s", succeeded: true }); recordRoute({ router: "r", route: "x" }); recordTask({ task: "t", succeeded: true });
      recordFeedback({ thumbs: "up" }); recordEvaluation({ evaluator: "e", score: 1 }); recordCache({ cache: "c", kind: "exact", outcome: "hit" });
      const review = requestReview({ reason: "r", id: "mine" }); review.complete({ decision: "ok" }); completeReview({ id: "x", decision: "ok" });
      setQueueDepth("q", 1); watchQueue("q", () => 1)(); watchPool("p", () => ({}))();
      const store = new Map(); console.log(review.id, observeCache(store, { name: "c" }) === store, metricSummary("agent_requests_total").count);`,
      { mode: "none" },
    );
    assert.equal(result.stdout, "mine true 0\n", result.stderr);
  });
});

describe("an observed cache", () => {
  it("tells hits, misses, sets and errors with their times, and does what the store does", async () => {
    const source = (observe: boolean): string => `
      ${observe ? "const observed = observeCache;" : "const observed = (store) => store;"}
      const map = observed(new Map([["a", 1]]), { name: "map" });
      console.log(map.get("a"), map.get("b"), map.set("b", 2).get("b"), map.size, [...map.keys()], map.has("c"), map.delete("a"), map instanceof Map, Object.prototype.toString.call(map));
      class Redis { #data = new Map(); host = "h"; async get(key) { if (key === "broken") throw new RangeError("down"); return this.#data.get(key) ?? null; } async setex(key, ttl, value) { this.#data.set(key, value); return "OK"; }
        async mget(...keys) { return Promise.all(keys.map((key) => this.get(key))); } get size() { return this.#data.size; } quit() { return this; } static make() { return new Redis(); } }
      const redis = observed(new Redis(), { name: "redis" });
      console.log(await redis.get("x"), await redis.setex("x", 5, "1"), await redis.get("x"), await redis.mget("x", "y"), redis.size, redis.host, redis.quit() === redis, redis.get === redis.get);
      console.log(await redis.get("broken").catch((error) => error.name), redis.constructor.name);
      redis.host = "other"; console.log(redis.host);
      const answers = observed({ async lookup(prompt) { return prompt === "known" ? [{ text: "yes" }] : null; }, async update() {} }, { name: "answers", kind: "semantic" });
      console.log(await answers.lookup("known"), await answers.lookup("else"), await answers.update("else", "llm", []));
      const frozen = observed(Object.freeze({ get: () => undefined }), { name: "frozen" }); console.log(frozen.get());`;
    const result = await run(source(true));
    const bare = await run(source(false));
    assert.equal(result.stdout, bare.stdout);
    const count = (cache: string, kind: string, outcome: string) =>
      pushedValue(result.points, "cache_operations_total", { cache, kind, outcome }) ?? 0;
    const of = (cache: string, kind = "exact") =>
      ["hit", "miss", "set", "error"].map((outcome) => count(cache, kind, outcome));
    assert.deepEqual(of("map"), [2, 1, 1, 0]);
    assert.deepEqual(of("redis"), [2, 2, 1, 1]);
    assert.deepEqual(of("answers", "semantic"), [1, 1, 1, 0]);
    assert.equal(pushedValue(result.points, "cache_operation_duration_seconds", { cache: "redis", outcome: "hit" }), 2);
  });
});

describe("a summary of a metric", () => {
  it("tells of what was recorded lately, of all series or of some", async () => {
    const result = await run(`
      for (let at = 1; at <= 100; at += 1) recordRecovery({ strategy: at % 2 ? "odd" : "even", succeeded: true, durationMs: at * 1000 });
      const all = metricSummary("agent_recovery_duration_seconds");
      console.log(all.count, all.min, all.max, all.mean, all.p50, all.p95, all.p99, all.suggestedThreshold);
      const odd = metricSummary("agent_recovery_duration_seconds", { strategy: "odd" }, { factor: 2 });
      console.log(odd.count, odd.max, odd.p50, odd.suggestedThreshold);
      console.log(metricSummary("agent_recovery_attempts_total", { strategy: "even" }).count, metricSummary("agent_recovery_duration_seconds", {}, { windowMs: -1 }).count);
      let depth = 4; watchQueue("jobs", () => depth); metricSummary("agent_queue_depth"); depth = 8; console.log(metricSummary("agent_queue_depth", { agent: "jobs" }).max);`);
    assert.deepEqual(result.stdout.trim().split("\n"), ["100 1 100 50.5 50 95 99 142.5", "50 99 49 190", "50 0", "8"]);
  });
});

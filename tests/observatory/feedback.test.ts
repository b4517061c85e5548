import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createBackends } from "../../src/backends/index.ts";
import { systemClock } from "../../src/base/index.ts";
import { createFeedbackDesk } from "../../src/observatory/feedback.ts";
import { ask, otlp, type RunningObservatory, runObservatory, send } from "./running-observatory.ts";

const JSON_TYPE = { "content-type": "application/json" };
const TRACE_ID = "1".padStart(32, "0");
const SPAN_ID = "1".padStart(16, "0");
const UP = { thumbs: "up", traceId: TRACE_ID, spanId: SPAN_ID, service: "program", agent: "planner", sessionId: "s1" };

describe("feedback that is given on the page", () => {
  let observatory: RunningObservatory;
  const give = (body: unknown, headers: Record<string, string> = JSON_TYPE) =>
    ask(`${observatory.urls.web}/ui/feedback`, headers, "POST", typeof body === "string" ? body : JSON.stringify(body));
  before(async () => {
    observatory = await runObservatory({ settings: { corsOrigins: ["http://app.test"] } });
  });
  after(() => observatory[Symbol.asyncDispose]());

  const linesOf = async (): Promise<readonly Readonly<Record<string, string>>[]> => {
    const { loki } = createBackends({ url: observatory.urls.web });
    const range = { startMs: Date.now() - 60_000, endMs: Date.now() + 60_000, limit: 100 };
    const answer = await loki.queryRange('{service_name="program"} | agent_observatory_feedback_score != ""', range);
    return answer.type === "lines" ? answer.entries.map(({ line, labels }) => ({ ...labels, line })) : [];
  };
  const value = async (query: string): Promise<number | undefined> => {
    const result = await observatory.data<{ result: { value: [number, string] }[] }>("/api/v1/query", { query });
    return result.result[0] === undefined ? undefined : Number(result.result[0].value[1]);
  };

  it("is kept as a program's own: a record of the trace, and the metrics of its service", async () => {
    await send(observatory.urls.otlpHttp, "traces", otlp.span(1, Date.now()));
    assert.equal((await give(UP)).status, 201);
    assert.equal(
      (await give({ ...UP, thumbs: undefined, score: 0.2, comment: "Not <b>what</b> I asked" })).status,
      201,
    );
    const lines = await linesOf();
    assert.deepEqual(lines.map(({ line }) => line).toSorted(), ["feedback: down", "feedback: up"]);
    const down = lines.find(({ line }) => line === "feedback: down");
    assert.equal(down?.["agent_observatory_feedback_comment"], "Not <b>what</b> I asked");
    assert.equal(down?.["agent_observatory_feedback_score"], "0.2");
    assert.equal(down?.["session_id"], "s1");
    assert.equal(down?.["trace_id"], TRACE_ID);
    assert.equal(down?.["gen_ai_agent_name"], "planner");
    assert.equal(await value('agent_feedback_total{job="program", agent="planner", rating="up"}'), 1);
    assert.equal(await value('agent_feedback_score_sum{job="program"} / agent_feedback_score_count'), 0.6);
    assert.equal(await value("sum(increase(agent_feedback_total[5m])) > bool 1"), 1);
  });

  it("of more agents than are told apart keeps its rating", async () => {
    const pushed: string[] = [];
    const desk = createFeedbackDesk({
      take: async (_signal, bytes) => {
        pushed.push(Buffer.from(bytes).toString());
        return { kind: "accepted", rejected: 0, message: "" };
      },
      clock: systemClock,
    });
    const about = { traceId: TRACE_ID, spanId: "", service: "s", comment: undefined, sessionId: undefined };
    for (let i = 0; i < 400; i++) await desk.give({ ...about, agent: `agent ${i}`, score: i % 2, userId: undefined });
    desk.close();
    const points = JSON.parse(pushed.at(-1) ?? "").resourceMetrics[0].scopeMetrics[0].metrics[0].sum.dataPoints as {
      attributes: { value: { stringValue: string } }[];
      asDouble: number;
    }[];
    const total = (rating: string): number =>
      points.reduce((sum, one) => sum + (one.attributes[1]?.value.stringValue === rating ? one.asDouble : 0), 0);
    assert.deepEqual([total("up"), total("down")], [200, 200]);
  });

  it("redacts what somebody types as it redacts all else", async () => {
    await give({ ...UP, comment: "write to ada@example.com" });
    const comments = (await linesOf()).map((line) => line["agent_observatory_feedback_comment"] ?? "");
    assert.ok(comments.every((comment) => !comment.includes("ada@example.com")));
    assert.ok(comments.some((comment) => comment.startsWith("write to ")));
  });

  it("is refused where it is none, with the reason", async () => {
    const wrong: readonly (readonly [unknown, number, RegExp])[] = [
      ["no json", 400, /expected JSON/],
      [[], 400, /an object/],
      [{ ...UP, thumbs: "sideways" }, 400, /thumbs/],
      [{ ...UP, thumbs: undefined, score: 2 }, 400, /score/],
      [{ ...UP, traceId: "x" }, 400, /traceId/],
      [{ thumbs: "up" }, 400, /traceId or sessionId/],
      [{ ...UP, comment: "x".repeat(4001) }, 400, /comment/],
      [{ ...UP, comment: { toString: "x" } }, 400, /comment/],
      [{ ...UP, comment: "x".repeat(70_000) }, 413, /65536 bytes/],
    ];
    for (const [body, status, pattern] of wrong) {
      const answer = await give(body);
      assert.equal(answer.status, status, String(pattern));
      assert.match(answer.body, pattern);
    }
    assert.equal((await give(UP, { "content-type": "text/plain" })).status, 415);
    assert.equal((await give(UP, {})).status, 415);
    assert.equal((await ask(`${observatory.urls.web}/ui/feedback`)).status, 405);
    assert.equal((await ask(`${observatory.urls.web}/ui/other`, JSON_TYPE, "POST", "{}")).status, 404);
  });

  it("is taken from pages of this server and of allowed origins only", async () => {
    const { host } = new URL(observatory.urls.web);
    const from = (headers: Record<string, string>) => give(UP, { ...JSON_TYPE, ...headers });
    assert.equal((await from({ origin: `http://${host}` })).status, 201);
    assert.equal((await from({ origin: "http://app.test" })).status, 201);
    assert.equal((await from({ origin: "http://other.test" })).status, 403);
    assert.equal((await from({ origin: "null" })).status, 403);
    assert.equal((await from({ "sec-fetch-site": "cross-site" })).status, 403);
    assert.equal((await from({ host: "rebound.test", origin: "http://rebound.test" })).status, 403);
  });
});

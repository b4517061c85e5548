import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  findTraceIds,
  type JaegerBackend,
  searchTraces,
  summarizeTrace,
  type Trace,
  type TraceQuery,
  type TraceSearch,
  type TraceSpan,
} from "../../src/backends/index.ts";
import { ATTR } from "../../src/model/index.ts";

const START_MS = 1_700_000_000_000;

let ids = 0;
function span(more: Partial<TraceSpan> = {}): TraceSpan {
  ids += 1;
  return {
    traceId: "",
    spanId: `s${ids}`,
    parentSpanId: undefined,
    name: "span",
    kind: "internal",
    service: "app",
    startMs: START_MS,
    durationMs: 1,
    status: "unset",
    statusMessage: "",
    attributes: {},
    resource: {},
    scope: { name: "", version: "" },
    events: [],
    links: [],
    ...more,
  };
}

const traceOf = (traceId: string, ...spans: readonly TraceSpan[]): Trace => ({
  traceId,
  spans: spans.map((one) => ({ ...one, traceId })).toSorted((a, b) => a.startMs - b.startMs),
});

const call = (model: string, costUsd: number): TraceSpan =>
  span({
    attributes: {
      [ATTR.operation]: "chat",
      [ATTR.requestModel]: model,
      [ATTR.inputTokens]: 10,
      [ATTR.outputTokens]: 5,
      [ATTR.costUsd]: costUsd,
    },
  });

/** Searches as Jaeger documents it: one span has the service and all tags and began in the time; the latest traces come first. */
function jaegerWith(traces: readonly Trace[]) {
  const asked: TraceQuery[] = [];
  const matches = (one: TraceSpan, { service, tags = {}, startMs, endMs }: TraceQuery): boolean =>
    one.service === service &&
    one.startMs >= startMs &&
    one.startMs <= endMs &&
    Object.entries(tags).every(([name, value]) =>
      name === "error"
        ? value === String(one.status === "error")
        : String(one.attributes[name] ?? one.resource[name]) === value,
    );
  const jaeger: JaegerBackend = {
    url: "",
    services: async () => [...new Set(traces.flatMap(({ spans }) => spans.map(({ service }) => service)))].toSorted(),
    operations: async () => [],
    trace: async (traceId) => traces.find((one) => one.traceId === traceId),
    dependencies: async () => [],
    findTraces: async (query) => {
      asked.push(query);
      const latest = ({ spans }: Trace): number =>
        Math.max(...spans.filter((one) => matches(one, query)).map(({ startMs }) => startMs));
      return traces
        .filter(({ spans }) => spans.some((one) => matches(one, query)))
        .toSorted((a, b) => latest(b) - latest(a))
        .slice(0, query.limit);
    },
  };
  return { jaeger, asked };
}

const SEARCH: TraceSearch = { startMs: START_MS - 1_000_000, endMs: START_MS + 1_000_000, limit: 20 };
const find = async (traces: readonly Trace[], search: Partial<TraceSearch>): Promise<string[]> =>
  (await searchTraces(jaegerWith(traces).jaeger, { ...SEARCH, ...search })).found.map(({ trace }) => trace.traceId);

describe("a search for traces", () => {
  const research = traceOf(
    "research",
    span({
      name: "root",
      durationMs: 5000,
      startMs: START_MS + 2,
      attributes: { [ATTR.sessionId]: "s-1", [ATTR.userId]: "u-1" },
    }),
    span({
      attributes: { [ATTR.agentName]: "researcher", [ATTR.toolName]: "search" },
      status: "error",
      statusMessage: "Too Many",
    }),
    call("gpt-4o", 0.02),
  );
  const chat = traceOf(
    "chat",
    span({ startMs: START_MS + 1, attributes: { [ATTR.agentName]: "writer", [ATTR.conversationId]: "s-1" } }),
    span({ service: "gateway", attributes: { [ATTR.responseModel]: "gpt-4o", "http.route": "/chat" } }),
  );
  const plain = traceOf("plain", span({ resource: { region: "eu" } }));
  const all = [research, chat, plain];

  it("finds the latest first, by each condition", async () => {
    assert.deepEqual(await find(all, {}), ["research", "chat", "plain"]);
    assert.deepEqual(await find(all, { agent: "writer" }), ["chat"]);
    assert.deepEqual(await find(all, { tool: "search" }), ["research"]);
    assert.deepEqual(await find(all, { user: "u-1" }), ["research"]);
    assert.deepEqual(await find(all, { service: "gateway" }), ["chat"]);
    assert.deepEqual(await find(all, { attributes: { region: "eu" } }), ["plain"]);
    assert.deepEqual(await find(all, { status: "error" }), ["research"]);
    assert.deepEqual(await find(all, { status: "ok" }), ["chat", "plain"]);
    assert.deepEqual(await find(all, { minDurationMs: 5000 }), ["research"]);
    assert.deepEqual(await find(all, { maxDurationMs: 4999 }), ["chat", "plain"]);
    assert.deepEqual(await find(all, { minCostUsd: 0.02 }), ["research"]);
    assert.deepEqual(await find(all, { text: "too many" }), ["research"]);
  });

  it("finds a session by either of its names, and a model as asked for or as answered", async () => {
    assert.deepEqual(await find(all, { session: "s-1" }), ["research", "chat"]);
    assert.deepEqual(await find(all, { model: "gpt-4o" }), ["research", "chat"]);
  });

  it("lets different spans, of different services, meet the conditions", async () => {
    assert.deepEqual(await find(all, { tool: "search", model: "gpt-4o", session: "s-1", status: "error" }), [
      "research",
    ]);
    assert.deepEqual(await find(all, { agent: "writer", attributes: { "http.route": "/chat" }, service: "gateway" }), [
      "chat",
    ]);
    assert.deepEqual(await find(all, { agent: "writer", tool: "search" }), []);
  });

  it("looks through page after page for what Jaeger cannot look for, and stops where it has enough", async () => {
    const many = Array.from({ length: 350 }, (_, index) =>
      traceOf(`t${index}`, span({ startMs: START_MS - index, ...(index % 100 === 99 && { statusMessage: "needle" }) })),
    );
    const { jaeger, asked } = jaegerWith(many);
    const whole = await searchTraces(jaeger, { ...SEARCH, text: "needle" });
    assert.deepEqual(
      whole.found.map(({ trace }) => trace.traceId),
      ["t99", "t199", "t299"],
    );
    assert.deepEqual([whole.lookedAt, whole.cut], [350, undefined]);
    asked.length = 0;
    const two = await searchTraces(jaeger, { ...SEARCH, text: "needle", limit: 1 });
    assert.deepEqual([two.found.length, two.cut, asked.length <= 3], [1, "limit", true]);
    const short = await searchTraces(jaeger, { ...SEARCH, text: "needle", maxLookedAt: 150 });
    assert.deepEqual([short.found.length, short.lookedAt, short.cut], [1, 150, "lookedAt"]);
  });

  it("comes to an end where more traces than a page began at the same time", async () => {
    const crowd = Array.from({ length: 250 }, (_, index) => traceOf(`t${index}`, span()));
    const { found, lookedAt } = await searchTraces(jaegerWith(crowd).jaeger, {
      ...SEARCH,
      minDurationMs: 1,
      limit: 300,
    });
    assert.ok(found.length >= 100 && lookedAt === found.length);
  });

  it("says that there are more than the limit allows", async () => {
    const cutShort = await searchTraces(jaegerWith(all).jaeger, { ...SEARCH, limit: 2 });
    assert.deepEqual([cutShort.found.length, cutShort.cut], [2, "limit"]);
    const exact = await searchTraces(jaegerWith(all).jaeger, { ...SEARCH, limit: 3 });
    assert.deepEqual([exact.found.length, exact.cut], [3, undefined]);
  });

  it("finds ids by their beginning, in any service", async () => {
    const { jaeger } = jaegerWith(all);
    assert.deepEqual(await findTraceIds(jaeger, "ch", SEARCH), ["chat"]);
    assert.deepEqual(await findTraceIds(jaeger, "x", SEARCH), []);
  });
});

describe("a trace at a glance", () => {
  it("counts calls, tokens, cost and where errors began", () => {
    const parent = span({ name: "root", status: "error", durationMs: 100 });
    const failed = { ...call("gpt-4o", 0.1), parentSpanId: parent.spanId, status: "error" as const };
    const unpriced = span({ attributes: { [ATTR.operation]: "chat", [ATTR.inputTokens]: 7 }, durationMs: 300 });
    const tool = span({ attributes: { [ATTR.operation]: "execute_tool", [ATTR.toolName]: "search" } });
    const summary = summarizeTrace(traceOf("t", parent, failed, unpriced, tool, call("gpt-4o", 0.2)));
    assert.deepEqual(
      [summary.name, summary.durationMs, summary.spans, summary.llmCalls, summary.toolCalls],
      ["root", 300, 5, 3, 1],
    );
    assert.deepEqual(
      [summary.inputTokens, summary.outputTokens, summary.costUsd, summary.unpricedCalls],
      [27, 10, 0.3, 1],
    );
    assert.deepEqual(
      [summary.errors, summary.status, summary.tools, summary.models],
      [1, "error", ["search"], ["gpt-4o"]],
    );
  });

  it("has no cost where no call has a price", () => {
    assert.equal(summarizeTrace(traceOf("t", span())).costUsd, undefined);
  });
});

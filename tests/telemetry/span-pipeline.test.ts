import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Context, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { type ReadableSpan, TracerProvider } from "@opentelemetry/sdk-trace";
import { systemClock } from "../../src/base/index.ts";
import { createPricer } from "../../src/cost/index.ts";
import { createMetrics } from "../../src/metrics/index.ts";
import { ATTR } from "../../src/model/index.ts";
import { createTailSampler } from "../../src/telemetry/sampling/tail.ts";
import { createSpanPipeline } from "../../src/telemetry/span-pipeline.ts";

function start() {
  const metrics = createMetrics({ clock: systemClock, labelValueLimit: 100, cleanLabel: (label) => label });
  const exported: ReadableSpan[] = [];
  const onFault = (error: unknown): never => {
    throw error;
  };
  const pipeline = createSpanPipeline({
    metrics,
    pricer: createPricer(),
    clock: systemClock,
    runs: { onStart: () => {}, onEnd: () => {} },
    onStart: () => {},
    captureContent: false,
    resource: resourceFromAttributes({ "service.name": "ours" }),
    scope: "agent-observatory",
    isSampled: () => true,
    tail: createTailSampler({
      rules: { errors: false, slowerThanMs: undefined, costlierThanUsd: undefined },
      onKeep: () => {},
    }),
    onExport: (span) => exported.push(span),
    onFault,
  });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ "service.name": "theirs" }),
    spanProcessors: [pipeline.joined],
  });
  const tracer = provider.getTracer("foreign");
  const open = (name: string, attributes = {}, parent?: Span): { span: Span; context: Context } => {
    const above = parent === undefined ? ROOT_CONTEXT : trace.setSpan(ROOT_CONTEXT, parent);
    const span = tracer.startSpan(name, { attributes }, above);
    return { span, context: trace.setSpan(ROOT_CONTEXT, span) };
  };
  const total = (name: string): number =>
    metrics
      .snapshot()
      .filter(({ definition }) => definition.name === name)
      .flatMap(({ series }) => series.map(({ value = 0 }) => value))
      .reduce((sum, value) => sum + value, 0);
  return { pipeline, exported, open, total };
}

const LLM = { "openinference.span.kind": "LLM", "llm.model_name": "gpt-4o", "llm.provider": "openai" };
const CALL = { operation: "chat", name: "chat gpt-4o" };
const answer = {
  [ATTR.inputTokens]: 10,
  [ATTR.outputTokens]: 5,
  [ATTR.responseModel]: "gpt-4o",
  [ATTR.httpStatus]: 200,
};

const at = (list: readonly ReadableSpan[], index: number): ReadableSpan => {
  const span = list[index];
  assert.ok(span !== undefined);
  return span;
};

describe("a span of another instrumentation around a call", () => {
  it("waits for the end of the call, lasts until then, and stays as it is for whoever made it", () => {
    const { pipeline, exported, open, total } = start();
    const { span, context } = open("ChatCompletion", LLM);
    const sink = pipeline.claimable(context)?.claim(CALL);
    assert.equal(sink?.spanContext().spanId, span.spanContext().spanId);
    span.end();
    assert.deepEqual(exported, []);
    sink?.setAttributes(answer);
    const endMs = systemClock.nowMs() + 5000;
    sink?.end(endMs);
    const call = at(exported, 0);
    assert.equal(call.name, "chat gpt-4o");
    assert.equal(call.kind, SpanKind.CLIENT);
    assert.equal(Math.round(call.endTime[0] + call.endTime[1] / 1e9), Math.round(endMs / 1000));
    assert.ok(call.duration[0] >= 4);
    assert.equal(call.attributes[ATTR.inputTokens], 10);
    assert.equal(typeof call.attributes[ATTR.costUsd], "number");
    assert.equal(call.resource.attributes["service.name"], "ours");
    assert.deepEqual((span as unknown as ReadableSpan).attributes, LLM);
    assert.equal(total("llm_requests_total"), 1);
    assert.equal(total("llm_tokens_total"), 15);
  });

  it("takes the last of several attempts, and tells how many came before", () => {
    const { pipeline, exported, open } = start();
    const { span, context } = open("ChatCompletion", LLM);
    for (const fails of [true, true, false]) {
      const sink = pipeline.claimable(context)?.claim(CALL);
      assert.ok(sink !== undefined);
      sink.setAttributes(fails ? { [ATTR.errorType]: "500", [ATTR.httpStatus]: 500 } : answer);
      if (fails) sink.setStatus({ code: SpanStatusCode.ERROR, message: "down" });
      sink.end();
    }
    span.end();
    const { attributes, status } = at(exported, 0);
    assert.deepEqual([attributes[ATTR.retryCount], attributes[ATTR.httpStatus], status.code], [2, 200, 0]);
    assert.equal(attributes[ATTR.errorType], undefined);
  });

  it("fails where the call did, unless it knows better", () => {
    const { pipeline, exported, open } = start();
    for (const own of [SpanStatusCode.UNSET, SpanStatusCode.OK, SpanStatusCode.ERROR]) {
      const { span, context } = open("ChatCompletion", LLM);
      const sink = pipeline.claimable(context)?.claim(CALL);
      sink?.setStatus({ code: SpanStatusCode.ERROR, message: "refused" }).setAttribute(ATTR.errorType, "401").end();
      span.setStatus({ code: own }).end();
    }
    assert.deepEqual(
      exported.map(({ status, attributes }) => [
        status.code,
        status.message,
        attributes[ATTR.errorCategory] !== undefined,
      ]),
      [
        [SpanStatusCode.ERROR, "refused", true],
        [SpanStatusCode.OK, undefined, false],
        [SpanStatusCode.ERROR, undefined, true],
      ],
    );
  });

  it("stands for one call: another beside it, after it or of another kind has a span of its own", () => {
    const { pipeline, open } = start();
    const { span, context } = open("ChatCompletion", LLM);
    const claim = (operation = "chat"): Span | undefined => pipeline.claimable(context)?.claim({ ...CALL, operation });
    assert.equal(claim("embeddings"), undefined);
    const first = claim();
    assert.ok(first !== undefined);
    assert.equal(claim(), undefined, "beside it");
    first.end();
    assert.equal(claim(), undefined, "after it");
    span.end();
    assert.equal(pipeline.claimable(context), undefined);
  });

  it("is found through spans of HTTP clients, also if told late what it is, but not through agents", () => {
    const { pipeline, open } = start();
    const late = open("late");
    late.span.setAttributes(LLM);
    const http = open("GET", { "http.request.method": "GET" }, late.span);
    assert.ok(pipeline.claimable(http.context)?.claim(CALL) !== undefined);
    const outer = open("ChatCompletion", LLM);
    const agent = open("agent", { "openinference.span.kind": "AGENT", "agent.name": "a" }, outer.span);
    assert.equal(pipeline.claimable(agent.context), undefined);
    assert.equal(pipeline.claimable(ROOT_CONTEXT), undefined);
  });

  it("that has another such span below it is not counted beside that", () => {
    const { exported, open, total } = start();
    const outer = open("ChatOpenAI.chat", { ...LLM, "llm.token_count.prompt": 10 });
    const inner = open("openai.chat", { ...LLM, "llm.token_count.prompt": 10 }, outer.span);
    inner.span.end();
    outer.span.end();
    assert.equal(total("llm_requests_total"), 1);
    assert.equal(total("llm_tokens_total"), 10);
    assert.equal(at(exported, 0).attributes[ATTR.operation], "chat");
    assert.equal(at(exported, 1).attributes[ATTR.operation], undefined);
    assert.equal(at(exported, 1).name, "ChatOpenAI.chat");
  });

  it("below an agent is counted for that agent", () => {
    const { exported, open } = start();
    const agent = open("agent");
    agent.span.setAttributes({ "openinference.span.kind": "AGENT", "agent.name": "scout" });
    open("ChatCompletion", LLM, agent.span).span.end();
    assert.equal(at(exported, 0).attributes[ATTR.agentName], "scout");
  });
});

describe("spans that wait", () => {
  it("are let go at the process's end, with what is known; the program's own are shown as unfinished, not ended", () => {
    const { pipeline, exported, open } = start();
    const claimed = open("claimed", LLM);
    pipeline.claimable(claimed.context)?.claim(CALL);
    claimed.span.end();
    const left = open("left");
    pipeline.endOpen(true);
    assert.deepEqual(exported.map(({ name }) => name).sort(), ["claimed", "left"]);
    const view = exported.find(({ name }) => name === "left");
    assert.equal(view?.attributes[ATTR.unfinished], true);
    assert.equal(view?.status.code, SpanStatusCode.ERROR);
    assert.ok(left.span.isRecording());
  });

  it("are not more than a thousand", () => {
    const { pipeline, exported, open } = start();
    for (let at = 0; at < 1100; at += 1) {
      const { span, context } = open(`span ${at}`, LLM);
      pipeline.claimable(context)?.claim(CALL);
      span.end();
    }
    assert.equal(exported.length, 100);
    assert.equal(at(exported, 0).name, "span 0");
  });
});

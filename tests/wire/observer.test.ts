import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SpanStatusCode } from "@opentelemetry/api";
import { type ReadableSpan, TracerProvider } from "@opentelemetry/sdk-trace";
import { ATTR } from "../../src/model/index.ts";
import { leftBy } from "../../src/wire/abort-origin.ts";
import type { Exchange, RequestHead } from "../../src/wire/exchange.ts";
import { createRequestObserver } from "../../src/wire/observer.ts";

const MINUTE_MS = 60_000;
const CHAT = '{"model":"gpt","messages":[{"role":"user","content":"Go"}]}';

function startObserver() {
  let nowMs = 1_000_000;
  const ended: ReadableSpan[] = [];
  const onEnd = (span: ReadableSpan): void => void ended.push(span);
  const nothing = async (): Promise<void> => {};
  const spanProcessor = { onStart: () => {}, onEnding: () => {}, onEnd, forceFlush: nothing, shutdown: nothing };
  const active: string[] = [];
  const { observe, leaveAll } = createRequestObserver({
    tracer: new TracerProvider({ spanProcessors: [spanProcessor] }).getTracer("test"),
    clock: { nowMs: () => nowMs },
    captures: () => false,
    costOf: () => ({}),
    onInferenceStart: (_, model) => {
      active.push(model);
      return undefined;
    },
    onInferenceEnd: (_, model) => void active.splice(active.indexOf(model), 1),
    claimable: () => undefined,
    isInstrumented: () => false,
  });
  const ask = (path: string, host = "models.example"): Exchange => {
    const head: RequestHead = { method: "POST", scheme: "https", host, port: 443, path, header: () => undefined };
    return observe(head)!;
  };
  const wait = (ms: number): void => {
    nowMs += ms;
  };
  return { ask, wait, leaveAll, ended, active };
}

const answered = (exchange: Exchange): Exchange => {
  exchange.requestChunk(Buffer.from(CHAT));
  exchange.requestEnd();
  exchange.responseHead(200, (name) => (name === "content-type" ? "text/event-stream" : undefined));
  return exchange;
};

describe("an answer that a program holds back", () => {
  it("is left after a quarter of an hour of silence, as later requests show", () => {
    const { ask, wait, ended, active } = startObserver();
    answered(ask("/v1/chat/completions"));
    const read = answered(ask("/v1/chat/completions"));
    const waiting = ask("/v1/chat/completions");
    waiting.requestChunk(Buffer.from(CHAT));
    waiting.requestEnd();
    assert.equal(active.length, 3);

    wait(10 * MINUTE_MS);
    read.responseChunk(Buffer.from(": still there\n\n"));
    wait(6 * MINUTE_MS);
    assert.equal(ended.length, 0, "nothing ends by itself");
    ask("/other");
    assert.equal(ended.length, 1);
    assert.equal(ended[0]?.attributes[ATTR.streamOutcome], "abandoned");
    assert.equal(active.length, 2, "who still waits for the first byte, and who reads slowly");

    read.responseEnd();
    assert.equal(ended[1]?.attributes[ATTR.streamOutcome], undefined);
  });

  it("ends once, whatever comes after", () => {
    const { ask, leaveAll, ended, active } = startObserver();
    const exchange = answered(ask("/v1/chat/completions"));
    leaveAll();
    exchange.responseChunk(Buffer.from("data: {}\n\n"));
    exchange.fail(new Error("late"));
    exchange.responseEnd();
    leaveAll();
    assert.equal(ended.length, 1);
    assert.equal(active.length, 0);
  });
});

describe("a call that was never sent", () => {
  const refused = (): Error => Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
  const cases: readonly (readonly [path: string, host: string, operation: string | undefined, model?: string])[] = [
    ["/v1/chat/completions", "localhost", "chat"],
    ["/anthropic/v1/messages", "proxy.internal", "chat"],
    ["/v1beta/models/gemini-x:generateContent", "proxy.internal", "generate_content", "gemini-x"],
    ["/v1/embeddings", "api.openai.com", "embeddings"],
    // Anybody's API may have such a path.
    ["/api/embeddings", "shop.example", undefined],
    ["/api/chat", "shop.example", undefined],
  ];
  for (const [path, host, operation, model] of cases) {
    it(`is ${operation === undefined ? "a plain request" : `a failed ${operation}`}: ${host}${path}`, () => {
      const { ask, ended } = startObserver();
      ask(path, host).fail(refused());
      assert.equal(ended.length, 1);
      const { attributes, status } = ended[0]!;
      assert.equal(attributes[ATTR.operation], operation);
      assert.equal(attributes[ATTR.requestModel], model);
      assert.equal(attributes[ATTR.errorType], "ECONNREFUSED");
      assert.equal(status.code, SpanStatusCode.ERROR);
    });
  }
});

describe("what a program leaves with", () => {
  const end = (reason: unknown) => {
    const { ask, ended } = startObserver();
    answered(ask("/v1/chat/completions")).fail(leftBy(reason));
    const { attributes, status } = ended[0]!;
    return { failed: status.code === SpanStatusCode.ERROR, type: attributes[ATTR.errorType] };
  };

  it("is no failure of the server, whatever reason it gives", () => {
    for (const reason of [
      undefined,
      null,
      "Response object has been garbage collected",
      7,
      new RangeError("mine"),
      {},
    ]) {
      assert.deepEqual(end(reason), { failed: false, type: undefined });
    }
    assert.deepEqual(end(new DOMException("gone", "AbortError")), { failed: false, type: undefined });
    assert.deepEqual(end(Object.assign(new Error("x"), { name: "CanceledError", code: "ERR_CANCELED" })), {
      failed: false,
      type: undefined,
    });
  });

  it("is a failure where the transport has a code for it, or time has run out", () => {
    assert.deepEqual(end(Object.assign(new Error("x"), { code: "ECONNRESET" })), { failed: true, type: "ECONNRESET" });
    assert.deepEqual(end(new DOMException("late", "TimeoutError")), { failed: true, type: "timeout" });
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ATTR } from "../../src/model/index.ts";
import { type AttemptBook, createAttemptBook } from "../../src/telemetry/attempts.ts";

const call = (model: string, more: Readonly<Record<string, string | number>> = {}) => ({
  [ATTR.operation]: "chat",
  [ATTR.provider]: "openai",
  [ATTR.requestModel]: model,
  [ATTR.serverAddress]: "api.openai.com",
  [ATTR.requestBytes]: 100,
  ...more,
});

/** Ends calls one after the other, each begun when the one before it has ended. */
function inTurn(book: AttemptBook, step: object | undefined = {}) {
  let nowMs = 0;
  return (attributes: ReturnType<typeof call>, failed = false) => {
    nowMs += 10;
    return book.relate({ step, attributes, failed, startMs: nowMs - 10, endMs: nowMs });
  };
}

describe("calls of one step", () => {
  it("are retries where the same request is sent again after a failure", () => {
    const end = inTurn(createAttemptBook());
    assert.deepEqual(end(call("a"), true), undefined);
    assert.deepEqual(end(call("a"), true), { [ATTR.retryCount]: 1 });
    assert.deepEqual(end(call("a")), { [ATTR.retryCount]: 2 });
    assert.deepEqual(end(call("a")), undefined);
  });

  it("are fallbacks where another model, provider or server is asked instead", () => {
    for (const [instead, from] of [
      [call("b"), "a"],
      [call("a", { [ATTR.provider]: "azure.ai.openai" }), "openai"],
      [call("a", { [ATTR.serverAddress]: "other.example" }), "api.openai.com"],
      [call("g", { [ATTR.operation]: "generate_content", [ATTR.provider]: "gcp.gemini" }), "a"],
    ] as const) {
      const end = inTurn(createAttemptBook());
      end(call("a"), true);
      assert.deepEqual(end(instead), { [ATTR.fallbackFrom]: from });
    }
  });

  it("may fall back from one to the next", () => {
    const end = inTurn(createAttemptBook());
    end(call("a"), true);
    end(call("a"), true);
    assert.deepEqual(end(call("b"), true), { [ATTR.fallbackFrom]: "a" });
    assert.deepEqual(end(call("c")), { [ATTR.fallbackFrom]: "b" });
    assert.deepEqual(end(call("d")), undefined);
  });

  it("are neither where another request goes to the same model, or nothing has failed", () => {
    const end = inTurn(createAttemptBook());
    end(call("a"));
    assert.deepEqual(end(call("b"), true), undefined);
    assert.deepEqual(end(call("b", { [ATTR.requestBytes]: 5000 })), undefined);
    end(call("a"), true);
    assert.deepEqual(end(call("e", { [ATTR.operation]: "embeddings" })), undefined);
  });

  it("are believed where they count their retries themselves", () => {
    const end = inTurn(createAttemptBook());
    end(call("a"), true);
    assert.deepEqual(end(call("a", { [ATTR.retryCount]: 4 })), { [ATTR.retryCount]: 4 });
    const other = inTurn(createAttemptBook());
    other(call("a"), true);
    assert.deepEqual(other(call("b", { [ATTR.fallbackFrom]: "z" })), undefined);
  });

  it("have nothing to do with a failure that they did not wait for", () => {
    const book = createAttemptBook();
    const step = {};
    book.relate({ step, attributes: call("a"), failed: true, startMs: 0, endMs: 50 });
    assert.deepEqual(book.relate({ step, attributes: call("b"), failed: false, startMs: 10, endMs: 60 }), undefined);
    const next = book.relate({ step, attributes: call("c"), failed: false, startMs: 60, endMs: 70 });
    assert.deepEqual(next, { [ATTR.fallbackFrom]: "a" });
  });

  it("of other steps, and of none, are other calls", () => {
    const book = createAttemptBook();
    inTurn(book)(call("a"), true);
    assert.deepEqual(inTurn(book)(call("b")), undefined);
    const alone = inTurn(book, undefined);
    alone(call("a"), true);
    assert.deepEqual(
      book.relate({ step: undefined, attributes: call("b"), failed: false, startMs: 90, endMs: 99 }),
      undefined,
    );
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { systemClock } from "../../src/base/index.ts";
import { createIngestPipeline } from "../../src/observatory/ingest-pipeline.ts";

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

describe("what arrives", () => {
  it("keeps addresses of servers and loses secrets", () => {
    const { take } = createIngestPipeline(systemClock, (error) => assert.fail(String(error)));
    const span = {
      traceId: "1".padStart(32, "0"),
      spanId: "1".padStart(16, "0"),
      name: "call",
      startTimeUnixNano: `${BigInt(Math.floor(systemClock.nowMs())) * 1_000_000n}`,
      endTimeUnixNano: `${BigInt(Math.floor(systemClock.nowMs())) * 1_000_000n}`,
      attributes: [text("server.address", "8.8.4.4"), text("note", "token sk-ant-api03-0123456789abcdefghijklmnop")],
    };
    const body = { resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] };
    const taken = take("traces", Buffer.from(JSON.stringify(body)), "json");
    assert.ok(taken.kind === "good");
    const { attributes } = taken.batch.spans?.[0] ?? assert.fail("no span");
    assert.equal(attributes["server.address"], "8.8.4.4");
    assert.doesNotMatch(String(attributes["note"]), /0123456789/);
  });
});

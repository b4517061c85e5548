import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createTraceHold } from "../../src/enrich/trace-hold.ts";
import type { Span } from "../../src/signals/index.ts";
import { spanOf } from "./span-of.ts";

function createHold() {
  const released: string[] = [];
  const hold = createTraceHold({
    nameOf: ({ attributes }) => ({
      agent: attributes["gen_ai.agent.name"] as string | undefined,
      workflow: attributes["gen_ai.workflow.name"] as string | undefined,
    }),
    onRelease: (span: Span, { agent, workflow }) => released.push(`${span.spanId} ${agent}/${workflow}`),
  });
  return { hold, released };
}

describe("spans that wait for their agent", () => {
  it("go with the name of the nearest agent above, when the root has come", () => {
    const { hold, released } = createHold();
    hold.add(spanOf({ spanId: "call", parentSpanId: "tool" }), 0);
    hold.add(spanOf({ spanId: "tool", parentSpanId: "inner" }), 0);
    hold.release(5000);
    assert.deepEqual(released, []);
    hold.add(spanOf({ spanId: "inner", parentSpanId: "outer", attributes: { "gen_ai.agent.name": "writer" } }), 5000);
    hold.add(
      spanOf({ spanId: "outer", attributes: { "gen_ai.agent.name": "boss", "gen_ai.workflow.name": "report" } }),
      5000,
    );
    hold.release(5000);
    assert.deepEqual(released, [
      "call writer/report",
      "tool writer/report",
      "inner writer/report",
      "outer boss/report",
    ]);
    hold.release(99_000);
    assert.equal(released.length, 4);
  });

  it("go after ten seconds with what is known, and nobody waits for a span that is its own ancestor", () => {
    const { hold, released } = createHold();
    hold.add(spanOf({ spanId: "a", parentSpanId: "b", attributes: { "gen_ai.agent.name": "x" } }), 0);
    hold.add(spanOf({ spanId: "b", parentSpanId: "a" }), 9000);
    hold.release(9999);
    assert.deepEqual(released, []);
    hold.release(10_000);
    assert.deepEqual(released, ["a x/undefined", "b undefined/undefined"]);
  });

  it("are bounded in number: the oldest go first", () => {
    const { hold, released } = createHold();
    for (let i = 0; i < 20_005; i++) {
      hold.add(spanOf({ traceId: `trace${i}`, spanId: `s${i}`, parentSpanId: "gone" }), i);
    }
    assert.deepEqual(released.slice(0, 2), ["s0 undefined/undefined", "s1 undefined/undefined"]);
    assert.equal(released.length, 5);
  });

  it("count once when they are delivered twice", () => {
    const { hold, released } = createHold();
    for (let i = 0; i < 2; i++) hold.add(spanOf({ spanId: "a" }), 0);
    hold.release(0);
    assert.equal(released.length, 1);
  });
});

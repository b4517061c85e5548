import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { frame, frameResults, socketsOf, unframe, unframeResults } from "../../src/telemetry/delivery/exit-protocol.ts";
import type { Payload } from "../../src/telemetry/delivery/post.ts";

const payload = (body: Uint8Array, headers: Record<string, string> = {}): Payload => ({
  signal: "logs",
  url: "http://127.0.0.1:4318/v1/logs",
  protocol: "http/protobuf",
  headers,
  body,
});

describe("payloads framed for the exit sender", () => {
  const cases: Readonly<Record<string, readonly Payload[]>> = {
    none: [],
    "one that is empty": [payload(Buffer.alloc(0))],
    "bytes of every kind, new lines first": [
      payload(Buffer.from("\n\n{}\n")),
      payload(Buffer.from(Array.from({ length: 256 }, (_, at) => at))),
    ],
    "headers of any text": [payload(Buffer.from("x"), { authorization: 'Basic "ü\n"' })],
    "one that is large": [payload(Buffer.alloc(3 * 1024 * 1024, 0x0a)), payload(Buffer.from("end"))],
  };
  for (const [name, payloads] of Object.entries(cases)) {
    it(`come out as they went in: ${name}`, () => {
      const remainders = payloads.map((one) => ({ payload: one, count: 1 }));
      const { orders, tasks } = unframe(frame(remainders, { timeoutMs: 700, patient: true }));
      assert.deepEqual(orders, { timeoutMs: 700, patient: true });
      assert.deepEqual(
        tasks.map(({ payload: one }) => ({ ...one, body: Buffer.from(one.body) })),
        payloads.map((one) => ({ ...one, body: Buffer.from(one.body) })),
      );
    });
  }

  it("name the descriptors at which the child finds the sockets that it inherits", () => {
    const remainders = [7, undefined, 12].map((awaitedOn) => ({
      payload: payload(Buffer.from("x")),
      count: 1,
      ...(awaitedOn !== undefined && { awaitedOn }),
    }));
    assert.deepEqual(socketsOf(remainders), [7, 12]);
    const { tasks } = unframe(frame(remainders, { timeoutMs: 1, patient: false }));
    assert.deepEqual(
      tasks.map(({ answer }) => answer),
      [3, undefined, 4],
    );
  });
});

describe("the results of the exit sender", () => {
  it("come out as they went in, and none come of a child that was killed", () => {
    const results = [{ kind: "delivered" }, { kind: "retry", reason: "ECONNREFUSED" }] as const;
    assert.deepEqual(unframeResults(frameResults(results)), results);
    for (const text of ["", '[{"kind":']) assert.deepEqual(unframeResults(text), []);
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { frame, unframe } from "../../src/telemetry/delivery/exit-protocol.ts";
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
      const out = unframe(frame(payloads));
      assert.deepEqual(
        out.map((one) => ({ ...one, body: Buffer.from(one.body) })),
        payloads.map((one) => ({ ...one, body: Buffer.from(one.body) })),
      );
    });
  }
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createSseParser, type ServerSentEvent } from "../../../src/genai/framing/sse.ts";

function parse(bytes: Uint8Array, size = bytes.length): ServerSentEvent[] {
  const events: ServerSentEvent[] = [];
  const parser = createSseParser((event) => events.push(event));
  for (let at = 0; at < bytes.length; at += size) parser.feed(bytes.subarray(at, at + size));
  return events;
}
const parseText = (text: string): ServerSentEvent[] => parse(Buffer.from(text));

describe("the parser of server-sent events", () => {
  const cases: readonly (readonly [name: string, text: string, expected: readonly ServerSentEvent[]])[] = [
    ["one line of data", "data: a\n\n", [{ event: "", data: "a" }]],
    ["a named event", "event: delta\ndata: a\n\n", [{ event: "delta", data: "a" }]],
    [
      "a name only for its own event",
      "event: x\ndata: a\n\ndata: b\n\n",
      [
        { event: "x", data: "a" },
        { event: "", data: "b" },
      ],
    ],
    ["several lines of data", "data: a\ndata: b\ndata:\n\n", [{ event: "", data: "a\nb\n" }]],
    ["one leading space as no part of the value", "data:a\ndata:  b\n\n", [{ event: "", data: "a\n b" }]],
    ["comments, ids and retries as nothing", ": hello\nid: 1\nretry: 3\n\n", []],
    ["carriage returns", "event: x\r\ndata: a\r\n\r\n", [{ event: "x", data: "a" }]],
    [
      "carriage returns alone",
      "event: x\rdata: a\rdata: b\r\rdata: c\n\r",
      [
        { event: "x", data: "a\nb" },
        { event: "", data: "c" },
      ],
    ],
    ["a mark of byte order as nothing", "\ufeffdata: a\n\n", [{ event: "", data: "a" }]],
    ["a field without a colon as an empty value", "data\n\n", [{ event: "", data: "" }]],
    ["an event that is not ended as none", "data: a\n", []],
    ["colons in the data as data", 'data: {"a":"b:c"}\n\n', [{ event: "", data: '{"a":"b:c"}' }]],
  ];
  for (const [name, text, expected] of cases) {
    it(`takes ${name}`, () => {
      assert.deepEqual(parseText(text), expected);
    });
  }

  it("does not care where the bytes are cut, not even inside a letter", () => {
    const bytes = Buffer.from(
      'event: x\r\ndata: {"text":"Grüße 🦊 日本"}\r\n\r\n: ping\n\ndata: [DONE]\n\ndata: a\r\r',
    );
    const whole = parse(bytes);
    assert.equal(whole.length, 3);
    for (let size = 1; size <= bytes.length; size += 1) assert.deepEqual(parse(bytes, size), whole, `size ${size}`);
  });

  it("passes over a line that has no end, and reads on behind it", () => {
    const long = Buffer.from(`data: ${"x".repeat(20 * 1024 * 1024)}\n\ndata: after\n\n`);
    assert.deepEqual(parse(long, 65_536).at(-1), { event: "", data: "after" });
    assert.ok(parse(long, 65_536).every(({ data }) => data.length < 17 * 1024 * 1024));
  });

  it("passes over an event that has no end, keeping nothing of it", () => {
    const events: ServerSentEvent[] = [];
    const parser = createSseParser((event) => events.push(event));
    const line = Buffer.from(`data: ${"x".repeat(1024 * 1024)}\n`);
    for (let at = 0; at < 24; at += 1) parser.feed(line);
    parser.feed(Buffer.from("\ndata: after\n\n"));
    assert.deepEqual(events, [{ event: "", data: "after" }]);
  });

  it("takes any bytes without throwing", () => {
    let seed = 3;
    const random = (): number => {
      seed = (seed * 1103515245 + 12345) & 0x7fffffff;
      return seed >> 8;
    };
    for (let round = 0; round < 500; round += 1) {
      parse(Buffer.from(Array.from({ length: 60 }, () => random() % 256)), 1 + (random() % 7));
    }
  });
});

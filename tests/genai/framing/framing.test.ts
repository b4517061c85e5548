import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { crc32 as crcOf } from "node:zlib";
import { framerOf, sniffFramer } from "../../../src/genai/index.ts";
import { awsEvent, awsException, awsMessage } from "./aws-messages.ts";

type Event = readonly [name: string, data: unknown];

function read(contentType: string, bytes: Uint8Array, size = Math.max(bytes.length, 1)): Event[] {
  const events: Event[] = [];
  const create = framerOf(contentType);
  assert.ok(create !== undefined, contentType);
  const framer = create((name, data) => events.push([name, data]));
  for (let at = 0; at < bytes.length; at += size) framer.feed(bytes.subarray(at, at + size));
  framer.end();
  return events;
}

const EVENT_STREAM = "application/vnd.amazon.eventstream";
const hello = awsEvent("contentBlockDelta", { delta: { text: "Grüße 🦊" } });
const stop = awsEvent("messageStop", { stopReason: "end_turn" });

describe("the framing of an answer", () => {
  it("is told by its content type", () => {
    for (const type of [
      "text/event-stream; charset=utf-8",
      "Text/Event-Stream",
      "application/x-ndjson",
      "application/jsonl",
    ]) {
      assert.ok(framerOf(type) !== undefined, type);
    }
    assert.ok(framerOf("application/stream+json") !== undefined);
    assert.ok(framerOf(EVENT_STREAM) !== undefined);
    for (const type of ["", "application/json", "text/plain", "application/octet-stream", "text/event-streams"]) {
      assert.equal(framerOf(type), undefined, type);
    }
  });

  it("is told by how it begins, where its content type is wrong", () => {
    for (const text of ["data: x\n\n", "event: a\n", ": ping\n\n", "\ufeffdata:{}\n\n", "\r\nid: 1\n", "retry: 3\n"]) {
      assert.ok(sniffFramer(Buffer.from(text)) !== undefined, JSON.stringify(text));
    }
    for (const text of ["", '{"data": 1}', "<html>", "database: x", '[{"a":1}]']) {
      assert.equal(sniffFramer(Buffer.from(text)), undefined, text);
    }
  });

  it("of server-sent events leaves out the mark of their end, and says what is no JSON", () => {
    assert.deepEqual(
      read("text/event-stream", Buffer.from('event: a\ndata: {"x":1}\n\ndata: {broken\n\ndata: [DONE]\n\n')),
      [
        ["a", { x: 1 }],
        ["", undefined],
      ],
    );
  });

  it("of lines takes the last without a line end, and no empty ones", () => {
    const bytes = Buffer.from('{"a":"ü"}\r\n\n  \n{"b":2}\n{"c":3}');
    const expected = [
      ["", { a: "ü" }],
      ["", { b: 2 }],
      ["", { c: 3 }],
    ];
    for (let size = 1; size <= bytes.length; size += 1)
      assert.deepEqual(read("application/x-ndjson", bytes, size), expected);
  });

  it("of lines passes over one that is too long", () => {
    const bytes = Buffer.from(`{"a":"${"x".repeat(17 * 1024 * 1024)}"}\n{"b":2}\n`);
    assert.deepEqual(read("application/x-ndjson", bytes, 65_536), [["", { b: 2 }]]);
  });
});

describe("an AWS event stream", () => {
  it("is read wherever its bytes are cut", () => {
    const bytes = Buffer.concat([hello, stop]);
    for (let size = 1; size <= bytes.length; size += 1) {
      assert.deepEqual(read(EVENT_STREAM, bytes, size), [
        ["contentBlockDelta", { delta: { text: "Grüße 🦊" } }],
        ["messageStop", { stopReason: "end_turn" }],
      ]);
    }
  });

  it("tells exceptions and errors by their names", () => {
    const error = awsMessage(
      { ":message-type": "error", ":error-code": "500", ":error-message": "no" },
      Buffer.alloc(0),
    );
    assert.deepEqual(
      read(EVENT_STREAM, Buffer.concat([awsException("throttlingException", { message: "slow" }), error])),
      [
        ["throttlingException", { message: "slow" }],
        ["error", { code: "500", message: "no" }],
      ],
    );
  });

  it("passes over header types that nothing here needs", () => {
    const typed = Buffer.concat(
      [
        [0],
        [1],
        [2, 7],
        [3, 0, 7],
        [4, 0, 0, 0, 7],
        [5, ...Array<number>(8).fill(1)],
        [6, 0, 2, 9, 9],
        [8, ...Array<number>(8).fill(1)],
        [9, ...Array<number>(16).fill(1)],
      ].map((value) => Buffer.from([1, 0x78, ...value])),
    );
    const message = awsMessage({ ":event-type": "chunk" }, Buffer.concat([typed, Buffer.from("{}")]));
    // The typed headers stand behind the text one: the headers' length takes them in.
    message.writeUInt32BE(message.readUInt32BE(4) + typed.length, 4);
    assert.deepEqual(read(EVENT_STREAM, resealed(message)), [["chunk", {}]]);
  });

  it("leaves out a message whose content is damaged, and reads the next", () => {
    const broken = Buffer.from(hello);
    broken[broken.length - 8]! ^= 1;
    assert.deepEqual(
      read(EVENT_STREAM, Buffer.concat([broken, stop])).map(([name]) => name),
      ["messageStop"],
    );
  });

  it("is not read beyond a damaged length", () => {
    const broken = Buffer.from(hello);
    broken[1]! ^= 1;
    assert.deepEqual(read(EVENT_STREAM, Buffer.concat([stop, broken, stop]), 7).length, 1);
  });

  it("passes over a message that is too large to keep", () => {
    const large = awsMessage({ ":event-type": "chunk" }, Buffer.alloc(18 * 1024 * 1024, 0x20));
    assert.deepEqual(
      read(EVENT_STREAM, Buffer.concat([large, stop]), 65_536).map(([name]) => name),
      ["messageStop"],
    );
  });

  it("of any bytes throws nothing", () => {
    let seed = 7;
    const random = (): number => {
      seed = (seed * 1103515245 + 12345) & 0x7fffffff;
      return seed >> 8;
    };
    for (let round = 0; round < 300; round += 1) {
      const bytes = Buffer.from(Buffer.concat([hello, stop]));
      for (let flips = random() % 5; flips >= 0; flips -= 1) bytes[random() % bytes.length] = random() % 256;
      read(EVENT_STREAM, round % 2 === 0 ? bytes : resealed(bytes), 1 + (random() % 50));
    }
  });
});

/** The message with checksums that fit what it now says. */
function resealed(message: Buffer): Buffer {
  const headersBytes = message.readUInt32BE(4);
  const messageBytes = Math.min(message.readUInt32BE(0), message.length);
  if (messageBytes < 16 || headersBytes > messageBytes) return message;
  const headersAt = 12;
  const all = message.subarray(headersAt, messageBytes - 4);
  const copy = Buffer.from(message);
  copy.writeUInt32BE(crcOf(copy.subarray(0, 8)), 8);
  assert.equal(all.length, messageBytes - 16);
  copy.writeUInt32BE(crcOf(copy.subarray(0, messageBytes - 4)), messageBytes - 4);
  return copy;
}

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { decodeLogs, decodeMetrics, decodeTraces, type OtlpEncoding, OtlpError } from "../../src/ingest/index.ts";
import { createRandom, itemBytes, json } from "./wire.ts";

const DECODERS = { decodeTraces, decodeLogs, decodeMetrics };
const MEGABYTES = 1024 * 1024;
const TEN_MB = 10 * MEGABYTES;

/** Random bytes, the same in every run. */
function randomBytes(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let block = Buffer.from("seed");
  for (let at = 0; at < length; at += block.length) {
    block = createHash("sha512").update(block).digest();
    block.copy(bytes, at);
  }
  return bytes;
}

function lengthOf(length: number): number[] {
  const bytes: number[] = [];
  let rest = length;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest & 127) | 128);
  return [...bytes, rest];
}

const within = (field: number, bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from([(field << 3) | 2, ...lengthOf(bytes.length)]), bytes]);
const inItem = (bytes: Buffer): Buffer => within(1, within(2, within(2, bytes)));

/** Calls every decoder; each answers or throws its own error, within a time that only an endless loop misses. */
function survive(bytes: Uint8Array, encoding: OtlpEncoding): OtlpError[] {
  return Object.entries(DECODERS).flatMap(([name, decode]) => {
    const before = process.hrtime.bigint();
    try {
      decode(bytes, encoding);
      return [];
    } catch (error) {
      assert.ok(error instanceof OtlpError, `${name}: ${error}`);
      return [error];
    } finally {
      assert.ok(process.hrtime.bigint() - before < 20_000_000_000n, `${name} takes too long`);
    }
  });
}

describe("hostile protobuf", () => {
  it("of random bytes is an error", () => {
    assert.equal(survive(randomBytes(TEN_MB), "protobuf").length, 3);
    assert.equal(survive(Buffer.alloc(TEN_MB), "protobuf").length, 3);
  });

  it("of a million empty items is an error before they fill the memory", () => {
    const items = within(1, within(2, Buffer.alloc(4 * MEGABYTES, Buffer.from([0x12, 0]))));
    assert.equal(survive(items, "protobuf").filter(({ message }) => /at most 500000 items/.test(message)).length, 3);
    const inOne = (tag: number): Buffer => inItem(Buffer.alloc(4 * MEGABYTES, Buffer.from([tag, 0])));
    assert.throws(() => decodeTraces(inOne(0x5a)), /at most 500000 items/, "events");
    assert.throws(() => decodeTraces(inOne(0x6a)), /at most 500000 items/, "links");
    const points = inItem(within(5, Buffer.alloc(4 * MEGABYTES, Buffer.from([0x0a, 0]))));
    assert.throws(() => decodeMetrics(points), /at most 500000 items/, "points");
  });

  it("of lengths beyond the end, of groups, and of numbers without end is an error", () => {
    for (const bytes of [
      [0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f],
      [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
      [0x0a, 0x05, 0x12],
      [0x0c],
      [0x0f],
      [0x00, 0x00],
      Array<number>(30).fill(0xff),
    ]) {
      assert.equal(survive(Buffer.from(bytes), "protobuf").length, 3, bytes.join());
    }
    assert.equal(survive(Buffer.alloc(TEN_MB, 0x0b), "protobuf").length, 3, "groups in groups");
  });

  it("of values nested without end is an error, and nested as far as is allowed is none", () => {
    const nested = (depth: number): Buffer => {
      let value = within(1, Buffer.from("x"));
      for (let level = 0; level < depth; level += 1) value = within(5, within(1, value));
      return inItem(within(5, value));
    };
    assert.equal(JSON.stringify(decodeLogs(nested(64))[0]?.body), `${"[".repeat(64)}"x"${"]".repeat(64)}`);
    assert.throws(() => decodeLogs(nested(65)), OtlpError);
    assert.throws(() => decodeLogs(nested(20_000)), OtlpError);
  });

  it("takes text that is not UTF-8, with a sign for what cannot be read", () => {
    const bytes = itemBytes((record) => record.message(5, (body) => body.bytes(1, Buffer.from([0x61, 0xe2, 0x82]))));
    assert.equal(decodeLogs(bytes)[0]?.body, "a\ufffd");
  });

  it("passes over groups and fields of another type than its own", () => {
    const known = itemBytes((record) => {
      record.message(5, (body) => body.string(1, "known"));
      record.varint(3, 7);
      record.fixed64(5, 1n);
    });
    assert.deepEqual([decodeLogs(known)[0]?.body, decodeLogs(known)[0]?.severityText], ["known", ""]);
    const group = inItem(Buffer.from([0xa3, 0x06, 0x08, 0x01, 0xa3, 0x06, 0xa4, 0x06, 0xa4, 0x06, 0x10, 0x05]));
    assert.equal(decodeLogs(group)[0]?.severityNumber, 5);
  });

  it("takes what describes an item also behind it", () => {
    const name = within(1, within(1, Buffer.from("late")));
    const spans = within(2, inScope());
    function inScope(): Buffer {
      return within(2, Buffer.concat([within(1, Buffer.alloc(16, 1)), within(2, Buffer.alloc(8, 1))]));
    }
    const scoped = within(2, Buffer.concat([inScope(), name]));
    assert.equal(decodeTraces(within(1, scoped))[0]?.scope.name, "late");
    assert.equal(decodeTraces(within(1, spans))[0]?.scope.name, "");
  });
});

describe("hostile JSON", () => {
  it("nested without end is an error and overflows no stack", () => {
    for (const text of [
      "[".repeat(TEN_MB),
      '{"a":'.repeat(100_000),
      `{"x":${"[".repeat(100_000)}${"]".repeat(100_000)}}`,
    ]) {
      assert.equal(survive(Buffer.from(text), "json").length, 3);
    }
    let body: unknown = { stringValue: "x" };
    for (let level = 0; level < 65; level += 1) body = { arrayValue: { values: [body] } };
    const request = { resourceLogs: [{ scopeLogs: [{ logRecords: [{ body }] }] }] };
    assert.throws(() => decodeLogs(json(request), "json"), OtlpError);
  });

  it("of random bytes, of open texts and of one number is an error", () => {
    const texts = [randomBytes(TEN_MB), Buffer.from(`{"a":"${"\\".repeat(TEN_MB)}`), Buffer.alloc(TEN_MB, "1")];
    for (const bytes of texts) assert.equal(survive(bytes, "json").length, 3);
  });

  it("of a million empty items is an error", () => {
    const items = `{"resourceLogs":[{"scopeLogs":[{"logRecords":[${"{},".repeat(600_000)}{}]}]}]}`;
    assert.throws(() => decodeLogs(Buffer.from(items), "json"), /at most 500000 items/);
  });
});

describe("any change to a good request", () => {
  const text = (value: string): Buffer => within(1, Buffer.from(value));
  const attributes = within(9, Buffer.concat([text("key"), within(2, within(5, within(1, text("v"))))]));
  const good = Buffer.concat([
    within(1, Buffer.alloc(16, 7)),
    within(2, Buffer.alloc(8, 7)),
    attributes,
    within(5, within(1, Buffer.concat([within(7, attributes), Buffer.from([0x19, 1, 2, 3, 4, 5, 6, 7, 8])]))),
    within(7, within(6, Buffer.alloc(16, 1))),
    within(9, within(1, within(8, within(2, Buffer.from([1, 2, 3]))))),
    within(10, within(1, within(8, within(2, Buffer.from([1, 2, 3]))))),
  ]);

  it("is read or refused with the one error there is, in both encodings", () => {
    const random = createRandom(11);
    const request = json({
      resourceMetrics: [
        {
          resource: {
            attributes: [{ key: "a", value: { kvlistValue: { values: [{ key: "b", value: { intValue: "1" } }] } } }],
          },
          scopeMetrics: [
            {
              metrics: [
                { name: "n", histogram: { dataPoints: [{ count: "3", explicitBounds: [1], bucketCounts: ["1", 2] }] } },
              ],
            },
          ],
        },
      ],
    });
    const sources: readonly [Buffer, OtlpEncoding][] = [
      [inItem(good), "protobuf"],
      [request, "json"],
    ];
    for (const [source, encoding] of sources) {
      for (let round = 0; round < 4000; round += 1) {
        const damaged = Buffer.from(source);
        for (let change = 0; change <= random(3); change += 1) damaged[random(damaged.length)] = random(256);
        survive(damaged.subarray(0, random(4) === 0 ? random(damaged.length) : damaged.length), encoding);
      }
    }
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  createMatcher,
  type LogLine,
  type LogSelection,
  labelsKey,
  type Matcher,
  matchesAll,
  type NewLogLine,
} from "../../src/signals/index.ts";
import type { StoreReader } from "../../src/store/index.ts";
import { createRandom } from "./random.ts";
import { DAY_MS, labelsOf, MIDNIGHT_MS, NOON_MS, NS_PER_MS, setOf, temporaryStore } from "./temporary-store.ts";

const ALL: LogSelection = { matchers: [], startNs: 0n, endNs: 2n ** 62n, direction: "forward" };

const textOf = ({ stream, timeNs, line, metadata }: LogLine): string =>
  `${timeNs} ${labelsKey(stream)} ${line} ${labelsKey(metadata)}`;

function scan(reader: StoreReader, selection: Partial<LogSelection> = {}, most = Number.POSITIVE_INFINITY): string[] {
  const found: string[] = [];
  reader.scan({ ...ALL, ...selection }, (line) => found.push(textOf(line)) < most);
  return found;
}

const stream = setOf({ service_name: "shop" });
const NOON_NS = BigInt(NOON_MS) * NS_PER_MS;
const lineOf = (line: string, timeNs: bigint, more: Partial<NewLogLine> = {}): NewLogLine => ({
  stream,
  timeNs,
  line,
  metadata: labelsOf({}),
  ...more,
});

describe("log lines", () => {
  it("are found in order of time and arrival, as they would be in a plain list", (test) => {
    for (const seed of [1, 2, 3]) {
      const random = createRandom(seed);
      const { writer: open, reader: read, clock } = temporaryStore(test, MIDNIGHT_MS + DAY_MS + 3_600_000);
      const writer = open();
      const reader = read();
      const model: NewLogLine[] = [];
      const seen = new Set<string>();
      // More streams than are read one by one.
      const sets = Array.from({ length: 50 }, (_, index) =>
        setOf({ service_name: `s${index % 5}`, host: `h${index % 7}`, n: String(index) }),
      );
      for (let round = 0; round < 40; round += 1) {
        const logs = Array.from({ length: random.below(120) }, () => {
          // Few different times, so that many lines share one, and both sides of midnight.
          const ms = MIDNIGHT_MS + DAY_MS - 20_000 + random.below(40) * 1000;
          return lineOf(`line ${random.below(6)}`, BigInt(ms) * NS_PER_MS + BigInt(random.below(2)), {
            stream: random.pick(sets),
            metadata: labelsOf(random.below(3) === 0 ? {} : { trace_id: `0${random.below(4)}`, level: "info" }),
          });
        });
        writer.write({ logs });
        if (random.below(6) === 0) writer.rollback();
        else {
          writer.commit();
          for (const one of logs) {
            const text = textOf({ ...one, stream: one.stream.labels });
            if (!seen.has(text)) model.push(one);
            seen.add(text);
          }
        }
        if (random.below(8) === 0) writer.maintain();
        for (let query = 0; query < 5; query += 1) {
          const matchers = Array.from({ length: random.below(3) }, (): Matcher => {
            const operator = random.pick(["=", "!=", "=~", "!~"] as const);
            const value = random.pick(operator.includes("~") ? ["s[12]", "h.+", "4.*"] : ["s1", "h2", "7", ""]);
            return createMatcher(random.pick(["service_name", "host", "n"]), operator, value);
          });
          const from = BigInt(MIDNIGHT_MS + DAY_MS - 25_000 + random.below(50_000)) * NS_PER_MS;
          const startNs = random.below(2) === 0 ? 0n : from;
          const endNs = random.below(2) === 0 ? ALL.endNs : from + BigInt(random.below(30_000_000_000));
          const direction = random.pick(["forward", "backward"] as const);
          const traceId = random.below(3) === 0 ? { traceId: `0${random.below(5)}` } : {};
          const matching = model
            .filter(
              ({ stream: set, timeNs }) => timeNs >= startNs && timeNs < endNs && matchesAll(matchers, set.labels),
            )
            .filter(({ metadata }) => traceId.traceId === undefined || metadata["trace_id"] === traceId.traceId);
          const expected = matching
            .toSorted((a, b) => Number(a.timeNs - b.timeNs))
            .map((one) => textOf({ ...one, stream: one.stream.labels }));
          if (direction === "backward") expected.reverse();
          const most = random.below(3) === 0 ? 1 + random.below(10) : Number.POSITIVE_INFINITY;
          assert.deepEqual(
            scan(reader, { matchers, startNs, endNs, direction, ...traceId }, most),
            expected.slice(0, most),
          );
          if (traceId.traceId !== undefined) continue;
          const keys = new Set(matching.map(({ stream: set }) => set.key));
          assert.deepEqual(new Set(reader.streams(matchers, startNs, endNs).map(labelsKey)), keys);
          const { streams, entries, bytes } = reader.stats(matchers, startNs, endNs);
          assert.deepEqual([streams, entries, bytes], [keys.size, matching.length, matching.length * "line 0".length]);
        }
      }
      assert.equal(writer.usage().lines, model.length);
      assert.equal(clock.nowMs(), MIDNIGHT_MS + DAY_MS + 3_600_000);
    }
  });

  it("are stored once, whatever has happened between the two times they came", (test) => {
    const { writer: open, reader: read } = temporaryStore(test);
    let writer = open();
    const logs = [lineOf("a", NOON_NS), lineOf("a", NOON_NS), lineOf("a", NOON_NS, { metadata: labelsOf({ x: "1" }) })];
    for (let round = 0; round < 3; round += 1) {
      writer.write({ logs });
      writer.commit();
      writer.close();
      writer = open();
    }
    assert.equal(scan(read()).length, 2);
  });

  it("keep what they say: empty, long, other scripts, NUL, line breaks", (test) => {
    const { writer: open, reader: read } = temporaryStore(test);
    const writer = open();
    const texts = ["", "x".repeat(300_000), "日本語 😀", "a\0b", "a\nb\r\n", '{"json": "\\"quoted\\""}'];
    writer.write({
      logs: texts.map((text, index) =>
        lineOf(text, NOON_NS + BigInt(index), { metadata: labelsOf({ text: `m${text}` }) }),
      ),
    });
    writer.commit();
    const found: LogLine[] = [];
    read().scan(ALL, (line) => found.push(line) > 0);
    assert.deepEqual(
      found.map(({ line }) => line),
      texts,
    );
    assert.deepEqual(
      found.map(({ metadata }) => metadata["text"]),
      texts.map((text) => `m${text}`),
    );
    assert.equal(
      read().stats([], 0n, 2n ** 62n).bytes,
      texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0),
    );
  });

  it("of a source without a clock keep their order, beyond what one nanosecond holds", (test) => {
    const { writer: open, reader: read } = temporaryStore(test);
    const writer = open();
    const count = 70_000;
    for (let from = 0; from < count; from += 10_000) {
      writer.write({ logs: Array.from({ length: 10_000 }, (_, index) => lineOf(`line ${from + index}`, NOON_NS)) });
      writer.commit();
    }
    const order: number[] = [];
    let latest = 0n;
    read().scan(ALL, ({ line, timeNs }) => {
      latest = timeNs;
      return order.push(Number(line.slice(5))) > 0;
    });
    assert.deepEqual([order.length, order.every((one, index) => one === index)], [count, true]);
    assert.equal(latest, NOON_NS + 1n, "the surplus is a nanosecond late");
  });

  it("stay in order where a day has several parts", (test) => {
    const { writer: open, reader: read } = temporaryStore(test);
    const writer = open({ retention: { maxAgeMs: DAY_MS, maxBytes: 20e6 } });
    for (let round = 0; round < 30; round += 1) {
      const logs = Array.from({ length: 100 }, (_, index) =>
        lineOf(`${round} ${"x".repeat(2000)}`, NOON_NS + BigInt(index) * 1_000_000n),
      );
      writer.write({ logs });
      writer.commit();
    }
    const forward: string[] = [];
    const reader = read();
    reader.scan(ALL, ({ timeNs, line }) => forward.push(`${timeNs} ${line.split(" ")[0]}`) > 0);
    assert.equal(forward.length, 3000);
    const expected = Array.from(
      { length: 3000 },
      (_, index) => `${NOON_NS + BigInt(Math.floor(index / 30)) * 1_000_000n} ${index % 30}`,
    );
    assert.deepEqual(forward, expected);
    const backward: string[] = [];
    reader.scan(
      { ...ALL, direction: "backward" },
      ({ timeNs, line }) => backward.push(`${timeNs} ${line.split(" ")[0]}`) > 0,
    );
    assert.deepEqual(backward, expected.toReversed());
  });

  it("may be asked about while they are being visited", (test) => {
    const { writer: open, reader: read } = temporaryStore(test);
    const writer = open();
    writer.write({ logs: Array.from({ length: 200 }, (_, index) => lineOf(`${index}`, NOON_NS + BigInt(index))) });
    writer.commit();
    const reader = read();
    let visits = 0;
    reader.scan(ALL, () => {
      visits += 1;
      return scan(reader, {}, 3).length === 3;
    });
    assert.equal(visits, 200);
    assert.throws(() => reader.scan(ALL, () => assert.fail("the visitor's own error")), /the visitor's own error/);
    assert.equal(scan(reader).length, 200);
  });
});

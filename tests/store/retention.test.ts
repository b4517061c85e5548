import assert from "node:assert/strict";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { numberedBatch, readNumbers } from "./numbered-batch.ts";
import { DAY_MS, labelsOf, MIDNIGHT_MS, NOON_MS, NS_PER_MS, setOf, temporaryStore } from "./temporary-store.ts";

const namesIn = (directory: string): string[] =>
  readdirSync(join(directory, "data"))
    .filter((name) => name.endsWith(".sqlite"))
    .sort();
const bytesIn = (directory: string): number =>
  readdirSync(directory, { recursive: true, encoding: "utf8" }).reduce(
    (sum, name) => sum + statSync(join(directory, name)).size,
    0,
  );

const stream = setOf({ service_name: "shop" });
/** A thousand lines of a kilobyte. */
const megabyteAt = (timeMs: number) => ({
  logs: Array.from({ length: 1000 }, (_, index) => ({
    stream,
    timeNs: BigInt(timeMs) * NS_PER_MS + BigInt(index),
    line: `${timeMs} ${index} `.padEnd(1000, "x"),
    metadata: labelsOf({}),
  })),
});

describe("retention", () => {
  it("by age removes whole days, and takes nothing that would be removed", (test) => {
    const { directory, clock, writer: open, reader: read } = temporaryStore(test, MIDNIGHT_MS + 3_600_000);
    const writer = open({ retention: { maxAgeMs: 3 * DAY_MS, maxBytes: 1e9 } });
    for (let day = 0; day < 8; day += 1) {
      writer.write(megabyteAt(clock.nowMs()));
      writer.commit();
      writer.maintain();
      clock.set(clock.nowMs() + DAY_MS);
    }
    writer.maintain();
    assert.deepEqual(namesIn(directory), ["2026-11-26.sqlite", "2026-11-27.sqlite", "2026-11-28.sqlite"]);
    assert.equal(readdirSync(join(directory, "data")).filter((name) => name.startsWith("2026-11-25")).length, 0);
    const usage = read().usage();
    assert.deepEqual(
      [usage.days, usage.oldestMs, usage.lines],
      [["2026-11-26", "2026-11-27", "2026-11-28"], MIDNIGHT_MS + 5 * DAY_MS, 3000],
    );
    assert.deepEqual(
      writer.write(megabyteAt(MIDNIGHT_MS)).map(({ count, reason }) => [count, reason]),
      [[1000, "older than what the store keeps"]],
    );
  });

  it("by bytes removes the oldest, a part of today where it must be, and never goes far beyond", (test) => {
    const { directory, clock, writer: open, reader: read } = temporaryStore(test, MIDNIGHT_MS + DAY_MS - 60_000);
    const maxBytes = 24e6;
    const writer = open({ retention: { maxAgeMs: 30 * DAY_MS, maxBytes } });
    let most = 0;
    for (let count = 0; count < 60; count += 1) {
      writer.write(megabyteAt(clock.nowMs()));
      writer.commit();
      // The log of each open part may come on top; nothing else does.
      most = Math.max(most, bytesIn(directory));
      if (count % 10 === 0) writer.maintain();
      clock.set(clock.nowMs() + 5000);
    }
    writer.maintain();
    assert.ok(most < maxBytes * 1.1, `${most} of ${maxBytes} bytes`);
    assert.ok(bytesIn(directory) <= maxBytes);
    assert.ok(bytesIn(directory) > maxBytes * 0.65, `it uses what it may: ${bytesIn(directory)}`);
    const times = new Set<number>();
    read().scan(
      { matchers: [], startNs: 0n, endNs: 2n ** 62n, direction: "forward" },
      ({ timeNs }) => times.add(Number(timeNs / NS_PER_MS)).size > 0,
    );
    const newest = Array.from({ length: times.size }, (_, index) => clock.nowMs() - (times.size - index) * 5000);
    assert.deepEqual([...times], newest, "what is kept is the newest, without gaps");
    assert.ok(
      namesIn(directory).every((name) => name.startsWith("2026-11-22")),
      "the day before is gone",
    );
    const rejected = writer.write(megabyteAt(MIDNIGHT_MS + DAY_MS - 60_000));
    assert.equal(rejected[0]?.reason, "older than what the store keeps");
    writer.close();
    const again = open({ retention: { maxAgeMs: 30 * DAY_MS, maxBytes } });
    assert.equal(
      again.write(megabyteAt(MIDNIGHT_MS + DAY_MS - 60_000))[0]?.count,
      1000,
      "a restart does not forget it",
    );
  });

  it("shrinks a store to a limit that was lowered", (test) => {
    const { directory, clock, writer: open } = temporaryStore(test);
    const writer = open({ retention: { maxAgeMs: 30 * DAY_MS, maxBytes: 64e6 } });
    for (let count = 0; count < 20; count += 1) {
      writer.write(megabyteAt(clock.nowMs() + count));
      writer.commit();
    }
    writer.close();
    assert.ok(bytesIn(directory) > 20e6);
    const smaller = open({ retention: { maxAgeMs: 30 * DAY_MS, maxBytes: 10e6 } });
    while (smaller.maintain());
    assert.ok(bytesIn(directory) <= 10e6);
  });

  it("does not disturb who is reading what it removes", (test) => {
    const { directory, clock, writer: open, reader: read } = temporaryStore(test);
    const writer = open({ retention: { maxAgeMs: DAY_MS, maxBytes: 1e9 } });
    for (let number = 0; number < 60; number += 1) writer.write(numberedBatch(number));
    writer.commit();
    const reader = read();
    let visited = 0;
    reader.scan({ matchers: [], startNs: 0n, endNs: 2n ** 62n, direction: "forward" }, () => {
      visited += 1;
      if (visited === 2) {
        clock.set(NOON_MS + 3 * DAY_MS);
        writer.maintain();
        assert.deepEqual(namesIn(directory), []);
      }
      return true;
    });
    // Early lines come first; the other day is opened after it was removed.
    assert.equal(visited, 12);
    assert.equal(readNumbers(reader, 60).size, 0);
    assert.deepEqual(reader.usage().days, []);
    assert.deepEqual(readdirSync(join(directory, "data")), []);
  });
});

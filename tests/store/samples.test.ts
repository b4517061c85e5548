import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import {
  createLabelSet,
  createLabels,
  createMatcher,
  isStale,
  type Labels,
  labelsKey,
  type Matcher,
  matchesAll,
  type SelectedSeries,
} from "../../src/signals/index.ts";
import type { StoreReader } from "../../src/store/index.ts";
import { createRandom } from "./random.ts";
import { DAY_MS, labelsOf, MIDNIGHT_MS, NOON_MS, setOf, temporaryStore } from "./temporary-store.ts";

const is = (name: string, value: string): Matcher => createMatcher(name, "=", value);
const ALWAYS = [0, Number.MAX_SAFE_INTEGER] as const;

/** Samples as text: the bits of a NaN are told, order of series does not matter. */
function textOf(series: readonly SelectedSeries[]): string[] {
  return series
    .map(({ labels, timesMs, values }) => {
      const points = Array.from(timesMs, (time, index) => {
        const value = values[index] as number;
        return `${time}=${isStale(values, index) ? "stale" : Object.is(value, -0) ? "-0" : value}`;
      });
      return `${labelsKey(labels)} ${points.join(" ")}`;
    })
    .sort();
}

const valuesAt = (reader: StoreReader, ...matchers: Matcher[]): string[] => textOf(reader.select(matchers, ...ALWAYS));

describe("samples", () => {
  it("are found as they would be in a plain list, whenever they came and whenever they were compacted", (test) => {
    for (const seed of [1, 2, 3, 4]) {
      const random = createRandom(seed);
      const { writer: open, reader: read, clock } = temporaryStore(test, MIDNIGHT_MS + DAY_MS + 3_600_000);
      let writer = open();
      const reader = read();
      // By series and time, the first that came.
      const model = new Map<string, { labels: Labels; points: Map<number, string> }>();
      const sets = Array.from({ length: 40 }, (_, index) =>
        setOf({
          __name__: `m${index % 4}`,
          host: `h${index % 5}`,
          ...(index % 3 === 0 ? { zone: `z${index % 2}` } : {}),
          n: String(index),
        }),
      );
      const operators = ["=", "!=", "=~", "!~"] as const;
      const expected = (matchers: readonly Matcher[], startMs: number, endMs: number): string[] => {
        const lines: string[] = [];
        for (const [key, { labels, points }] of model) {
          if (!matchesAll(matchers, labels)) continue;
          const inside = [...points].filter(([time]) => time >= startMs && time <= endMs).sort(([a], [b]) => a - b);
          if (inside.length > 0) lines.push(`${key} ${inside.map(([time, value]) => `${time}=${value}`).join(" ")}`);
        }
        return lines.sort();
      };
      for (let round = 0; round < 60; round += 1) {
        const samples = Array.from({ length: random.below(300) }, () => {
          const near = MIDNIGHT_MS + DAY_MS - 1_800_000 + round * 60_000;
          const timeMs =
            (random.below(10) === 0 ? MIDNIGHT_MS + random.below(DAY_MS) : near) + random.below(20) * 15_000;
          const value = random.pick([random.below(1000), random.next(), -0, Number.NaN, Infinity]);
          const stale = random.below(15) === 0;
          return { series: random.pick(sets), timeMs, value, ...(stale ? ({ stale: true } as const) : {}) };
        });
        writer.write({ samples });
        const isKept = random.below(6) > 0;
        if (isKept) writer.commit();
        else writer.rollback();
        for (const { series, timeMs, value, stale } of isKept ? samples : []) {
          const one = model.get(series.key) ?? { labels: series.labels, points: new Map<number, string>() };
          model.set(series.key, one);
          const text = stale === true ? "stale" : Object.is(value, -0) ? "-0" : String(value);
          if (!one.points.has(timeMs)) one.points.set(timeMs, text);
        }
        if (random.below(5) === 0) {
          // The day before is complete from here on, and its head is compacted at once.
          clock.set(clock.nowMs() + 1000);
          while (writer.maintain());
        }
        if (random.below(15) === 0) {
          writer.close();
          writer = open();
        }
        for (let query = 0; query < 4; query += 1) {
          const matchers = Array.from({ length: random.below(4) }, () => {
            const operator = random.pick(operators);
            const name = random.pick(["__name__", "host", "zone", "n", "absent"]);
            return createMatcher(
              name,
              operator,
              random.pick(operator.includes("~") ? ["m[01]", "h.*", "z0|", ".+", "1.?"] : ["m1", "h2", "z0", ""]),
            );
          });
          const from = MIDNIGHT_MS + random.below(2 * DAY_MS);
          const [startMs, endMs] = random.below(3) === 0 ? ALWAYS : [from, from + random.below(DAY_MS)];
          assert.deepEqual(textOf(reader.select(matchers, startMs, endMs)), expected(matchers, startMs, endMs));
        }
      }
      assert.deepEqual(valuesAt(reader), expected([], ...ALWAYS));
      writer.close();
      reader.close();
    }
  });

  it("are the same before and after a compaction that is made in steps", (test) => {
    const { writer: open, reader: read, clock } = temporaryStore(test);
    // Each look at the clock takes 20 ms: a call of maintenance does three steps.
    const writer = open({
      clock: {
        nowMs: () => {
          clock.set(clock.nowMs() + 20);
          return clock.nowMs();
        },
      },
    });
    const sets = Array.from({ length: 1500 }, (_, index) => setOf({ __name__: "m", n: String(index) }));
    for (let step = 0; step < 70; step += 1) {
      const samples = sets.map((series) => ({ series, timeMs: MIDNIGHT_MS + step * 15_000, value: step }));
      writer.write({ samples });
      writer.commit();
    }
    const reader = read();
    const before = valuesAt(reader);
    assert.equal(before.length, 1500);
    let steps = 1;
    while (writer.maintain()) {
      steps += 1;
      assert.equal(reader.select([is("n", String(steps))], ...ALWAYS)[0]?.timesMs.length, 70);
    }
    assert.ok(steps > 1, "1,500 series take more than one call");
    assert.deepEqual(valuesAt(reader), before);
    assert.deepEqual(valuesAt(read()), before, "a reader that never saw the head");
    assert.equal(writer.usage().samples, 105_000);
  });

  it("of one series in two parts of a day are one series, the first of each time", (test) => {
    const { writer: open, reader: read } = temporaryStore(test);
    // The smallest part is a megabyte.
    const writer = open({ retention: { maxAgeMs: DAY_MS, maxBytes: 20e6 } });
    const [series, other] = [setOf({ __name__: "m" }), setOf({ __name__: "filler" })];
    for (let round = 0; round < 40; round += 1) {
      const filler = Array.from({ length: 8000 }, (_, index) => ({
        series: other,
        timeMs: MIDNIGHT_MS + round * 8000 + index,
        value: Math.sin(index * round),
      }));
      writer.write({ samples: [{ series, timeMs: NOON_MS - (round % 7) * 1000, value: round }, ...filler] });
      writer.commit();
      writer.maintain();
    }
    const reader = read();
    const times = [6, 5, 4, 3, 2, 1, 0].map((age) => `${NOON_MS - age * 1000}=${age}`);
    assert.deepEqual(valuesAt(reader, is("__name__", "m")), [`${series.key} ${times.join(" ")}`]);
    assert.ok(reader.usage().series > 2, "there is more than one part");
    assert.deepEqual(reader.usage().days, ["2026-11-21"]);
  });

  it("are refused with a reason where no time or no room is for them", (test) => {
    const { writer: open, reader: read, clock } = temporaryStore(test);
    const writer = open({ retention: { maxAgeMs: 2 * DAY_MS, maxBytes: 1e9 }, maxSeriesPerDay: 2 });
    const at = (timeMs: number, n: number) => ({ series: setOf({ __name__: "m", n: String(n) }), timeMs, value: n });
    const now = clock.nowMs();
    assert.deepEqual(writer.write({ samples: [at(now, 1), at(now - 2 * DAY_MS, 1), at(now + 3_600_000, 2)] }), []);
    const rejected = writer.write({
      samples: [
        at(now - 2 * DAY_MS - 1, 1),
        at(now + 3_600_001, 1),
        at(Number.NaN, 1),
        at(0.5, 1),
        at(now, 3),
        at(now, 4),
      ],
      exemplars: [{ series: setOf({ a: "b" }), labels: labelsOf({}), value: 1, timeMs: -5 }],
    });
    assert.deepEqual(
      rejected.map(({ kind, count, reason }) => [kind, count, reason]),
      [
        ["samples", 1, "older than what the store keeps"],
        ["samples", 1, "more than an hour in the future"],
        ["samples", 2, "its time is not a whole number of milliseconds"],
        ["samples", 2, "the day has as many series as the store takes"],
        ["exemplars", 1, "older than what the store keeps"],
      ],
    );
    writer.commit();
    assert.equal(valuesAt(read()).length, 2);
  });
});

describe("a selection", () => {
  it("that is too large is an error and not a heap of memory", (test) => {
    const { writer: open, reader: read } = temporaryStore(test);
    const writer = open();
    const samples = Array.from({ length: 200 }, (_, index) => ({
      series: setOf({ __name__: "m", n: String(index % 20) }),
      timeMs: NOON_MS - index,
      value: index,
    }));
    writer.write({ samples });
    writer.commit();
    const tooLarge = { code: "AO_STORE_LIMIT" };
    assert.throws(() => read({ maxSelectedSamples: 199 }).select([], ...ALWAYS), tooLarge);
    assert.throws(() => read({ maxSelectedSeries: 19 }).select([], ...ALWAYS), tooLarge);
    assert.equal(read({ maxSelectedSamples: 200, maxSelectedSeries: 20 }).select([], ...ALWAYS).length, 20);
  });

  it("sees at the next call what was committed, and nothing of what was not", (test) => {
    const { writer: open, reader: read } = temporaryStore(test);
    const reader = read();
    assert.deepEqual(reader.select([], ...ALWAYS), [], "there is no store yet");
    assert.deepEqual([reader.metadata(), reader.usage().bytes], [[], 0]);
    const writer = open();
    const series = setOf({ __name__: "m" });
    for (let count = 1; count < 5; count += 1) {
      writer.write({ samples: [{ series, timeMs: NOON_MS + count, value: count }] });
      assert.equal(reader.select([is("__name__", "m")], ...ALWAYS)[0]?.timesMs.length ?? 0, count - 1);
      writer.commit();
      assert.equal(reader.select([is("__name__", "m")], ...ALWAYS)[0]?.timesMs.length, count);
    }
  });
});

describe("the catalog of series", () => {
  it("lists names, values and series of the days in question", (test) => {
    const { writer: open, reader: read } = temporaryStore(test);
    const writer = open();
    const sample = (labels: Record<string, string>, timeMs: number) => ({ series: setOf(labels), timeMs, value: 1 });
    writer.write({
      samples: [
        sample({ __name__: "b", host: "2", constructor: "x" }, NOON_MS),
        sample({ __name__: "a", host: "1", __proto__x: "y" }, NOON_MS),
        sample({ __name__: "a", host: "0" }, NOON_MS - DAY_MS),
        sample({ __name__: "old", only: "then" }, NOON_MS - 3 * DAY_MS),
      ],
    });
    writer.commit();
    const reader = read();
    const recent = [NOON_MS - DAY_MS, NOON_MS] as const;
    assert.deepEqual(reader.labelNames([], ...recent), ["__name__", "__proto__x", "constructor", "host"]);
    assert.deepEqual(reader.labelNames([[is("host", "0")], [is("only", "then")]], ...ALWAYS), [
      "__name__",
      "host",
      "only",
    ]);
    assert.deepEqual(reader.labelValues("host", [], ...recent), ["0", "1", "2"]);
    assert.deepEqual(reader.labelValues("host", [[is("__name__", "a")]], ...recent), ["0", "1"]);
    assert.deepEqual(reader.labelValues("absent", [], ...recent), []);
    const keys = reader.series([[is("__name__", "a")], [is("host", "1")]], ...ALWAYS).map(labelsKey);
    assert.deepEqual(
      keys.sort(),
      [setOf({ __name__: "a", host: "0" }).key, setOf({ __name__: "a", host: "1", __proto__x: "y" }).key].sort(),
    );
  });

  it("keeps label names and values that look like something else", (test) => {
    const { writer: open, reader: read } = temporaryStore(test);
    const writer = open();
    const odd: readonly (readonly (readonly [name: string, value: string])[])[] = [
      [["__proto__", "a"]],
      [["constructor", "b"]],
      [
        ["a\0b", "c"],
        ["d", "e\0f"],
      ],
      [["ü", '😀\n"\\']],
      [["a", "x'; DROP TABLE series; --"]],
    ];
    const sets = odd.map((entries) => createLabelSet(createLabels(entries)));
    writer.write({ samples: sets.map((series) => ({ series, timeMs: NOON_MS, value: 1 })) });
    writer.commit();
    const reader = read();
    for (const { labels, key } of sets) {
      for (const [name, value] of Object.entries(labels))
        assert.deepEqual(reader.series([[is(name, value)]], ...ALWAYS).map(labelsKey), [key]);
    }
  });

  it("finds series in files that are there by the hash that was always written", (test) => {
    const { directory, writer } = temporaryStore(test);
    const store = writer();
    const labels = createLabels([
      ["job", "ü"],
      ["__name__", "up"],
    ]);
    store.write({ samples: [{ series: createLabelSet(labels), timeMs: NOON_MS, value: 1 }] });
    store.commit();
    store.close();
    const file = new DatabaseSync(join(directory, "data", "2026-11-21.sqlite"), { readOnly: true });
    assert.deepEqual({ ...file.prepare("SELECT hash FROM series").get() }, { hash: 6_969_624_756_170_526 });
    file.close();
  });

  it("has exemplars once each, and what is known of metrics", (test) => {
    const { writer: open, reader: read } = temporaryStore(test);
    const writer = open();
    const series = setOf({ __name__: "m" });
    const exemplar = (value: number, timeMs: number, id: string) => ({
      series,
      value,
      timeMs,
      labels: labelsOf({ trace_id: id }),
    });
    const exemplars = [
      exemplar(2, NOON_MS, "b"),
      exemplar(1, NOON_MS - DAY_MS, "a"),
      exemplar(Number.NaN, NOON_MS + 1, "c"),
    ];
    writer.write({ exemplars });
    writer.write({ exemplars, metadata: [{ metric: "m", type: "counter", help: "old", unit: "" }] });
    writer.write({
      metadata: [
        { metric: "m", type: "counter", help: "A counter.", unit: "s" },
        { metric: "a", type: "gauge", help: "", unit: "" },
      ],
    });
    writer.commit();
    const reader = read();
    const found = reader.exemplars([[is("__name__", "m")]], NOON_MS - DAY_MS, NOON_MS + 1);
    assert.deepEqual(
      found.map((one) => one.exemplars.map(({ value, timeMs, labels }) => [value, timeMs, labels["trace_id"]])),
      [
        [
          [1, NOON_MS - DAY_MS, "a"],
          [2, NOON_MS, "b"],
          [Number.NaN, NOON_MS + 1, "c"],
        ],
      ],
    );
    assert.equal(reader.exemplars([[is("__name__", "m")]], NOON_MS, NOON_MS)[0]?.exemplars.length, 1);
    assert.deepEqual(reader.exemplars([[is("__name__", "other")]], ...ALWAYS), []);
    assert.deepEqual(reader.metadata(), [
      { metric: "a", type: "gauge", help: "", unit: "" },
      { metric: "m", type: "counter", help: "A counter.", unit: "s" },
    ]);
  });
});

describe("the state", () => {
  it("is kept across restarts from its commit on", (test) => {
    const { writer: open } = temporaryStore(test);
    const writer = open();
    writer.state.set("alerts", "a");
    writer.commit();
    writer.state.set("alerts", "b");
    assert.equal(writer.state.get("alerts"), "b");
    writer.rollback();
    assert.equal(writer.state.get("alerts"), "a");
    writer.close();
    const again = open();
    assert.deepEqual([again.state.get("alerts"), again.state.get("other")], ["a", undefined]);
  });
});

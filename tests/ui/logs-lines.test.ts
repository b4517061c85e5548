import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { LogEntry } from "../../src/backends/index.ts";
import { createLinePipeline } from "../../src/logql/index.ts";
import { ansiPieces, stripAnsi } from "../../ui/src/views/logs/ansi.ts";
import { facetsOf } from "../../ui/src/views/logs/facets.ts";
import { barsOf, histogramOf, selectedRange } from "../../ui/src/views/logs/histogram.ts";
import { asJson, fieldsOf, inlineFields, prettyJson, withKeys } from "../../ui/src/views/logs/line-fields.ts";
import { patternOf, patternsOf } from "../../ui/src/views/logs/line-patterns.ts";
import { layOut, rowsBetween } from "../../ui/src/views/logs/row-window.ts";
import { createTailBuffer } from "../../ui/src/views/logs/tail-buffer.ts";

const entry = (line: string, labels: Record<string, string> = {}, timeMs = 1_000): LogEntry => ({
  timeNs: BigInt(timeMs) * 1_000_000n,
  timeMs,
  line,
  labels,
});
const MINUTE = 60_000;

describe("colors of a terminal in a line", () => {
  it("become pieces of text", () => {
    assert.deepEqual(ansiPieces("\u001b[32m✓\u001b[0m ok \u001b[1;91mno\u001b[22;39m."), [
      { text: "✓", color: 2 },
      { text: " ok " },
      { text: "no", color: 1, bold: true },
      { text: "." },
    ]);
    assert.deepEqual(ansiPieces("\u001b[38;5;196mred\u001b[38;2;1;2;3mnone"), [
      { text: "red", color: 1 },
      { text: "none", color: 1 },
    ]);
  });

  it("are left out with whatever else a terminal would do", () => {
    assert.equal(
      stripAnsi("a\u001b[2J\u001b[1;1Hb\u001b]0;title\u0007c\u001b]8;;http://x\u001b\\d\u009b31me\u001bM"),
      "abcde",
    );
    assert.deepEqual(ansiPieces("a\u0000b\u0008c\td"), [{ text: "a·b·c\td" }]);
  });

  it("cost little in a line that is all of them", () => {
    const line = "\u001b[".repeat(200_000);
    const before = performance.now();
    ansiPieces(line);
    ansiPieces("\u001b]".repeat(200_000));
    assert.ok(performance.now() - before < 1_000);
  });
});

describe("shapes of lines", () => {
  it("leave out numbers, ids, quotations and addresses", () => {
    assert.equal(patternOf("took 12.5ms for user 42"), "took <_> for user <_>");
    assert.equal(patternOf('order "a b" of 0b7a75d2-1b44-4f9f-8f9c-111111111111'), "order <_> of <_>");
    assert.equal(patternOf("at 10.0.0.1:5432, 17"), "at <_>");
  });

  it("are found again by Loki's pattern filter", () => {
    for (const line of [
      "took 12ms for 3, 4 and x",
      "<script>alert(1)</script> 5",
      "a 1-2-3 b",
      `${"word ".repeat(80)}7`,
      "7",
      "",
    ]) {
      const pattern = patternOf(line);
      if (!pattern.includes("<_>")) continue;
      const pipeline = createLinePipeline(`{a="b"} |> ${JSON.stringify(pattern)}`);
      const labels = Object.assign(Object.create(null), { a: "b" });
      const found = pipeline.process({ timeNs: 1n, line, labels, metadata: [] } as never);
      assert.ok(found !== undefined, `${line}: ${pattern}`);
    }
  });

  it("are counted, with their worst level", () => {
    const found = patternsOf([
      entry("took 1 ms", { detected_level: "info" }),
      entry("took 2 ms", { detected_level: "error" }),
      entry("done", { detected_level: "info" }),
    ]);
    assert.deepEqual(
      found.map(({ pattern, count, level }) => [pattern, count, level]),
      [
        ["took <_> ms", 2, "error"],
        ["done", 1, "info"],
      ],
    );
  });
});

describe("what is known of a line", () => {
  const one = entry("paid", {
    service_name: "shop",
    telemetry_sdk_name: "opentelemetry",
    amount: "5",
    trace_id: "abc",
    detected_level: "info",
  });

  it("shows what people look for first, and how it came here apart", () => {
    const { own, technical } = fieldsOf(one);
    assert.deepEqual(
      own.map(({ name }) => name),
      ["detected_level", "service_name", "trace_id", "amount"],
    );
    assert.deepEqual(
      technical.map(({ name }) => name),
      ["telemetry_sdk_name"],
    );
    assert.deepEqual(inlineFields(one), [{ name: "amount", value: "5" }]);
  });

  it("is JSON with its exact time", () => {
    const { timeNs, line } = JSON.parse(asJson({ ...one, timeNs: 1_795_285_451_570_958_123n })) as Record<
      string,
      string
    >;
    assert.deepEqual([timeNs, line], ["1795285451570958123", "paid"]);
  });

  it("has a name of its own, also where lines are alike", () => {
    const keys = withKeys([one, one, entry("other")]).map(({ key }) => key);
    assert.equal(new Set(keys).size, 3);
  });

  it("is laid out where it is JSON, and left alone where it is none", () => {
    assert.equal(prettyJson('{"a":1}'), '{\n  "a": 1\n}');
    assert.equal(prettyJson("{not json"), undefined);
    assert.equal(prettyJson(`[${"1,".repeat(200_000)}1]`), undefined);
  });

  it("is a choice among those that are shown", () => {
    const [service] = facetsOf([one, one, entry("x", { service_name: "desk" })]);
    assert.deepEqual(service?.values, [
      { value: "shop", count: 2 },
      { value: "desk", count: 1 },
    ]);
  });
});

describe("the histogram", () => {
  const bars = barsOf({ startMs: 30_000, endMs: 30_000 + 60 * MINUTE });

  it("has steps that are easy to read, and few", () => {
    assert.deepEqual(bars, { stepMs: MINUTE, startMs: 0, endMs: 61 * MINUTE });
    for (const span of [1000, 5 * MINUTE, 86_400_000, 400 * 86_400_000]) {
      const { stepMs, startMs, endMs } = barsOf({ startMs: 0, endMs: span });
      assert.ok((endMs - startMs) / stepMs <= 76, String(span));
    }
  });

  it("puts a count where its lines are, by level", () => {
    const series = (detected_level: string, timeMs: number, value: number) => ({
      labels: { detected_level },
      points: [{ timeMs, value }],
      histograms: [],
    });
    const found = histogramOf(
      {
        type: "matrix",
        series: [series("error", 2 * MINUTE, 3), series("fatal", 2 * MINUTE, 1), series("info", MINUTE, 7)],
      },
      bars,
    );
    assert.deepEqual(found.bars[1]?.parts, [
      { level: "critical", count: 1 },
      { level: "error", count: 3 },
    ]);
    assert.deepEqual([found.most, found.bars[0]?.total, found.bars.length], [7, 7, 61]);
    assert.deepEqual(selectedRange(found, 0.5 / 61, 0.5 / 61), { startMs: 0, endMs: MINUTE });
    assert.deepEqual(selectedRange(found, 2.9 / 61, 1.1 / 61), { startMs: MINUTE, endMs: 3 * MINUTE });
    assert.deepEqual(selectedRange(found, -1, 2), { startMs: 0, endMs: 61 * MINUTE });
  });
});

describe("a long list", () => {
  const keys = Array.from({ length: 5000 }, (_, index) => `k${index}`);

  it("draws what is seen and a little more", () => {
    const layout = layOut(keys, new Map(), 28);
    assert.equal(layout.totalHeight, 140_000);
    assert.deepEqual(rowsBetween(layout, keys.length, 28_000, 560), [992, 1029]);
    assert.deepEqual(rowsBetween(layout, 0, 0, 560), [0, 0]);
  });

  it("takes heights as they are measured", () => {
    const layout = layOut(keys, new Map([["k0", 500]]), 28);
    assert.deepEqual([layout.topOf(1), layout.indexAt(499), layout.indexAt(500)], [500, 0, 1]);
  });
});

describe("lines that are followed", () => {
  it("are drawn when asked for, the newest first", () => {
    const buffer = createTailBuffer(10);
    buffer.add([entry("a", {}, 1), entry("b", {}, 2)], 0);
    assert.equal(buffer.waiting(), 2);
    assert.deepEqual(
      buffer.take().map(({ line }) => line),
      ["b", "a"],
    );
    const drawn = buffer.take();
    assert.equal(buffer.take(), drawn, "nothing new is nothing to draw");
  });

  it("are not kept without end, and what is missed is told", () => {
    const buffer = createTailBuffer(3);
    buffer.add(
      [1, 2, 3, 4, 5].map((time) => entry(String(time), {}, time)),
      7,
    );
    assert.equal(buffer.missed(), 9);
    assert.deepEqual(
      buffer.take().map(({ line }) => line),
      ["5", "4", "3"],
    );
  });
});

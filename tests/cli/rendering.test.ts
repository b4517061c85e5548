import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { TraceSpan } from "../../src/backends/index.ts";
import { formatAge, formatBytes, formatDuration, formatUsd, formatValue } from "../../src/cli/amounts.ts";
import { paintFor } from "../../src/cli/paint.ts";
import { sparkline } from "../../src/cli/sparkline.ts";
import { renderTable } from "../../src/cli/table.ts";
import { cutText, manyLines, oneLine, padText, textWidth } from "../../src/cli/text-width.ts";
import { renderTrace } from "../../src/cli/trace-tree.ts";

const paint = paintFor({ isTTY: false }, {});
const colored = paintFor({ isTTY: true }, {});

describe("the width of a text", () => {
  it("is what a terminal draws", () => {
    for (const [text, width] of [
      ["abc", 3],
      ["日本語", 6],
      ["é", 1],
      ["e\u0301", 1],
      ["👩‍👩‍👧", 2],
      ["⚠️", 2],
      ["한글", 4],
      ["a\u200bb", 2],
      [colored.red("abc"), 3],
    ] as const)
      assert.equal(textWidth(text), width, JSON.stringify(text));
  });

  it("holds when a text is cut or padded", () => {
    assert.equal(cutText("abcdef", 4), "abc…");
    assert.equal(cutText("日本語", 5), "日本…");
    assert.equal(cutText("日本語", 4), "日…");
    assert.equal(cutText("abc", 3), "abc");
    assert.equal(padText("日", 4), "日  ");
    assert.equal(padText("1", 3, true), "  1");
  });
});

describe("a text from outside", () => {
  it("cannot steer the terminal", () => {
    assert.equal(oneLine("a\u001b[31mb\r\nc\td\u202ee\u0000"), "a\\u{1b}[31mb⏎c d\\u{202e}e\\u{0}");
    assert.deepEqual(manyLines("a\r\nb\u009bc"), ["a", "b\\u{9b}c"]);
  });
});

describe("colours", () => {
  it("are for terminals that want them", () => {
    assert.equal(colored.red("x"), "\u001b[31mx\u001b[39m");
    for (const [stream, env] of [
      [{ isTTY: false }, {}],
      [{ isTTY: true }, { NO_COLOR: "1" }],
      [{ isTTY: true }, { TERM: "dumb" }],
    ] as const)
      assert.equal(paintFor(stream, env).red("x"), "x");
  });
});

describe("a table", () => {
  const rows = [
    { name: "short", text: "a text that is long", count: 1 },
    { name: "a longer name", text: "", count: 12 },
  ];
  const columns = [
    { title: "NAME", text: (row: (typeof rows)[number]) => row.name, minWidth: 6 },
    { title: "TEXT", text: (row: (typeof rows)[number]) => row.text, minWidth: 8 },
    { title: "COUNT", text: (row: (typeof rows)[number]) => String(row.count), right: true },
    { title: "EMPTY", text: () => "" },
  ];

  it("stands in columns, without those that are empty", () => {
    assert.deepEqual(renderTable(rows, columns, { columns: undefined, paint }), [
      "NAME           TEXT                 COUNT",
      "short          a text that is long      1",
      "a longer name                          12",
    ]);
  });

  it("fits the terminal by cutting what may be cut, the widest first, down to its least", () => {
    const lines = renderTable(rows, columns, { columns: 30, paint });
    assert.ok(
      lines.every((line) => textWidth(line) <= 30),
      lines.join("\n"),
    );
    assert.match(lines[1] ?? "", /^short +a text tha… +1$/);
    const least = renderTable(rows, columns, { columns: 5, paint });
    assert.deepEqual(least[2], "a lon…               12");
  });
});

describe("amounts", () => {
  it("are written in units that fit", () => {
    assert.deepEqual([0.25, 1.4, 999.6, 1500, 90_000, 3_600_000, 90_061_000].map(formatDuration), [
      "250 µs",
      "1 ms",
      "1.00 s",
      "1.50 s",
      "1 min 30 s",
      "1 h",
      "1 d 1 h",
    ]);
    assert.deepEqual([-5, 388, 10_780, 90_000].map(formatAge), ["0 s", "0 s", "11 s", "1 min 30 s"]);
    assert.deepEqual([0, 0.0000478, 0.05, 12.5, 1234.5].map(formatUsd), [
      "$0",
      "$0.0000478",
      "$0.0500",
      "$12.5000",
      "$1234.50",
    ]);
    assert.deepEqual([0, 999, 1500, 2_345_678].map(formatBytes), ["0 B", "999 B", "1.5 kB", "2.3 MB"]);
    assert.deepEqual([1, 0.1 + 0.2, Number.NaN, Number.POSITIVE_INFINITY].map(formatValue), [
      "1",
      "0.3",
      "NaN",
      "+Inf",
    ]);
  });
});

describe("a sparkline", () => {
  it("draws values between the smallest and the largest, and gaps", () => {
    assert.equal(sparkline([0, 7, Number.NaN, 3.5], 10), "▁█ ▅");
    assert.equal(sparkline([5, 5], 10), "▁▁");
    assert.equal(
      sparkline(
        Array.from({ length: 100 }, (_, index) => index),
        4,
      ),
      "▁▃▆█",
    );
    assert.equal(sparkline([], 4), "");
  });
});

describe("a trace as a tree", () => {
  const span = (spanId: string, parentSpanId?: string, more: Partial<TraceSpan> = {}): TraceSpan => ({
    traceId: "t",
    spanId,
    parentSpanId,
    name: spanId,
    kind: "internal",
    service: "s",
    startMs: 0,
    durationMs: 1,
    status: "unset",
    statusMessage: "",
    attributes: {},
    resource: {},
    scope: { name: "", version: "" },
    events: [],
    links: [],
    ...more,
  });
  const draw = (spans: readonly TraceSpan[], columns?: number): string[] =>
    renderTrace({ traceId: "t", spans }, { paint, columns }).slice(1);

  it("has spans whose parent is missing as roots, and loses none that are parents in a circle", () => {
    assert.deepEqual(draw([span("a", "missing"), span("b", "a")]), ["└─ a  1 ms", "   └─ b  1 ms"]);
    assert.deepEqual(draw([span("a", "b"), span("b", "a"), span("c", "c")]).length, 3);
  });

  it("is drawn however deep it is", () => {
    const deep = Array.from({ length: 20_000 }, (_, index) =>
      span(`s${index}`, index === 0 ? undefined : `s${index - 1}`),
    );
    const lines = draw(deep, 80);
    assert.equal(lines.length, 20_000);
    assert.match(lines.at(-1) ?? "", /^⋯ {90}└─ s19999 {2}1 ms$/);
  });

  it("cuts messages of errors to the terminal", () => {
    const [line = ""] = draw([span("a", undefined, { status: "error", statusMessage: "x".repeat(200) })], 60);
    assert.equal(textWidth(line), 60);
    assert.match(line, /✗ error: x+…$/);
  });
});

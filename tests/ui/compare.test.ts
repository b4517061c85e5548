import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { TraceSpan } from "../../src/backends/index.ts";
import { layOutTrace } from "../../ui/src/trace/layout.ts";
import { alignTraces } from "../../ui/src/views/compare/align.ts";
import { diffTexts, mergeLists } from "../../ui/src/views/compare/sequence.ts";
import { failed, span, traceOf } from "../explain/traces.ts";

const laidOut = (...spans: readonly TraceSpan[]) => layOutTrace(traceOf(...spans));
const same = (text: string): string => text;

describe("two traces", () => {
  it("are aligned by their structure: another model is a change, a step of one alone is where it stands there", () => {
    const a = laidOut(
      span("a", undefined, "invoke_agent desk", { at: [0, 100] }),
      span("m", "a", "chat gpt-4o", { at: [1, 10] }),
      span("s", "a", "execute_tool search", { at: [11, 20] }),
      span("n", "a", "chat gpt-4o", { at: [21, 30] }),
    );
    const b = laidOut(
      span("z", undefined, "invoke_agent desk", { at: [0, 100] }),
      span("y", "z", "chat gpt-5", { at: [1, 10] }),
      span("x", "z", "execute_tool refund", { at: [11, 20] }),
      span("w", "z", "chat gpt-4o", { at: [21, 30], ...failed("no", "api") }),
    );
    assert.deepEqual(
      alignTraces(a, b).map(({ depth, kind, a: left, b: right, differences }) => [
        depth,
        kind,
        left?.span.spanId,
        right?.span.spanId,
        differences,
      ]),
      [
        [0, "same", "a", "z", []],
        [1, "changed", "m", "y", ["model gpt-4o → gpt-5"]],
        [1, "removed", "s", undefined, []],
        [1, "added", undefined, "x", []],
        [1, "changed", "n", "w", ["failed"]],
      ],
    );
  });

  it("are the same where they are, but for ids, a few milliseconds and what frameworks put around results", () => {
    const one = (id: string, ms: number) =>
      laidOut(
        span(`${id}1`, undefined, "invoke_agent desk", { at: [0, 1000 + ms] }),
        span(`${id}2`, `${id}1`, "chat gpt-4o", {
          at: [1, 10 + ms],
          attributes: {
            "gen_ai.output.messages": `[{"role":"assistant","parts":[{"type":"tool_call","id":"${id}","name":"f"}]}]`,
          },
        }),
        span(`${id}3`, `${id}1`, "execute_tool f", {
          at: [30, 40],
          attributes: {
            "gen_ai.tool.call.result": JSON.stringify({
              type: "constructor",
              id: ["ToolMessage"],
              kwargs: { content: "4", tool_call_id: id },
            }),
          },
        }),
      );
    assert.deepEqual(
      alignTraces(one("a", 0), one("b", 15)).map(({ kind }) => kind),
      ["same", "same", "same"],
    );
  });

  it("of thousands of siblings are aligned in no time", () => {
    const many = (offset: number) =>
      laidOut(
        ...Array.from({ length: 4000 }, (_, at) =>
          span(`s${at}`, undefined, `step ${at + offset}`, { at: [at, at + 1] }),
        ),
      );
    const startedMs = performance.now();
    const rows = alignTraces(many(0), many(10));
    assert.equal(rows.filter(({ kind }) => kind === "same").length, 3990);
    assert.ok(performance.now() - startedMs < 3000);
  });
});

describe("what is in one list and what in both", () => {
  it("keeps the order of both", () => {
    const merged = mergeLists([..."abcde"], [..."axcdy"], same, same).map(({ a, b }) => `${a ?? "-"}${b ?? "-"}`);
    assert.deepEqual(merged, ["aa", "b-", "-x", "cc", "dd", "e-", "-y"]);
  });

  it("shows texts by words", () => {
    assert.deepEqual(diffTexts("the red bus is late", "the blue bus is late!"), [
      { text: "the ", in: "both" },
      { text: "red", in: "a" },
      { text: "blue", in: "b" },
      { text: " bus is late", in: "both" },
      { text: "!", in: "b" },
    ]);
    assert.deepEqual(diffTexts("", ""), []);
  });

  it("gives back both texts whatever they are", () => {
    const texts = [
      "",
      "a b\nc",
      "x".repeat(50_000),
      Array.from({ length: 9000 }, (_, at) => `line ${at % 70}\n`).join(""),
      "😀 é ‮ rtl",
    ];
    for (const a of texts)
      for (const b of texts) {
        const parts = diffTexts(a, b);
        const of = (side: "a" | "b"): string =>
          parts.flatMap((part) => (part.in === "both" || part.in === side ? [part.text] : [])).join("");
        assert.equal(of("a"), a);
        assert.equal(of("b"), b);
      }
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { TraceSpan } from "../../src/backends/index.ts";
import { layOutTrace } from "../../ui/src/trace/layout.ts";
import { readMessages, unwrapResult } from "../../ui/src/trace/messages.ts";
import { findScopes, type Scope } from "../../ui/src/trace/scopes.ts";
import { continueStrand } from "../../ui/src/trace/strands.ts";
import { type Entry, gistOf, readThread } from "../../ui/src/trace/thread.ts";
import { failed, span, traceOf } from "../explain/traces.ts";

const text = (role: string, content: string) => ({ role, parts: [{ type: "text", content }] });
const callOf = (name: string, id: string, args: object) => ({
  type: "tool_call",
  name,
  id,
  arguments: JSON.stringify(args),
});
const said = (input: readonly unknown[], output: readonly unknown[]) => ({
  "gen_ai.input.messages": JSON.stringify(input),
  "gen_ai.output.messages": JSON.stringify(output),
});
const scopeOf = (...spans: readonly TraceSpan[]): Scope => findScopes(layOutTrace(traceOf(...spans)));

/** An entry in a line. */
function inShort(entry: Entry): string {
  const words = (parts: readonly { type: string; text?: string }[] | undefined): string =>
    (parts ?? []).map((part) => part.text ?? part.type).join("+");
  switch (entry.kind) {
    case "message":
      return `${entry.message.role}: ${words(entry.message.parts as never)}`;
    case "earlier":
      return `earlier: ${entry.messages.length}`;
    case "answer":
      return `${entry.row.span.spanId}: ${entry.parts === undefined ? "?" : words(entry.parts as never)}${entry.isRepeated ? " (again)" : ""}${entry.isShortened ? " (shortened)" : ""}${entry.isAnew ? " (anew)" : ""}`;
    case "tool":
      return `${entry.name}(${JSON.stringify(entry.arguments)}) = ${JSON.stringify(entry.result)} in ${entry.row?.span.spanId}${entry.scope === undefined ? "" : " with talk"}`;
    case "agent":
      return `agent ${entry.scope.name}`;
    case "step":
      return `step ${entry.row.span.name}`;
  }
}
const thread = (scope: Scope | undefined): string[] => (scope === undefined ? [] : readThread(scope).map(inShort));

describe("messages", () => {
  it("are read in the form of the conventions, with media named and never kept", () => {
    const [one] = readMessages(
      JSON.stringify([
        {
          role: "user",
          parts: [
            { type: "text", content: "look" },
            { type: "blob", modality: "image", mime_type: "image/png", size: 4000 },
            { type: "uri", modality: "image", uri: "https://example.com/a.png" },
            { type: "reasoning", content: "hm" },
            { type: "quantum", state: 1 },
          ],
          finish_reason: "stop",
        },
      ]),
      "user",
    );
    assert.deepEqual(
      one?.parts.map(({ type }) => type),
      ["text", "media", "media", "reasoning", "other"],
    );
    assert.equal(one?.finishReason, "stop");
    assert.deepEqual(one?.parts[1], {
      type: "media",
      modality: "image",
      mimeType: "image/png",
      sizeBytes: 4000,
      uri: undefined,
    });
  });

  it("are read as providers and frameworks write them", () => {
    const openai = readMessages(
      [
        { role: "system", content: "be kind" },
        { role: "assistant", content: null, tool_calls: [{ id: "c1", function: { name: "f", arguments: '{"a":1}' } }] },
        { role: "tool", tool_call_id: "c1", content: "2" },
      ],
      "user",
    );
    assert.deepEqual(openai[1]?.parts, [
      { type: "tool_call", id: "c1", name: "f", arguments: { a: 1 }, isRemote: false },
    ]);
    assert.deepEqual(openai[2]?.parts, [{ type: "tool_result", id: "c1", name: undefined, result: "2" }]);
    const made = (name: string, kwargs: object) => ({
      lc: 1,
      type: "constructor",
      id: ["langchain_core", "messages", name],
      kwargs,
    });
    const langchain = readMessages(
      JSON.stringify({
        messages: [made("HumanMessage", { content: "hi" }), made("AIMessage", { content: "ho", tool_calls: [] })],
      }),
      "user",
    );
    assert.deepEqual(
      langchain.map(({ role, parts }) => [role, parts]),
      [
        ["user", [{ type: "text", text: "hi" }]],
        ["assistant", [{ type: "text", text: "ho" }]],
      ],
    );
  });

  it("of no known form are shown as they are, broken JSON too", () => {
    assert.deepEqual(readMessages('[{"role":"user","par', "user")[0]?.parts, [
      { type: "text", text: '[{"role":"user","par' },
    ]);
    assert.deepEqual(readMessages('{"question":"why"}', "user")[0]?.parts, [
      { type: "other", name: "value", value: { question: "why" } },
    ]);
    assert.deepEqual(readMessages('"left out: 9 characters"', "user")[0]?.parts[0], {
      type: "text",
      text: "left out: 9 characters",
    });
    assert.deepEqual(readMessages(undefined, "user"), []);
    for (const odd of ["[]", "{}", "null", "[null]", '[{"role":1}]', '[{"role":"user","parts":7}]', "[[[]]]"])
      assert.doesNotThrow(() => readMessages(odd, "user"));
  });

  it("of tools are unwrapped", () => {
    assert.deepEqual(unwrapResult('{"content":[{"type":"text","text":"{\\"a\\":1}"}],"isError":false}'), { a: 1 });
    assert.equal(
      unwrapResult({ lc: 1, type: "constructor", id: ["ToolMessage"], kwargs: { content: "fine" } }),
      "fine",
    );
    assert.deepEqual(unwrapResult('{"content":"of its own","more":1}'), { content: "of its own", more: 1 });
  });
});

describe("strands", () => {
  const [a, b, c, d] = ["a", "b", "c", "d"].map(
    (content, at) => readMessages([text(at % 2 === 0 ? "user" : "assistant", content)], "user")[0],
  );
  const all = [a, b, c, d].flatMap((one) => one ?? []);

  it("go on where the history ends", () => {
    const { fresh, isShortened } = continueStrand([{ messages: all.slice(0, 2) }], all.slice(0, 3));
    assert.deepEqual([fresh, isShortened], [all.slice(2, 3), false]);
  });
  it("go on after older messages were dropped", () => {
    const { fresh, isShortened } = continueStrand([{ messages: all.slice(0, 3) }], all.slice(1));
    assert.deepEqual([fresh, isShortened], [all.slice(3), true]);
  });
  it("know a text again that was cut", () => {
    const long = "x".repeat(90);
    const cut = `${long.slice(0, 40)}… (90 characters)`;
    const history = readMessages([text("user", long), text("assistant", "ok")], "user");
    const { fresh } = continueStrand(
      [{ messages: history }],
      readMessages([text("user", cut), text("assistant", "ok"), text("user", "more")], "user"),
    );
    assert.deepEqual(
      fresh.map(({ parts }) => parts),
      [[{ type: "text", text: "more" }]],
    );
  });
  it("begin anew where nothing agrees", () => {
    assert.equal(
      continueStrand([{ messages: all.slice(0, 2) }], readMessages([text("user", "else")], "user")).strand,
      undefined,
    );
  });
});

describe("a conversation", () => {
  const question = text("user", "What is 2+2?");
  const asks = {
    role: "assistant",
    parts: [callOf("calculate", "c1", { expression: "2+2" })],
    finish_reason: "tool_call",
  };
  const answered = { role: "tool", parts: [{ type: "tool_call_response", id: "c1", result: "4" }] };
  const answer = text("assistant", "It is 4.");

  it("says each thing once, and puts a tool's call, run and result together", () => {
    const scope = scopeOf(
      span("agent", undefined, "invoke_agent math", { at: [0, 100] }),
      span("m1", "agent", "chat gpt-4o", {
        at: [1, 20],
        attributes: {
          ...said([question], [asks]),
          "gen_ai.system_instructions": '[{"type":"text","content":"Be exact."}]',
        },
      }),
      span("t1", "agent", "execute_tool calculate", {
        at: [21, 30],
        attributes: {
          "gen_ai.tool.call.id": "c1",
          "gen_ai.tool.call.arguments": '{"expression":"2+2"}',
          "gen_ai.tool.call.result": "4",
        },
      }),
      span("m2", "agent", "chat gpt-4o", {
        at: [31, 60],
        attributes: {
          ...said([question, asks, answered], [answer]),
          "gen_ai.system_instructions": '[{"type":"text","content":"Be exact."}]',
        },
      }),
    );
    assert.deepEqual(thread(scope), ["agent math"]);
    assert.deepEqual(thread(scope.inner[0]), [
      "system: Be exact.",
      "user: What is 2+2?",
      "m1: ",
      'calculate({"expression":"2+2"}) = "4" in t1',
      "m2: It is 4.",
    ]);
    assert.deepEqual(gistOf(scope), { question: "What is 2+2?", answer: "It is 4." });
  });

  it("tells tools of one name apart by their arguments where no ids are known", () => {
    const both = { role: "assistant", parts: [callOf("find", "x", { of: "a" }), callOf("find", "y", { of: "b" })] };
    const run = (id: string, at: number, of: string) =>
      span(id, "agent", "execute_tool find", {
        at: [at, at + 9],
        attributes: { "gen_ai.tool.call.arguments": JSON.stringify({ of }), "gen_ai.tool.call.result": `found ${of}` },
      });
    const scope = scopeOf(
      span("agent", undefined, "invoke_agent a", { at: [0, 100] }),
      span("m", "agent", "chat gpt-4o", { at: [1, 10], attributes: said([question], [both]) }),
      run("second", 11, "b"),
      run("first", 12, "a"),
    );
    assert.deepEqual(thread(scope.inner[0]).slice(2), [
      'find({"of":"a"}) = "found a" in first',
      'find({"of":"b"}) = "found b" in second',
    ]);
  });

  it("folds what was said in turns before", () => {
    const scope = scopeOf(
      span("m", undefined, "chat gpt-4o", {
        at: [0, 10],
        attributes: said([question, answer, text("user", "And 3+3?")], [text("assistant", "6")]),
      }),
    );
    assert.deepEqual(thread(scope), ["earlier: 2", "user: And 3+3?", "m: 6"]);
  });

  it("says of a call that was made again that it was", () => {
    const scope = scopeOf(
      span("m1", undefined, "chat gpt-4o", {
        at: [0, 10],
        ...failed("overloaded", "api"),
        attributes: { "gen_ai.input.messages": JSON.stringify([question]) },
      }),
      span("m2", undefined, "chat gpt-4o", { at: [20, 30], attributes: said([question], [answer]) }),
      span("m3", undefined, "chat gpt-4o", {
        at: [40, 50],
        attributes: said([text("user", "Something else")], [answer]),
      }),
    );
    assert.deepEqual(thread(scope), [
      "user: What is 2+2?",
      "m1: ?",
      "m2: It is 4. (again)",
      "user: Something else",
      "m3: It is 4. (anew)",
    ]);
  });

  it("has agents in agents and tools that are agents at their places", () => {
    const scope = scopeOf(
      span("boss", undefined, "invoke_agent boss", { at: [0, 100] }),
      span("m1", "boss", "chat gpt-4o", {
        at: [1, 10],
        attributes: said([question], [{ role: "assistant", parts: [callOf("ask_helper", "h", {})] }]),
      }),
      span("tool", "boss", "execute_tool ask_helper", { at: [11, 50] }),
      span("helper", "tool", "invoke_agent helper", { at: [12, 49] }),
      span("m2", "helper", "chat gpt-4o", {
        at: [13, 40],
        attributes: said([text("user", "help")], [text("assistant", "done")]),
      }),
      span("e", "boss", "embeddings small", { at: [60, 65], attributes: { "gen_ai.operation.name": "embeddings" } }),
    );
    const [boss] = scope.inner;
    assert.deepEqual(thread(boss), [
      "user: What is 2+2?",
      "m1: ",
      "ask_helper({}) = undefined in tool with talk",
      "step embeddings small",
    ]);
    assert.deepEqual(thread(boss?.inner[0]), ["agent helper"]);
    assert.deepEqual(thread(boss?.inner[0]?.inner[0]), ["user: help", "m2: done"]);
  });

  it("takes the words of an agent where its calls tell none", () => {
    const scope = scopeOf(
      span("agent", undefined, "invoke_agent a", { at: [0, 100], attributes: said([question], [question, answer]) }),
      span("m", "agent", "chat gpt-4o", { at: [1, 10] }),
    );
    assert.deepEqual(thread(scope.inner[0]), ["user: What is 2+2?", "m: ?", "assistant: It is 4."]);
  });

  it("is still a course of calls and tools where nothing is captured", () => {
    const scope = scopeOf(
      span("agent", undefined, "invoke_agent a", { at: [0, 100] }),
      span("m", "agent", "chat gpt-4o", { at: [1, 10] }),
      span("t", "agent", "execute_tool look", { at: [11, 20] }),
    );
    assert.deepEqual(thread(scope.inner[0]), ["m: ?", "look(undefined) = undefined in t"]);
  });

  it("of hundreds of calls with a growing history is read in no time", () => {
    const history: unknown[] = [];
    const calls = Array.from({ length: 300 }, (_, at) => {
      history.push(text("user", `question ${at} ${"x".repeat(200)}`));
      const reply = text("assistant", `answer ${at}`);
      const one = span(`m${at}`, undefined, "chat gpt-4o", { at: [at, at + 1], attributes: said(history, [reply]) });
      history.push(reply);
      return one;
    });
    const scope = scopeOf(...calls);
    const startedMs = performance.now();
    const entries = readThread(scope);
    assert.equal(entries.length, 600);
    assert.ok(performance.now() - startedMs < 3000);
  });
});

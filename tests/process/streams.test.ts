import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { createLlmDouble, type LlmRequest, type Reply } from "../../examples/support/llm-double.ts";
import { ATTR } from "../../src/model/index.ts";
import { callsOf, type ProgramRun, pushedValue, runProgram } from "./run-program.ts";
import {
  chatBody,
  EVENT_STREAM,
  JSON_TYPE,
  type Script,
  startScriptedServer,
  streamEvents,
  streamText,
  writeInPieces,
} from "./scripted-server.ts";

const HEAD = `import diagnostics_channel from "node:diagnostics_channel";
  import OpenAI from "openai";
  const openai = new OpenAI({ baseURL: process.env.BASE, apiKey: "k", maxRetries: 0 });
  const open = (model, options) => openai.chat.completions.create(
    { model, stream: true, stream_options: { include_usage: true }, messages: [{ role: "user", content: "Go" }] }, options);
  const plain = (model, options) => openai.chat.completions.create({ model, messages: [{ role: "user", content: "Go" }] }, options);
  const read = async (stream) => { let text = ""; for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ""; return text; };
  const attempt = async (name, work) => {
    try { console.log(name, await work()); } catch (error) { console.log(name, "threw", error?.constructor.name, error?.name); }
  };
`;

type Pair = { readonly bare: ProgramRun; readonly run: ProgramRun };

async function withAndWithoutUs(body: string, start: () => Promise<AsyncDisposable & { url: string }>): Promise<Pair> {
  const once = async (mode: "none" | "require") => {
    await using server = await start();
    return await runProgram(HEAD + body, { mode, env: { BASE: server.url } });
  };
  return { bare: await once("none"), run: await once("require") };
}

function assertSameProgram({ bare, run }: Pair): void {
  assert.equal(run.code, 0, run.stderr);
  assert.equal(run.stdout, bare.stdout);
  assert.equal(run.stderr, bare.stderr);
}

function only(run: ProgramRun, model: string) {
  // By id: a batch whose answer was on its way when the process ended is sent again.
  const spans = [...new Map(callsOf(run.spans, model).map((span) => [span.spanId, span])).values()];
  assert.equal(spans.length, 1, `${model} has ${spans.length} spans`);
  return spans[0]!;
}

describe("a stream that the program does not read as planned", () => {
  const usage = { inputTokens: 50, outputTokens: 40 };
  const respond = ({ model }: LlmRequest): Reply => {
    if (model === "cut") return { usage, chunks: 10, cutAfterChunks: 3 };
    if (model === "cut-plain") return { usage, cutAfterChunks: 1 };
    if (model === "hangs" || model === "hangs-plain" || model === "signal") return { hang: true };
    // Slow enough that the program leaves before the end has arrived.
    const slow = ["break", "return", "throw", "abort", "left", "stalls"].includes(model);
    return { usage, chunks: 10, chunkDelayMs: slow ? 60 : 0 };
  };
  const body = `
    await attempt("full", async () => read(await open("full")));
    await attempt("break", async () => { for await (const chunk of await open("break")) break; return "left"; });
    const first = async () => { for await (const chunk of await open("return")) return chunk.choices[0].delta.role; };
    await attempt("return", first);
    await attempt("throw", async () => { for await (const chunk of await open("throw")) throw new RangeError("mine"); });
    await attempt("abort", async () => {
      const stream = await open("abort"); let chunks = 0;
      for await (const chunk of stream) { chunks += 1; stream.controller.abort(); }
      return chunks;
    });
    await attempt("signal", async () => {
      const controller = new AbortController();
      const abort = () => setImmediate(() => controller.abort());
      diagnostics_channel.subscribe("undici:request:bodySent", abort);
      try { return await plain("signal", { signal: controller.signal }); }
      finally { diagnostics_channel.unsubscribe("undici:request:bodySent", abort); }
    });
    await attempt("hangs", () => open("hangs", { timeout: 300 }));
    await attempt("hangs-plain", () => plain("hangs-plain", { timeout: 300 }));
    await attempt("cut", async () => read(await open("cut")));
    await attempt("cut-plain", () => plain("cut-plain"));
    await attempt("two", async () => Promise.all([open("two-a").then(read), open("two-b").then(read)]));
    await attempt("after", async () => read(await open("after")));
    const left = await open("left");
    console.log("not read", left.constructor.name);
    process.exit(0);`;

  it("is one span with the right end, and the next call works", async () => {
    const pair = await withAndWithoutUs(body, () => createLlmDouble({ respond, medianLatencyMs: 0 }).start());
    assertSameProgram(pair);
    const { run } = pair;

    for (const model of ["full", "two-a", "two-b", "after"]) {
      const span = only(run, model);
      assert.equal(span.failed, false, model);
      assert.equal(span.attributes[ATTR.streamOutcome], undefined, model);
      assert.equal(span.attributes[ATTR.inputTokens], 50, model);
      assert.equal(span.attributes[ATTR.outputTokens], 40, model);
      assert.deepEqual(span.attributes[ATTR.finishReasons], ["stop"], model);
    }
    for (const model of ["break", "return", "throw", "abort", "signal", "left"]) {
      const span = only(run, model);
      assert.equal(span.failed, false, `${model}: leaving is no failure of the server`);
      assert.equal(span.attributes[ATTR.streamOutcome], "abandoned", model);
      assert.equal(span.attributes[ATTR.inputTokens], undefined, model);
    }
    for (const model of ["hangs", "hangs-plain"]) {
      const span = only(run, model);
      assert.equal(span.failed, true, model);
      assert.equal(span.attributes[ATTR.errorType], "timeout", model);
      assert.equal(span.attributes[ATTR.errorCategory], "timeout", model);
    }
    for (const model of ["cut", "cut-plain"]) {
      const span = only(run, model);
      assert.equal(span.failed, true, model);
      assert.equal(span.attributes[ATTR.errorCategory], "network", model);
      assert.notEqual(span.attributes[ATTR.errorType], undefined, model);
    }
    assert.equal(typeof only(run, "cut").attributes[ATTR.timeToFirstChunk], "number");
    assert.equal(pushedValue(run.points, "llm_requests_total", { status: "abandoned", model: "break" }), 1);
    assert.equal(pushedValue(run.points, "llm_requests_total", { status: "error", model: "cut" }), 1);
    for (const model of ["break", "cut", "left"]) {
      assert.equal(pushedValue(run.points, "llm_requests_active", { model }), 0, model);
    }
  });
});

const HUGE_CHARS = 10 * 1024 * 1024;
const CONTENTS = ["Grüße ", "aus 🦊 ", "日本", "!"];

describe("a stream in odd pieces", () => {
  const bytes = (lineEnd = "\n") => Buffer.from(streamText(CONTENTS, lineEnd));
  const events = streamEvents(CONTENTS);
  const script: Script = {
    "one-byte": (response) => writeInPieces(response.writeHead(200, EVENT_STREAM), bytes(), 1),
    "seven-bytes": (response) => writeInPieces(response.writeHead(200, EVENT_STREAM), bytes(), 7),
    crlf: (response) => writeInPieces(response.writeHead(200, EVENT_STREAM), bytes("\r\n"), 3),
    whole: (response) => void response.writeHead(200, EVENT_STREAM).end(bytes()),
    comments: (response) =>
      void response
        .writeHead(200, EVENT_STREAM)
        .end(events.map((data) => `: keep-alive\n\nid: 1\nretry: 5\ndata: ${data}\n\n`).join("")),
    "gzip-stream": (response) =>
      writeInPieces(response.writeHead(200, { ...EVENT_STREAM, "content-encoding": "gzip" }), gzipSync(bytes()), 5),
    "gzip-plain": (response) =>
      writeInPieces(
        response.writeHead(200, { ...JSON_TYPE, "content-encoding": "gzip" }),
        gzipSync(chatBody("Grüße 🦊")),
        5,
      ),
    "plain-pieces": (response) =>
      writeInPieces(response.writeHead(200, JSON_TYPE), Buffer.from(chatBody("Grüße 🦊")), 1),
    cr: (response) => writeInPieces(response.writeHead(200, EVENT_STREAM), bytes("\r"), 9),
    "byte-order-mark": (response) =>
      writeInPieces(
        response.writeHead(200, EVENT_STREAM),
        Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes()]),
        2,
      ),
    // One event in several data lines: the line break between them is white space of the JSON.
    "many-lines": (response) =>
      void response
        .writeHead(200, EVENT_STREAM)
        .end(events.map((data) => `data: ${data.replace(',"choices"', ',\ndata:"choices"')}\n\n`).join("")),
    "events-without-data": (response) =>
      void response
        .writeHead(200, EVENT_STREAM)
        .end(events.map((data) => `event:\nid: 7\n\ndata: ${data}\n\n`).join("")),
    "without-done": (response) =>
      void response.writeHead(200, EVENT_STREAM).end(
        events
          .slice(0, -1)
          .map((data) => `data: ${data}\n\n`)
          .join(""),
      ),
    "huge-event": (response) =>
      void response
        .writeHead(200, EVENT_STREAM)
        .end(`data: ${streamEvents(["x".repeat(HUGE_CHARS)])[0]}\n\n${bytes()}`),
    // Without the empty line that ends the last event.
    unended: (response) => void response.writeHead(200, EVENT_STREAM).end(bytes().subarray(0, -1)),
  };

  it("is read as if it had come whole", async () => {
    const plain = ["gzip-plain", "plain-pieces"];
    const streamed = Object.keys(script).filter((model) => !plain.includes(model));
    const body = `
      for (const model of ${JSON.stringify(streamed)}) await attempt(model, async () => {
        const text = await read(await open(model));
        return text.length > 100 ? text.length : text;
      });
      for (const model of ${JSON.stringify(plain)})
        await attempt(model, async () => (await plain(model)).choices[0].message.content);`;
    const pair = await withAndWithoutUs(body, () => startScriptedServer(script));
    assertSameProgram(pair);
    assert.match(pair.run.stdout, /one-byte Grüße aus 🦊 日本!/);
    for (const model of [...streamed, ...plain]) {
      const span = only(pair.run, model);
      assert.equal(span.failed, false, model);
      assert.equal(span.attributes[ATTR.inputTokens], 7, model);
      assert.equal(span.attributes[ATTR.outputTokens], 5, model);
      assert.equal(span.attributes[ATTR.responseModel], "answered", model);
      assert.deepEqual(span.attributes[ATTR.finishReasons], ["stop"], model);
    }
  });
});

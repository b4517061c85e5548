import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import OpenAI, { APIConnectionTimeoutError, APIError, RateLimitError } from "openai";
import { createResearchTeamDouble, scripted } from "../../examples/research-team/scenario.ts";
import { createLlmDouble, failures, type LlmDoubleOptions, type Reply } from "../../examples/support/llm-double.ts";

/** A started double that answers the script's replies one after the other, and a real client for it. */
async function startWith(
  replies: Reply[] | LlmDoubleOptions["respond"],
  client: { timeout?: number; maxRetries?: number } = {},
) {
  const queue = Array.isArray(replies) ? [...replies] : [];
  const double = await createLlmDouble({
    respond: Array.isArray(replies) ? () => queue.shift() : replies,
    medianLatencyMs: 0,
  }).start();
  const openai = new OpenAI({ baseURL: double.url, apiKey: "test-key", maxRetries: 0, ...client });
  return { double, openai, [Symbol.asyncDispose]: () => double.close() };
}

const usage = { inputTokens: 120, outputTokens: 30, cachedTokens: 64, reasoningTokens: 8 };
const ask = { model: "gpt-4o", messages: [{ role: "user" as const, content: "What is new?" }] };
const weatherTool = {
  type: "function" as const,
  function: { name: "weather", parameters: { type: "object", properties: { city: { type: "string" } } } },
};

describe("the double's chat completions", () => {
  it("answers with the scripted text, usage and model snapshot", async () => {
    await using run = await startWith([{ text: "Nothing.", usage }]);
    const answer = await run.openai.chat.completions.create(ask);
    assert.equal(answer.choices[0]?.message.content, "Nothing.");
    assert.equal(answer.choices[0]?.finish_reason, "stop");
    assert.equal(answer.model, "gpt-4o-2024-08-06");
    assert.equal(answer.usage?.prompt_tokens, 120);
    assert.equal(answer.usage?.prompt_tokens_details?.cached_tokens, 64);
    assert.equal(answer.usage?.completion_tokens_details?.reasoning_tokens, 8);
    await run.double.idle();
    assert.deepEqual(run.double.stats().byModel["gpt-4o"], { requests: 1, succeeded: 1, ...usage });
  });

  it("echoes the question with the same token counts every time when nothing is scripted", async () => {
    await using run = await startWith([]);
    const first = await run.openai.chat.completions.create(ask);
    const second = await run.openai.chat.completions.create(ask);
    assert.match(first.choices[0]?.message.content ?? "", /What is new\?/);
    assert.deepEqual(first.usage, second.usage);
    assert.equal(run.double.requests[1]?.occurrence, 2);
  });

  it("streams text and, when asked, the usage", async () => {
    await using run = await startWith([
      { text: "One two three", usage, chunks: 3 },
      { text: "No usage", usage },
    ]);
    const pieces: string[] = [];
    let total = 0;
    const stream = await run.openai.chat.completions.create({
      ...ask,
      stream: true,
      stream_options: { include_usage: true },
    });
    for await (const chunk of stream) {
      if (chunk.choices[0]?.delta.content) pieces.push(chunk.choices[0].delta.content);
      total += chunk.usage?.total_tokens ?? 0;
    }
    assert.equal(pieces.length, 3);
    assert.equal(pieces.join(""), "One two three");
    assert.equal(total, 150);
    for await (const chunk of await run.openai.chat.completions.create({ ...ask, stream: true })) {
      assert.equal(chunk.usage, undefined);
    }
    await run.double.idle();
    const stats = run.double.stats();
    assert.equal(stats.streamed, 2);
    assert.equal(stats.inputTokens, 120, "usage that was not sent is not counted");
  });

  it("issues tool calls, plain and streamed, and follows their results", async () => {
    const calls = [
      { name: "weather", arguments: { city: "Graz" } },
      { name: "weather", arguments: { city: "Linz" } },
    ];
    await using run = await startWith([
      { toolCalls: calls },
      { toolCalls: calls },
      { toolCalls: calls },
      { text: "Done" },
    ]);
    const { openai } = run;
    const plain = await openai.chat.completions.create({ ...ask, tools: [weatherTool] });
    assert.equal(plain.choices[0]?.finish_reason, "tool_calls");
    assert.equal(plain.choices[0]?.message.tool_calls?.length, 2);

    const streamed = await openai.chat.completions.stream({ ...ask, tools: [weatherTool] }).finalChatCompletion();
    const issued = streamed.choices[0]?.message.tool_calls ?? [];
    assert.deepEqual(
      issued.map((call) => (call.type === "function" ? JSON.parse(call.function.arguments) : undefined)),
      [{ city: "Graz" }, { city: "Linz" }],
    );

    const single = await openai.chat.completions.create({ ...ask, tools: [weatherTool], parallel_tool_calls: false });
    assert.equal(single.choices[0]?.message.tool_calls?.length, 1);

    await openai.chat.completions.create({
      ...ask,
      messages: [
        ...ask.messages,
        { role: "assistant", content: null, tool_calls: issued },
        { role: "tool", tool_call_id: issued[0]?.id ?? "", content: "sunny" },
        { role: "tool", tool_call_id: issued[1]?.id ?? "", content: "Error: no such city" },
      ],
    });
    const stats = run.double.stats();
    assert.deepEqual([stats.toolCallsIssued, stats.toolResultsReceived, stats.toolErrorsReceived], [5, 2, 1]);
  });

  it("answers in the JSON shape that was asked for", async () => {
    await using run = await startWith([]);
    const schema = {
      type: "object",
      properties: {
        title: { type: "string" },
        score: { type: "integer" },
        tags: { type: "array", items: { enum: ["a"] } },
      },
    };
    const answer = await run.openai.chat.completions.parse({
      ...ask,
      response_format: { type: "json_schema", json_schema: { name: "verdict", schema } },
    });
    assert.deepEqual(answer.choices[0]?.message.parsed, { title: "You said: What is new?", score: 0, tags: ["a"] });
  });
});

describe("the double's responses, embeddings and models", () => {
  it("answers with text, reasoning and usage", async () => {
    await using run = await startWith([{ text: "Approved.", usage }]);
    const answer = await run.openai.responses.create({
      model: "gpt-5-mini",
      instructions: "Be brief.",
      input: "Check",
    });
    assert.equal(answer.output_text, "Approved.");
    assert.deepEqual(
      answer.output.map((item) => item.type),
      ["reasoning", "message"],
    );
    assert.equal(answer.usage?.output_tokens_details.reasoning_tokens, 8);
    assert.equal(run.double.requests[0]?.system, "Be brief.");
  });

  it("streams text and function calls from created to completed", async () => {
    await using run = await startWith([
      { text: "Looking.", toolCalls: [{ name: "weather", arguments: { city: "Graz" } }], usage, chunks: 2 },
    ]);
    const types: string[] = [];
    const stream = run.openai.responses.stream({ model: "gpt-4o-mini", input: "Weather?" });
    for await (const event of stream) types.push(event.type);
    const final = await stream.finalResponse();
    assert.equal(types[0], "response.created");
    assert.equal(types.at(-1), "response.completed");
    assert.equal(types.filter((type) => type === "response.output_text.delta").length, 2);
    assert.equal(types.filter((type) => type === "response.function_call_arguments.done").length, 1);
    assert.equal(final.usage?.total_tokens, 150);
    await run.double.idle();
    assert.equal(run.double.stats().inputTokens, 120);
  });

  it("ends incomplete when the answer is cut short by a limit", async () => {
    await using run = await startWith([{ text: "Half a", finishReason: "length" }]);
    const answer = await run.openai.responses.create({ model: "gpt-4o-mini", input: "Tell" });
    assert.equal(answer.status, "incomplete");
    assert.equal(answer.incomplete_details?.reason, "max_output_tokens");
  });

  it("embeds texts so that shared words make them similar", async () => {
    await using run = await startWith([]);
    const input = ["electric bus range", "range of an electric bus", "bread recipe"];
    const { data, usage } = await run.openai.embeddings.create({ model: "text-embedding-3-small", input });
    const [a, b, c] = data.map((entry) => entry.embedding) as [number[], number[], number[]];
    const dot = (x: number[], y: number[]) => x.reduce((sum, value, index) => sum + value * (y[index] ?? 0), 0);
    assert.equal(a.length, 1536);
    assert.ok(dot(a, b) > dot(a, c));
    assert.ok(usage.prompt_tokens > 0);
  });

  it("lists models and refuses unknown paths", async () => {
    await using run = await startWith([]);
    const models = await run.openai.models.list();
    assert.ok(models.data.some((model) => model.id === "gpt-4o"));
    await assert.rejects(run.openai.get("/nowhere"), { status: 404 });
  });
});

describe("the double's faults", () => {
  it("limits the rate once and the client's retry succeeds", async () => {
    await using run = await startWith([failures.rateLimited(0.01), { text: "Now", usage }], { maxRetries: 1 });
    const answer = await run.openai.chat.completions.create(ask);
    assert.equal(answer.choices[0]?.message.content, "Now");
    await run.double.idle();
    const stats = run.double.stats();
    assert.deepEqual([stats.requests, stats.succeeded, stats.errors["429"]], [2, 1, 1]);
    assert.equal(run.double.requests[1]?.headers["x-stainless-retry-count"], "1");
  });

  it("gives rate limit, server and content filter errors with the service's bodies and headers", async () => {
    await using run = await startWith([failures.rateLimited(2), failures.serverError(), failures.contentFiltered()]);
    const fail = () => run.openai.chat.completions.create(ask).catch((error: unknown) => error);
    const limited = await fail();
    assert.ok(limited instanceof RateLimitError);
    assert.equal(limited.headers.get("retry-after"), "2");
    assert.equal(limited.headers.get("x-ratelimit-remaining-requests"), "0");
    const broken = await fail();
    assert.ok(broken instanceof APIError && broken.status === 500);
    const filtered = await fail();
    assert.ok(filtered instanceof APIError && filtered.code === "content_filter");
    await run.double.idle();
    assert.deepEqual(run.double.stats().errors, { 400: 1, 429: 1, 500: 1 });
  });

  it("hangs until the client's timeout and answers the retry", async () => {
    await using run = await startWith([{ hang: true }, { hang: true }, { text: "Late" }], { timeout: 50 });
    await assert.rejects(run.openai.chat.completions.create(ask), APIConnectionTimeoutError);
    const answer = await run.openai.chat.completions.create(ask, { maxRetries: 1 });
    assert.equal(answer.choices[0]?.message.content, "Late");
    await run.double.idle();
    const stats = run.double.stats();
    assert.deepEqual([stats.requests, stats.succeeded, stats.timeouts], [3, 1, 2]);
  });

  it("breaks a stream off and does not count its usage", async () => {
    await using run = await startWith([{ text: "One two three four", chunks: 4, usage, cutAfterChunks: 3 }]);
    const stream = await run.openai.chat.completions.create({
      ...ask,
      stream: true,
      stream_options: { include_usage: true },
    });
    let received = "";
    await assert.rejects(async () => {
      for await (const chunk of stream) received += chunk.choices[0]?.delta.content ?? "";
    });
    assert.notEqual(received, "");
    await run.double.idle();
    const stats = run.double.stats();
    assert.deepEqual([stats.cut, stats.succeeded, stats.inputTokens], [1, 0, 0]);
  });

  it("notices a client that leaves a stream early", async () => {
    await using run = await startWith([{ text: "word ".repeat(50), chunks: 50, chunkDelayMs: 20, usage }]);
    for await (const _ of await run.openai.chat.completions.create({ ...ask, stream: true })) break;
    await run.double.idle();
    assert.equal(run.double.stats().aborted, 1);
  });

  it("compresses plain answers and streams", async () => {
    await using run = await startWith([
      { text: "Small", gzip: true },
      { text: "Also small", gzip: true, chunks: 2, chunkDelayMs: 5 },
    ]);
    const plain = await run.openai.chat.completions.create(ask).withResponse();
    assert.equal(plain.response.headers.get("content-encoding"), "gzip");
    assert.equal(plain.data.choices[0]?.message.content, "Small");
    const streamed = await run.openai.chat.completions.create({ ...ask, stream: true }).withResponse();
    assert.equal(streamed.response.headers.get("content-encoding"), "gzip");
    let received = "";
    for await (const chunk of streamed.data) received += chunk.choices[0]?.delta.content ?? "";
    assert.equal(received, "Also small");
  });

  it("serves an HTML page or raw bytes in place of an answer and counts no tokens for them", async () => {
    await using run = await startWith([{ html: true }, { rawBody: '{"choices":' }]);
    const page = await run.openai.chat.completions.create(ask);
    assert.match(String(page), /<!doctype html>/);
    await assert.rejects(run.openai.chat.completions.create(ask));
    await run.double.idle();
    assert.equal(run.double.stats().inputTokens, 0);
  });
});

describe("the double as its own process", () => {
  const server = fileURLToPath(new URL("../../examples/support/llm-double-server.ts", import.meta.url));

  it("prints its address, serves its counts and ends when its parent's pipe closes", async () => {
    const child = spawn(process.execPath, [server], { stdio: ["pipe", "pipe", "inherit"] });
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    const address = JSON.parse(line.toString()) as { url: string; stats: string };
    const openai = new OpenAI({ baseURL: address.url, apiKey: "test-key" });
    await openai.chat.completions.create(ask);
    const stats = (await (await fetch(address.stats)).json()) as { succeeded: number };
    assert.equal(stats.succeeded, 1);
    child.stdin.end();
    const [code] = await once(child, "exit");
    assert.equal(code, 0);
  });

  it("ends on SIGTERM", async () => {
    const child = spawn(process.execPath, [server], { stdio: ["pipe", "pipe", "inherit"] });
    await once(child.stdout, "data");
    child.kill("SIGTERM");
    const [code] = await once(child, "exit");
    assert.equal(code, 0);
  });
});

describe("the research team, uninstrumented", () => {
  const app = fileURLToPath(new URL("../../examples/research-team/app.mjs", import.meta.url));

  async function runTeam(url: string, env: Record<string, string> = {}) {
    const child = spawn(process.execPath, [app], {
      env: { ...process.env, OPENAI_BASE_URL: url, OPENAI_API_KEY: "test-key", ...env },
    });
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
    return { stdout, logs: stderr.split("\n").filter((line) => line.startsWith("{")), stderr, code: code as number };
  }

  it("publishes a report, logs along the way and meets every scripted fault once", async () => {
    await using double = await createResearchTeamDouble();
    const run = await runTeam(double.url);
    assert.equal(run.code, 0, run.stderr);
    assert.match(run.stdout, /^Report 1: Electric buses pay off in six years\nElectric buses pay off, if/);
    assert.equal(run.logs.length, 12);
    await double.idle();
    assert.deepEqual(double.expected(), scripted(1));
    const { succeeded, errors, timeouts, aborted, streamed, toolCallsIssued } = double.stats();
    assert.deepEqual(
      { succeeded, errors, timeouts, aborted, streamed, toolCallsIssued },
      { succeeded: 16, errors: { 429: 1 }, timeouts: 1, aborted: 0, streamed: 3, toolCallsIssued: 8 },
    );
  });

  it("gives the same numbers for every further run, in one process or in another", async () => {
    await using double = await createResearchTeamDouble();
    const first = await runTeam(double.url, { DEMO_RUNS: "2" });
    assert.equal(first.code, 0, first.stderr);
    await double.idle();
    assert.deepEqual(double.expected(), scripted(2));
    const second = await runTeam(double.url, { DEMO_TOPIC: "Should the depot have a solar roof?" });
    assert.equal(second.code, 0, second.stderr);
    await double.idle();
    assert.deepEqual(double.expected(), scripted(3));
  });

  it("fails each run of an outage drill, says so and exits with 0", async () => {
    await using double = await createResearchTeamDouble();
    const run = await runTeam(double.url, { DEMO_FAIL: "1", DEMO_RUNS: "3" });
    assert.equal(run.code, 0, run.stderr);
    assert.equal(run.stdout.match(/^Report \d failed: 500/gm)?.length, 3);
    await double.idle();
    assert.deepEqual(double.expected(), {
      ...scripted(0),
      llmCalls: 3,
      errors: { 500: 3 },
    });
  });

  it("knows nothing of agent-observatory", async () => {
    const folder = fileURLToPath(new URL("../../examples/research-team/", import.meta.url));
    for (const file of (await readdir(folder)).filter((name) => name.endsWith(".mjs"))) {
      assert.doesNotMatch(await readFile(`${folder}${file}`, "utf8"), /agent-observatory/, file);
    }
  });
});

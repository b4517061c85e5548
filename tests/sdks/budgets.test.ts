/** What is spent stops every client's calls before they leave: fetch and undici in all versions, node:http, HTTP/2, and SDKs on top of them. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ATTR } from "../../src/model/index.ts";
import { type ProgramRun, pushedValue, runProgram } from "../process/run-program.ts";

/** A budget of nothing is spent from the beginning. */
const SPENT = {
  "observatory.yaml":
    "telemetry:\n  budgets:\n    limits: [{ name: none, per: day, limit: { usd: 0 }, mode: block }]\n",
};

/** Counts every byte that arrives, which for a request that was stopped is none. */
const PROGRAM = `
import { createServer as createTcpServer } from "node:net";
import { createServer as createHttp2Server } from "node:http2";
const bytes = [];
const tcp = createTcpServer((socket) => socket.on("error", () => {}).on("data", (chunk) => bytes.push(chunk.length)));
await new Promise((resolve) => tcp.listen(0, "127.0.0.1", resolve));
const origin = "http://127.0.0.1:" + tcp.address().port;
let bodies = 0;
const h2 = createHttp2Server();
h2.on("sessionError", () => {});
h2.on("stream", (stream) => stream.on("error", () => {}).on("data", () => { bodies += 1; }));
await new Promise((resolve) => h2.listen(0, "127.0.0.1", resolve));
const h2Origin = "http://127.0.0.1:" + h2.address().port;
const body = JSON.stringify({ model: "gpt-4o", messages: [{ role: "user", content: "Go" }] });
const headers = { "content-type": "application/json" };
// The first repetition of a client that repeats comes after 375 ms at the earliest.
const find = (error) => { for (let at = error; at; at = at.cause ?? at.lastError) if (at.code === "AO_BUDGET_EXCEEDED") return at; };
const attempt = async (name, step) => {
  const started = performance.now();
  let said = "went";
  try { await step(); } catch (error) {
    const found = find(error);
    said = found ? "refused " + error.constructor.name : "other " + error?.stack;
  }
  console.log(name, said, performance.now() - started < 350 ? "at once" : "after retries");
};
const end = () => { console.log("bytes", bytes.length, "bodies", bodies); process.exit(0); };
`;

async function run(source: string): Promise<{ lines: string[]; run: ProgramRun }> {
  const observed = await runProgram(`${PROGRAM}${source}\nend();`, { directory: import.meta.dirname, files: SPENT });
  assert.equal(observed.stderr, "");
  return { lines: observed.stdout.trim().split("\n"), run: observed };
}

describe("a call that a budget stops", () => {
  it("fails in fetch and every undici before a byte leaves", async () => {
    const { lines, run: observed } = await run(`
      import * as six from "undici-6"; import * as seven from "undici-7"; import * as eight from "undici";
      const { Readable } = await import("node:stream");
      const url = origin + "/v1/chat/completions";
      await attempt("fetch", () => fetch(url, { method: "POST", headers, body }));
      for (const [name, undici] of Object.entries({ six, seven, eight })) {
        await attempt(name + " fetch", () => undici.fetch(url, { method: "POST", headers, body }));
        await attempt(name + " request", () => undici.request(url, { method: "POST", headers, body }));
        await attempt(name + " stream", () => undici.request(url, { method: "POST", headers, body: Readable.from([body]) }));
        await attempt(name + " responses", () => undici.request(origin + "/v1/responses", { method: "POST", headers, body: '{"model":"gpt-4o","input":"Go"}' }));
        await attempt(name + " pool", () => new undici.Pool(origin).request({ path: "/v1/chat/completions", method: "POST", headers, body }));
        await attempt(name + " retrying", () => new undici.RetryAgent(new undici.Agent()).request({ origin, path: "/v1/chat/completions", method: "POST", headers, body }));
      }
    `);
    assert.equal(lines.pop(), "bytes 0 bodies 0");
    assert.equal(lines.length, 19);
    for (const line of lines) assert.match(line, / refused (TypeError|BudgetExceededError) at once$/);
    assert.equal(pushedValue(observed.points, "budget_blocked_calls_total"), 19);
    assert.equal(pushedValue(observed.points, "llm_requests_total"), undefined);
    assert.equal(observed.spans.filter(({ attributes }) => attributes[ATTR.errorCategory] === "budget").length, 19);
  });

  it("fails in node:http and axios before a byte leaves, and over HTTP/2 before its body does", async () => {
    const { lines } = await run(`
      import http from "node:http"; import { connect } from "node:http2"; import axios from "axios";
      const path = "/v1/chat/completions";
      const send = (agent) => new Promise((resolve, reject) => {
        http.request(origin + path, { method: "POST", headers, agent }, resolve).on("error", reject).end(body);
      });
      await attempt("http", () => send());
      await attempt("http agent", () => send(new http.Agent({ keepAlive: true })));
      await attempt("axios", () => axios.post(origin + path, JSON.parse(body)));
      await attempt("http2", () => new Promise((resolve, reject) => {
        const stream = connect(h2Origin).request({ ":method": "POST", ":path": path, ...headers });
        stream.on("error", reject).on("response", resolve);
        stream.end(body);
      }));
    `);
    assert.equal(lines.pop(), "bytes 0 bodies 0");
    assert.equal(lines.length, 4);
    for (const line of lines) assert.match(line, / refused \w+ at once$/);
  });

  it("fails in the SDKs with the error as a cause, after what they do about lost connections, which leaves nothing either", async () => {
    const { lines, run: observed } = await run(`
      import OpenAI4 from "openai-4"; import OpenAI7 from "openai"; import Anthropic from "@anthropic-ai/sdk";
      import { GoogleGenAI } from "@google/genai";
      import { BedrockRuntimeClient, ConverseCommand } from "@aws-sdk/client-bedrock-runtime";
      import { ChatOpenAI } from "@langchain/openai";
      import { generateText } from "ai"; import { createOpenAI } from "@ai-sdk/openai";
      const baseURL = origin + "/v1";
      const chat = { model: "gpt-4o", messages: [{ role: "user", content: "Go" }] };
      for (const [name, OpenAI] of Object.entries({ openai4: OpenAI4, openai7: OpenAI7 })) {
        const patient = new OpenAI({ apiKey: "k", baseURL });
        const hasty = new OpenAI({ apiKey: "k", baseURL, maxRetries: 0 });
        await attempt(name, () => patient.chat.completions.create(chat));
        await attempt(name + " without retries", () => hasty.chat.completions.create(chat));
        await attempt(name + " stream without retries", () => hasty.chat.completions.create({ ...chat, stream: true }));
      }
      const anthropic = new Anthropic({ apiKey: "k", baseURL: origin, maxRetries: 0 });
      await attempt("anthropic without retries", () => anthropic.messages.create({ ...chat, model: "claude-opus-4-6", max_tokens: 9 }));
      const google = new GoogleGenAI({ apiKey: "k", httpOptions: { baseUrl: origin } });
      await attempt("google", () => google.models.generateContent({ model: "gemini-2.5-flash", contents: "Go" }));
      const bedrock = new BedrockRuntimeClient({ region: "us-east-1", endpoint: h2Origin, credentials: { accessKeyId: "a", secretAccessKey: "s" } });
      await attempt("bedrock", () => bedrock.send(new ConverseCommand({ modelId: "amazon.nova-lite-v1:0", messages: [{ role: "user", content: [{ text: "Go" }] }] })));
      const langchain = new ChatOpenAI({ apiKey: "k", model: "gpt-4o", maxRetries: 0, configuration: { baseURL, maxRetries: 0 } });
      await attempt("langchain without retries", () => langchain.invoke("Go"));
      const model = createOpenAI({ apiKey: "k", baseURL }).chat("gpt-4o");
      await attempt("ai without retries", () => generateText({ model, prompt: "Go", maxRetries: 0 }));
    `);
    assert.equal(lines.pop(), "bytes 0 bodies 0");
    for (const line of lines) assert.match(line, / refused /);
    for (const line of lines.filter((one) => one.includes("without"))) assert.match(line, / at once$/);
    assert.equal(pushedValue(observed.points, "llm_requests_total"), undefined);
  });
});

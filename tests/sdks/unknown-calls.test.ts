/** What nothing here knows, at the hosts of model providers; and streams that break in the middle. Hosts are resolved to the loopback. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ATTR } from "../../src/model/index.ts";
import { awsEvent } from "../genai/framing/aws-messages.ts";
import { isInference, pushedValue } from "../process/run-program.ts";
import { events, json, jsonLines, type Routes, startRoutes } from "./doubles/routes.ts";
import { runObserved, seen } from "./observed.ts";

const ROUTES: Routes = [
  [/^POST \/v9\/dream$/, json({ id: "d-1", model: "dream-2", usage: { input_tokens: 5 } })],
  [/^POST \/v1\/refused$/, { ...json({ error: { message: "no such thing" } }), status: 404 }],
  [
    /^POST \/v1\/streams$/,
    events([
      ["", { a: 1 }],
      ["", "[DONE]"],
    ]),
  ],
  [/./, json({ ok: true })],
];

const CLIENT = `
import http from "node:http";
const port = Number(process.env.MODEL_PORT);
const lookup = (name, options, found) => options.all ? found(null, [{ address: "127.0.0.1", family: 4 }]) : found(null, "127.0.0.1", 4);
const ask = (method, host, path, body) => new Promise((resolve, reject) => {
  const request = http.request({ method, host, port, path, lookup, agent: false, headers: { "content-type": "application/json" } }, (answer) => {
    let text = "";
    answer.on("data", (piece) => { text += piece; });
    answer.on("end", () => resolve(text));
    answer.on("error", reject);
  });
  request.on("error", reject);
  request.end(body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body));
});
`;

const UNKNOWN_PROGRAM = `${CLIENT}
const openai = "api.openai.com";
console.log(await ask("POST", openai, "/v9/dream", { model: "dream-1", wish: "secret words" }));
console.log(await ask("POST", openai, "/v1/refused", { model: "dream-1", wish: "secret words" }));
console.log(await ask("POST", openai, "/v1/streams", { model: "dream-1", stream: true }));
console.log(await ask("POST", openai, "/v1/chat/completions", "no JSON, secret words"));
console.log(await ask("POST", "bedrock-runtime.eu-west-1.amazonaws.com", "/model/x.y/invoke", "no JSON, secret words"));
console.log(await ask("POST", openai, "/v1/fine_tuning/jobs", { model: "dream-1", training_file: "f" }));
console.log(await ask("POST", openai, "/v1/vector_stores", { name: "secret words" }));
console.log(await ask("GET", openai, "/v1/models"));
console.log(await ask("DELETE", openai, "/v1/files/f-1"));
console.log(await ask("POST", "models.example", "/v9/dream", { model: "dream-1" }));
`;

describe("at the host of a model provider", () => {
  it("a call of a model that nothing knows is a call, without tokens; all else is a plain request", async () => {
    await using server = await startRoutes(ROUTES);
    const run = await runObserved(UNKNOWN_PROGRAM, { env: { MODEL_PORT: new URL(server.url).port } });
    const calls = run.spans.filter(isInference);
    const names = [
      ATTR.operation,
      ATTR.provider,
      ATTR.requestModel,
      ATTR.responseModel,
      ATTR.inputTokens,
      ATTR.errorType,
      ATTR.requestStream,
    ];
    const other = { [ATTR.operation]: "other", [ATTR.provider]: "openai", [ATTR.requestModel]: "dream-1" };
    assert.deepEqual(
      calls.map((span) => seen(span, names)),
      [
        { ...other, [ATTR.responseModel]: "dream-2" },
        { ...other, [ATTR.errorType]: "404" },
        { ...other, [ATTR.requestStream]: true },
        { [ATTR.operation]: "other", [ATTR.provider]: "openai" },
        { [ATTR.operation]: "text_completion", [ATTR.provider]: "aws.bedrock", [ATTR.requestModel]: "x.y" },
      ],
    );
    assert.equal(calls[1]?.statusMessage, "no such thing");
    for (const span of calls) {
      assert.ok(Number(span.attributes[ATTR.requestBytes]) > 0 && Number(span.attributes[ATTR.responseBytes]) > 0);
      assert.ok(Number(span.attributes[ATTR.httpStatus]) >= 200);
    }
    const others = run.spans.filter((span) => !isInference(span));
    assert.deepEqual(
      others.map((span) => [
        span.name,
        span.attributes[ATTR.provider],
        Number(span.attributes[ATTR.responseBytes] ?? -1),
      ]),
      [
        ["POST", "openai", 11],
        ["POST", "openai", 11],
        ["GET", "openai", 11],
        ["DELETE", "openai", 11],
        ["POST", undefined, -1],
      ],
    );
    assert.equal(pushedValue(run.points, "llm_requests_total", { operation: "other" }), 4);
    assert.equal(pushedValue(run.points, "llm_tokens_total"), undefined);
    assert.ok(!JSON.stringify(run.spans).includes("secret words"));
    assert.equal(server.asked.filter(({ headers }) => headers["traceparent"] !== undefined).length, 1);
  });
});

const delta = awsEvent("contentBlockDelta", { contentBlockIndex: 0, delta: { text: "Hel" } });
const metadata = awsEvent("metadata", { usage: { inputTokens: 3, outputTokens: 2, totalTokens: 5 } });
const damaged = Buffer.from(metadata);
damaged[2] = 0x7f;
const AWS = "application/vnd.amazon.eventstream";
const line = { model: "m", message: { role: "assistant", content: "Hel" }, done: false };
const end = {
  model: "m",
  message: { role: "assistant", content: "" },
  done: true,
  done_reason: "stop",
  prompt_eval_count: 3,
  eval_count: 2,
};

const chat = {
  id: "c",
  model: "m",
  choices: [{ index: 0, delta: { content: "x" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 3, completion_tokens: 2 },
};

const BROKEN: Routes = [
  [
    /\/chat\/completions$/,
    ({ body }) => {
      const { model } = JSON.parse(body.toString()) as { model: string };
      const type = model === "as text" ? "text/plain" : "application/json";
      return { type, body: [":", " ping\n\nda", `ta: ${JSON.stringify(chat)}\n\n`, "data: [DONE]\n\n"] };
    },
  ],
  [/\/model\/cut\/converse-stream$/, { type: AWS, body: [delta, metadata.subarray(0, 20)], cut: true }],
  [/\/model\/damaged\/converse-stream$/, { type: AWS, body: [delta, damaged, metadata] }],
  [/\/model\/short\/converse-stream$/, { type: AWS, body: [delta, metadata.subarray(0, 20)] }],
  [/\/model\/nonsense\/converse-stream$/, { type: AWS, body: Buffer.alloc(200_000, 0xff) }],
  [/\/model\/whole\/converse-stream$/, { type: AWS, body: [delta, metadata, delta] }],
  [
    /\/api\/chat$/,
    ({ body }) => {
      const { model } = JSON.parse(body.toString()) as { model: string };
      const whole = jsonLines([line, end]);
      if (model === "cut line")
        return { ...whole, body: [`${JSON.stringify(line)}\n`, JSON.stringify(end).slice(0, 60)], cut: true };
      if (model === "bad line")
        return { ...whole, body: [`${JSON.stringify(line)}\n{"broken\n`, `${JSON.stringify(end)}`] };
      if (model === "mislabelled") return { ...whole, type: "application/json" };
      return {
        ...whole,
        body: [
          `${JSON.stringify({ ...line, message: { content: "x".repeat(6_000_000) } })}\n`,
          `${JSON.stringify(end)}\n`,
        ],
      };
    },
  ],
];

const BROKEN_PROGRAM = `${CLIENT}
const host = "models.example";
const attempt = async (path, body) => {
  try { console.log((await ask("POST", host, path, body)).length); } catch (error) { console.log(error.code); }
};
for (const model of ["cut", "damaged", "short", "nonsense", "whole"]) await attempt("/model/" + model + "/converse-stream", { messages: [] });
for (const model of ["cut line", "bad line", "mislabelled", "large"]) await attempt("/api/chat", { model, messages: [{ role: "user", content: "x" }] });
for (const model of ["as text", "as JSON"]) await attempt("/v1/chat/completions", { model, stream: true, messages: [] });
`;

describe("a stream that breaks, or is called something else", () => {
  it("is one call that ended, with the tokens that came, and no others", async () => {
    await using server = await startRoutes(BROKEN);
    const run = await runObserved(BROKEN_PROGRAM, { env: { MODEL_PORT: new URL(server.url).port } });
    const tokens = { [ATTR.inputTokens]: 3, [ATTR.outputTokens]: 2 };
    assert.deepEqual(
      run.spans.map((span) => [
        span.attributes[ATTR.requestModel],
        span.failed,
        seen(span, [ATTR.inputTokens, ATTR.outputTokens]),
      ]),
      [
        ["cut", true, {}],
        ["damaged", false, {}],
        ["short", false, {}],
        ["nonsense", false, {}],
        ["whole", false, tokens],
        ["cut line", true, {}],
        ["bad line", false, tokens],
        ["mislabelled", false, {}],
        ["large", false, tokens],
        ["as text", false, tokens],
        ["as JSON", false, tokens],
      ],
    );
    assert.equal(run.spans.every(isInference), true);
  });
});

/** What OpenAI's client does besides chat: pictures, sound, moderation and batches, against exact bytes. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ATTR } from "../../src/model/index.ts";
import { isInference, pushedValue } from "../process/run-program.ts";
import { events, json, type Routes, startRoutes } from "./doubles/routes.ts";
import { runObserved, seen } from "./observed.ts";

const PICTURE = "A".repeat(5 * 1024 * 1024);
const imageUsage = {
  total_tokens: 1100,
  input_tokens: 100,
  output_tokens: 1000,
  input_tokens_details: { text_tokens: 40, image_tokens: 60 },
};

const batchLine = (at: number, model: string, usage: object, status = 200): string =>
  JSON.stringify({
    id: `batch_req_${at}`,
    custom_id: `c-${at}`,
    response: {
      status_code: status,
      request_id: `r-${at}`,
      body:
        status === 200
          ? {
              id: `chatcmpl-${at}`,
              object: "chat.completion",
              model,
              choices: [{ index: 0, message: { role: "assistant", content: "secret words" }, finish_reason: "stop" }],
              usage,
            }
          : { error: { message: "no", type: "invalid_request_error" } },
    },
    error: null,
  });
const RESULTS = [
  batchLine(1, "gpt-4o-mini-2024-07-18", {
    prompt_tokens: 1_000_000,
    completion_tokens: 100_000,
    total_tokens: 1_100_000,
    prompt_tokens_details: { cached_tokens: 0 },
  }),
  batchLine(2, "gpt-4o-mini-2024-07-18", {
    prompt_tokens: 1_000_000,
    completion_tokens: 100_000,
    total_tokens: 1_100_000,
  }),
  batchLine(3, "gpt-4o-2024-08-06", { prompt_tokens: 10, completion_tokens: 1, total_tokens: 11 }),
  batchLine(4, "", {}, 400),
].join("\n");

const ROUTES: Routes = [
  [
    /^POST \/v1\/images\/(generations|edits)$/,
    ({ body }) =>
      body.includes("true")
        ? events([
            [
              "image_generation.partial_image",
              { type: "image_generation.partial_image", b64_json: "AAAA", partial_image_index: 0 },
            ],
            [
              "image_generation.completed",
              { type: "image_generation.completed", b64_json: PICTURE, usage: imageUsage },
            ],
          ])
        : json({ created: 1, data: [{ b64_json: PICTURE }], usage: imageUsage }),
  ],
  [
    /^POST \/v1\/audio\/transcriptions$/,
    ({ body }) => {
      if (body.includes("whisper-1")) return json({ text: "secret words", usage: { type: "duration", seconds: 12 } });
      if (body.includes('name="stream"')) {
        return events([
          ["", { type: "transcript.text.delta", delta: "secret words" }],
          [
            "",
            {
              type: "transcript.text.done",
              text: "secret words",
              usage: {
                type: "tokens",
                input_tokens: 14,
                input_token_details: { text_tokens: 4, audio_tokens: 10 },
                output_tokens: 45,
                total_tokens: 59,
              },
            },
          ],
          ["", "[DONE]"],
        ]);
      }
      return json({
        text: "secret words",
        usage: {
          type: "tokens",
          input_tokens: 14,
          input_token_details: { text_tokens: 4, audio_tokens: 10 },
          output_tokens: 45,
          total_tokens: 59,
        },
      });
    },
  ],
  [/^POST \/v1\/audio\/translations$/, { type: "text/plain", body: "secret words" }],
  [/^POST \/v1\/audio\/speech$/, { type: "audio/mpeg", body: [new Uint8Array(70_000), new Uint8Array(70_000)] }],
  [
    /^POST \/v1\/moderations$/,
    json({ id: "modr-1", model: "omni-moderation-2024-09-26", results: [{ flagged: false }] }),
  ],
  [
    /^POST \/v1\/batches$/,
    json({ id: "batch_1", object: "batch", endpoint: "/v1/chat/completions", status: "validating" }),
  ],
  [
    /^GET \/v1\/batches\/batch_1$/,
    json({
      id: "batch_1",
      object: "batch",
      status: "completed",
      output_file_id: "file-out",
      usage: { input_tokens: 5 },
    }),
  ],
  [
    /^GET \/v1\/files\/file-out\/content$/,
    { type: "application/octet-stream", body: [RESULTS.slice(0, 100), RESULTS.slice(100)] },
  ],
  [
    /^GET \/v1\/files\/file-other\/content$/,
    { type: "application/octet-stream", body: '{"a":1}\n{"custom_id":"x","response":{"status_code":200}}\n' },
  ],
  [/^POST \/v1\/files$/, json({ id: "file-in", object: "file", purpose: "batch" })],
  [/^POST \/openai\/deployments\/my-images\/images\/generations$/, json({ created: 1, data: [{ url: "https://x" }] })],
];

const PROGRAM = `
import OpenAI, { AzureOpenAI, toFile } from "openai";
const client = new OpenAI({ apiKey: "k", baseURL: process.env.MODEL_URL + "/v1", maxRetries: 0 });
const azure = new AzureOpenAI({ apiKey: "k", endpoint: process.env.MODEL_URL, apiVersion: "2024-10-21", deployment: "my-images", maxRetries: 0 });
const short = (key, part) => typeof part === "string" && part.length > 500 ? part.length : part;
const attempt = async (name, run) => {
  try { console.log(name, JSON.stringify(await run(), short)); } catch (error) { console.log(name, error.constructor.name, error.status, error.message); }
};
const all = async (events) => { const list = []; for await (const event of events) list.push(event); return list; };
const sound = () => toFile(Buffer.alloc(3_000_000, 13), "a.wav", { type: "audio/wav" });
const picture = () => toFile(Buffer.alloc(300_000, 10), "a.png", { type: "image/png" });
await attempt("generate", () => client.images.generate({ model: "gpt-image-1", prompt: "secret words", n: 2 }));
await attempt("generate stream", async () => all(await client.images.generate({ model: "gpt-image-1", prompt: "secret words", stream: true })));
await attempt("edit", async () => client.images.edit({ model: "gpt-image-1", prompt: "secret words", image: await picture() }));
await attempt("azure", () => azure.images.generate({ prompt: "secret words" }));
await attempt("transcribe", async () => client.audio.transcriptions.create({ model: "gpt-4o-transcribe", file: await sound(), temperature: 0.2 }));
await attempt("transcribe stream", async () => all(await client.audio.transcriptions.create({ model: "gpt-4o-mini-transcribe", file: await sound(), stream: true })));
await attempt("whisper", async () => client.audio.transcriptions.create({ model: "whisper-1", file: await sound() }));
await attempt("translate", async () => client.audio.translations.create({ model: "whisper-1", file: await sound(), response_format: "text" }));
await attempt("speak", async () => (await (await client.audio.speech.create({ model: "gpt-4o-mini-tts", voice: "alloy", input: "secret words" })).arrayBuffer()).byteLength);
await attempt("moderate", () => client.moderations.create({ model: "omni-moderation-latest", input: "secret words" }));
await attempt("upload", async () => client.files.create({ purpose: "batch", file: await toFile(Buffer.from("{}"), "in.jsonl") }));
await attempt("batch", () => client.batches.create({ input_file_id: "file-in", endpoint: "/v1/chat/completions", completion_window: "24h" }));
await attempt("state", () => client.batches.retrieve("batch_1"));
await attempt("results", async () => (await (await client.files.content("file-out")).text()).length);
await attempt("again", async () => (await (await client.files.content("file-out")).text()).length);
await attempt("other", async () => (await client.files.content("file-other")).text());
`;

const fact = (model: string, type: string, more: object = {}): object => ({
  [ATTR.operation]: "generate_content",
  [ATTR.requestModel]: model,
  [ATTR.outputType]: type,
  ...more,
});
const NUMBERS = [
  ATTR.operation,
  ATTR.requestModel,
  ATTR.outputType,
  ATTR.inputTokens,
  ATTR.outputTokens,
  ATTR.inputImageTokens,
  ATTR.outputImageTokens,
  ATTR.inputAudioTokens,
  ATTR.audioSeconds,
];
const pictureCounts = {
  [ATTR.inputTokens]: 100,
  [ATTR.outputTokens]: 1000,
  [ATTR.inputImageTokens]: 60,
  [ATTR.outputImageTokens]: 1000,
};
const soundCounts = { [ATTR.inputTokens]: 14, [ATTR.outputTokens]: 45, [ATTR.inputAudioTokens]: 10 };

describe("OpenAI besides chat", () => {
  it("is seen whole, and what a batch used is counted once, at its price", async () => {
    await using server = await startRoutes(ROUTES);
    const run = await runObserved(PROGRAM, { env: { MODEL_URL: server.url } });
    const calls = run.spans.filter(isInference);
    assert.deepEqual(
      calls.map((span) => seen(span, NUMBERS)),
      [
        fact("gpt-image-1", "image", pictureCounts),
        fact("gpt-image-1", "image", pictureCounts),
        fact("gpt-image-1", "image", pictureCounts),
        fact("my-images", "image"),
        fact("gpt-4o-transcribe", "text", soundCounts),
        fact("gpt-4o-mini-transcribe", "text", soundCounts),
        fact("whisper-1", "text", { [ATTR.audioSeconds]: 12 }),
        fact("whisper-1", "text"),
        fact("gpt-4o-mini-tts", "speech"),
        { [ATTR.operation]: "moderation", [ATTR.requestModel]: "omni-moderation-latest" },
      ],
    );
    assert.equal(calls[0]?.attributes[ATTR.requestChoiceCount], 2);
    assert.ok(Number(calls[4]?.attributes[ATTR.requestBytes]) > 3_000_000);
    assert.equal(calls[8]?.attributes[ATTR.responseBytes], 140_000);
    assert.ok(!JSON.stringify([run.spans, run.logs]).includes("secret words"));

    const creation = run.spans.find((span) => span.attributes[ATTR.operation] === "create_batch");
    assert.equal(creation?.attributes[ATTR.responseId], "batch_1");
    const results = run.spans.filter((span) => span.attributes[ATTR.operation] === "batch_results");
    assert.deepEqual(
      results.map((span) =>
        seen(span, [
          ATTR.responseModel,
          ATTR.inputTokens,
          ATTR.outputTokens,
          ATTR.batchRequests,
          ATTR.batchFailed,
          ATTR.serviceTier,
        ]),
      ),
      [
        {
          [ATTR.responseModel]: "gpt-4o-mini-2024-07-18",
          [ATTR.inputTokens]: 2_000_000,
          [ATTR.outputTokens]: 200_000,
          [ATTR.batchRequests]: 2,
          [ATTR.serviceTier]: "batch",
        },
        {
          [ATTR.responseModel]: "gpt-4o-2024-08-06",
          [ATTR.inputTokens]: 10,
          [ATTR.outputTokens]: 1,
          [ATTR.batchRequests]: 1,
          [ATTR.serviceTier]: "batch",
        },
        { [ATTR.batchRequests]: 1, [ATTR.batchFailed]: 1, [ATTR.serviceTier]: "batch" },
      ],
    );
    // $0.15 and $0.60 per million tokens, half of it in a batch.
    assert.ok(Math.abs(Number(results[0]?.attributes[ATTR.costUsd]) - (2 * 0.15 + 0.2 * 0.6) / 2) < 1e-9);
    const fetches = run.spans.filter((span) => span.spanId === results[0]?.parentSpanId);
    assert.equal(fetches[0]?.name, "GET");

    assert.equal(pushedValue(run.points, "llm_requests_total"), calls.length);
    assert.equal(pushedValue(run.points, "llm_requests_total", { model: "gpt-4o-mini-2024-07-18" }), undefined);
    assert.equal(
      pushedValue(run.points, "llm_tokens_total", { model: "gpt-4o-mini-2024-07-18", type: "input" }),
      2_000_000,
    );
    const others = run.spans.filter((span) => span.attributes[ATTR.operation] === undefined);
    assert.deepEqual(
      others.map((span) => `${span.name} ${String(span.attributes["url.full"]).slice(server.url.length)}`),
      [
        "POST /v1/files",
        "GET /v1/batches/batch_1",
        "GET /v1/files/file-out/content",
        "GET /v1/files/file-out/content",
        "GET /v1/files/file-other/content",
      ],
    );
  });
});

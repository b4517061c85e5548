/** Results of batches as Anthropic's client reads them, whole and left early. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ATTR } from "../../src/model/index.ts";
import { isInference, pushedValue } from "../process/run-program.ts";
import { json, jsonLines, type Routes, startRoutes } from "./doubles/routes.ts";
import { runObserved, seen } from "./observed.ts";

const MODEL = "claude-sonnet-4-5-20250929";
const result = (at: number, usage: object): object => ({
  custom_id: `c-${at}`,
  result: {
    type: "succeeded",
    message: {
      id: `msg_${at}`,
      type: "message",
      role: "assistant",
      model: MODEL,
      content: [{ type: "text", text: "secret words" }],
      stop_reason: "end_turn",
      stop_sequence: null,
      usage: { cache_creation_input_tokens: 0, service_tier: "batch", ...usage },
    },
  },
});
const ROUTES: Routes = [
  [
    /^POST \/v1\/messages\/batches$/,
    json({ id: "msgbatch_1", type: "message_batch", processing_status: "in_progress" }),
  ],
  [
    /^GET \/v1\/messages\/batches\/msgbatch_1$/,
    ({ headers }) =>
      json({
        id: "msgbatch_1",
        type: "message_batch",
        processing_status: "ended",
        results_url: `http://${headers.host}/v1/messages/batches/msgbatch_1/results`,
      }),
  ],
  [
    /\/results$/,
    jsonLines(
      [
        result(1, { input_tokens: 100_000, cache_read_input_tokens: 0, output_tokens: 10_000 }),
        result(2, { input_tokens: 0, cache_read_input_tokens: 100_000, output_tokens: 0 }),
        {
          custom_id: "c-3",
          result: { type: "errored", error: { type: "error", error: { type: "api_error", message: "no" } } },
        },
      ],
      "application/binary",
    ),
  ],
];

const PROGRAM = `
import Anthropic from "@anthropic-ai/sdk";
const client = new Anthropic({ apiKey: "k", baseURL: process.env.MODEL_URL, maxRetries: 0 });
const params = { model: "${MODEL}", max_tokens: 5, messages: [{ role: "user", content: "secret words" }] };
console.log(JSON.stringify(await client.messages.batches.create({ requests: [{ custom_id: "c-1", params }, { custom_id: "c-2", params }] })));
for (const round of [1, 2]) {
  for await (const line of await client.messages.batches.results("msgbatch_1")) console.log(round, line.custom_id, line.result.type);
}
`;

describe("a batch of Anthropic's", () => {
  it("is counted as its results are read, at half the price, and once", async () => {
    await using server = await startRoutes(ROUTES);
    const run = await runObserved(PROGRAM, { env: { MODEL_URL: server.url } });
    assert.deepEqual(run.spans.filter(isInference), []);
    const creation = run.spans.find((span) => span.attributes[ATTR.operation] === "create_batch");
    assert.deepEqual(seen(creation, [ATTR.responseId, ATTR.batchRequests]), {
      [ATTR.responseId]: "msgbatch_1",
      [ATTR.batchRequests]: 2,
    });
    const results = run.spans.filter((span) => span.attributes[ATTR.operation] === "batch_results");
    const names = [
      ATTR.provider,
      ATTR.responseModel,
      ATTR.inputTokens,
      ATTR.outputTokens,
      ATTR.cacheReadTokens,
      ATTR.batchRequests,
    ];
    assert.deepEqual(
      results.map((span) => seen(span, names)),
      [
        {
          [ATTR.provider]: "anthropic",
          [ATTR.responseModel]: MODEL,
          [ATTR.inputTokens]: 200_000,
          [ATTR.outputTokens]: 10_000,
          [ATTR.cacheReadTokens]: 100_000,
          [ATTR.batchRequests]: 2,
        },
        { [ATTR.provider]: "anthropic", [ATTR.batchRequests]: 1 },
      ],
    );
    // $3 for a million in, $0.30 from the cache, $15 out; half of it in a batch.
    assert.ok(Math.abs(Number(results[0]?.attributes[ATTR.costUsd]) - (0.3 + 0.03 + 0.15) / 2) < 1e-9);
    assert.equal(pushedValue(run.points, "llm_requests_total"), undefined);
    assert.equal(pushedValue(run.points, "llm_tokens_total", { type: "input" }), 200_000);
    assert.ok(!JSON.stringify(run.spans).includes("secret words"));
  });
});

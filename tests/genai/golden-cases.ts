/**
 * What recorded answers come to. A case is one file of tests/recorded; its cost is computed here by hand from what the providers publish:
 * tokens with their price per million, times what the tier costs, plus what is billed by the piece.
 */
import type { RequestTarget, Usage } from "../../src/genai/index.ts";
import { ATTR } from "../../src/model/index.ts";

export type GoldenCase = {
  readonly file: string;
  readonly at: Partial<RequestTarget>;
  /** Headers of the answer. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The model that was asked for, where the answer names none. */
  readonly asked?: string;
  readonly usage: Usage | undefined;
  readonly finish?: readonly string[];
  /** Further attributes that the answer gives. */
  readonly says?: Readonly<Record<string, unknown>>;
  readonly error?: string;
  readonly status: string | undefined;
  readonly cost?: readonly (readonly [tokens: number, usdPerMillion: number])[];
  readonly factor?: number;
  readonly feesUsd?: number;
  /** The same in one number. */
  readonly usd?: number;
};

const OPENAI = { host: "api.openai.com" };
const CHAT = { ...OPENAI, path: "/v1/chat/completions" };
const RESPONSES = { ...OPENAI, path: "/v1/responses" };
const AZURE = { host: "orchard.openai.azure.com", path: "/openai/deployments/trees/chat/completions" };
const MESSAGES = { host: "api.anthropic.com", path: "/v1/messages" };
const VERTEX = "/v1/projects/orchard/locations";
const gemini = (model: string, action = "generateContent"): Partial<RequestTarget> => ({
  host: "generativelanguage.googleapis.com",
  path: `/v1beta/models/${model}:${action}`,
});
const imitator = (host: string, path = "/v1/chat/completions"): Partial<RequestTarget> => ({ host, path });
const tier = (name: string): Record<string, string> => ({ [ATTR.serviceTier]: name });

export const GOLDEN: readonly GoldenCase[] = [
  // OpenAI: cached tokens are part of the prompt, reasoning is part of the completion.
  {
    file: "openai/chat-plain.json",
    at: CHAT,
    usage: {
      input: 1117,
      output: 46,
      cacheRead: 0,
      reasoning: 0,
      inputAudio: 0,
      outputAudio: 0,
    },
    finish: ["stop"],
    status: "priced",
    cost: [
      [1117, 2.5],
      [46, 10],
    ],
    usd: 0.0032525,
  },
  {
    file: "openai/chat-cached-reasoning.json",
    at: CHAT,
    usage: { input: 2006, output: 1500, cacheRead: 1920, reasoning: 1088, inputAudio: 0, outputAudio: 0 },
    finish: ["stop"],
    status: "priced",
    cost: [
      [86, 1.25],
      [1920, 0.125],
      [1500, 10],
    ],
    usd: 0.0153475,
  },
  {
    file: "openai/chat-tools.json",
    at: CHAT,
    usage: { input: 82, output: 17, cacheRead: 0, reasoning: 0, inputAudio: 0, outputAudio: 0 },
    finish: ["tool_call"],
    status: "priced",
    cost: [
      [82, 2.5],
      [17, 10],
    ],
    usd: 0.000375,
  },
  {
    file: "openai/chat-refusal.json",
    at: CHAT,
    usage: { input: 81, output: 11, cacheRead: 0, reasoning: 0, inputAudio: 0, outputAudio: 0 },
    finish: ["stop"],
    status: "priced",
    cost: [
      [81, 2.5],
      [11, 10],
    ],
    usd: 0.0003125,
  },
  {
    file: "openai/chat-audio.json",
    at: CHAT,
    usage: {
      input: 310,
      output: 142,
      cacheRead: 0,
      reasoning: 0,
      inputAudio: 280,
      outputAudio: 110,
      inputImage: 0,
    },
    finish: ["stop"],
    status: "priced",
    cost: [
      [30, 2.5],
      [280, 32],
      [32, 10],
      [110, 64],
    ],
    usd: 0.016395,
  },
  {
    // The price table has no price for this model's audio, and text is a sixteenth of it.
    file: "openai/chat-audio-unpriced.json",
    at: CHAT,
    usage: { input: 310, output: 142, cacheRead: 0, reasoning: 0, inputAudio: 280, outputAudio: 110 },
    finish: ["stop"],
    status: "unknown_rate",
  },
  {
    // Predicted tokens are part of the completion, rejected ones are billed as well.
    file: "openai/chat-prediction.json",
    at: CHAT,
    usage: { input: 390, output: 415, cacheRead: 0, reasoning: 0, inputAudio: 0, outputAudio: 0 },
    finish: ["stop"],
    status: "priced",
    cost: [
      [390, 2],
      [415, 8],
    ],
    usd: 0.0041,
  },
  {
    file: "openai/chat-cache-write.json",
    at: CHAT,
    usage: {
      input: 9000,
      output: 500,
      cacheRead: 2000,
      cacheCreation: 6000,
      reasoning: 128,
      inputAudio: 0,
      outputAudio: 0,
    },
    finish: ["stop"],
    status: "priced",
    cost: [
      [1000, 4],
      [2000, 0.4],
      [6000, 5],
      [500, 20],
    ],
    usd: 0.0448,
  },
  {
    file: "openai/chat-stream.sse",
    at: CHAT,
    usage: { input: 4210, output: 9, cacheRead: 4096, reasoning: 0, inputAudio: 0, outputAudio: 0 },
    finish: ["stop"],
    status: "priced",
    cost: [
      [114, 0.15],
      [4096, 0.075],
      [9, 0.6],
    ],
    usd: 0.0003297,
  },
  { file: "openai/chat-stream-without-usage.sse", at: CHAT, usage: undefined, finish: ["stop"], status: "no_usage" },
  {
    file: "openai/chat-stream-reasoning.sse",
    at: CHAT,
    usage: { input: 2048, output: 840, cacheRead: 1024, reasoning: 832, inputAudio: 0, outputAudio: 0 },
    finish: ["stop"],
    status: "priced",
    cost: [
      [1024, 2],
      [1024, 0.5],
      [840, 8],
    ],
    usd: 0.00928,
  },
  {
    file: "openai/completion.json",
    at: { ...OPENAI, path: "/v1/completions" },
    usage: { input: 500, output: 70 },
    finish: ["length"],
    status: "priced",
    cost: [
      [500, 1.5],
      [70, 2],
    ],
    usd: 0.00089,
  },
  {
    file: "openai/embedding.json",
    at: { ...OPENAI, path: "/v1/embeddings" },
    usage: { input: 8000 },
    status: "priced",
    cost: [[8000, 0.02]],
    usd: 0.00016,
  },
  { file: "openai/error-429.json", at: CHAT, usage: undefined, error: "rate_limit_exceeded", status: undefined },

  {
    file: "openai/responses-plain.json",
    at: RESPONSES,
    usage: { input: 3600, output: 870, cacheRead: 2560, reasoning: 640 },
    finish: ["stop"],
    status: "priced",
    cost: [
      [1040, 1.25],
      [2560, 0.125],
      [870, 10],
    ],
    usd: 0.01032,
  },
  {
    file: "openai/responses-flex.json",
    at: RESPONSES,
    usage: { input: 10_000, output: 2000, cacheRead: 4000, reasoning: 1500 },
    finish: ["stop"],
    says: { [ATTR.openaiResponseServiceTier]: "flex" },
    status: "priced",
    cost: [
      [6000, 2],
      [4000, 0.5],
      [2000, 8],
    ],
    factor: 0.5,
    usd: 0.015,
  },
  {
    file: "openai/responses-scale.json",
    at: RESPONSES,
    usage: { input: 10_000, output: 2000, cacheRead: 0, reasoning: 0 },
    finish: ["stop"],
    says: { [ATTR.openaiResponseServiceTier]: "scale" },
    status: "unknown_rate",
  },
  {
    // Beyond 272,000 tokens all of the request costs more.
    file: "openai/responses-long.json",
    at: RESPONSES,
    usage: { input: 300_000, output: 1000, cacheRead: 100_000, reasoning: 0 },
    finish: ["stop"],
    status: "priced",
    cost: [
      [200_000, 5],
      [100_000, 0.5],
      [1000, 22.5],
    ],
    usd: 1.0725,
  },
  {
    // Two searches of the web at $10 per 1,000, one of files at $2.50; opening a page costs nothing.
    file: "openai/responses-tools.json",
    at: RESPONSES,
    usage: { input: 9000, output: 600, cacheRead: 0, reasoning: 0, webSearches: 2, fileSearches: 1 },
    finish: ["stop"],
    status: "priced",
    cost: [
      [9000, 1.25],
      [600, 10],
    ],
    feesUsd: 0.0225,
    usd: 0.03975,
  },
  {
    file: "openai/responses-function-call.json",
    at: RESPONSES,
    usage: { input: 291, output: 23, cacheRead: 0, reasoning: 0 },
    finish: ["tool_call"],
    status: "priced",
    cost: [
      [291, 1.25],
      [23, 10],
    ],
    usd: 0.00059375,
  },
  {
    // The container is billed besides, by what the answer does not say.
    file: "openai/responses-code-interpreter.json",
    at: RESPONSES,
    usage: { input: 1000, output: 200, cacheRead: 0, reasoning: 0 },
    finish: ["stop"],
    status: "unknown_rate",
    cost: [
      [1000, 1.25],
      [200, 10],
    ],
    usd: 0.00325,
  },
  { file: "openai/responses-background.json", at: RESPONSES, usage: undefined, status: "deferred" },
  {
    file: "openai/responses-compaction.json",
    at: { ...OPENAI, path: "/v1/responses/compact" },
    asked: "gpt-5",
    usage: { input: 139, output: 438, cacheRead: 0, reasoning: 64 },
    finish: ["stop"],
    status: "priced",
    cost: [
      [139, 1.25],
      [438, 10],
    ],
    usd: 0.00455375,
  },
  {
    file: "openai/responses-stream-priority.sse",
    at: RESPONSES,
    usage: { input: 6000, output: 1000, cacheRead: 5120, reasoning: 896 },
    finish: ["stop"],
    says: { [ATTR.openaiResponseServiceTier]: "priority" },
    status: "priced",
    // GPT-5 mini with priority: $0.45, cached $0.045, output $3.60.
    cost: [
      [880, 0.45],
      [5120, 0.045],
      [1000, 3.6],
    ],
    usd: 0.0042264,
  },
  {
    file: "openai/responses-stream-incomplete.sse",
    at: RESPONSES,
    usage: { input: 100, output: 64, cacheRead: 0, reasoning: 64 },
    finish: ["length"],
    status: "priced",
    cost: [
      [100, 1.25],
      [64, 10],
    ],
    usd: 0.000765,
  },
  {
    file: "openai/responses-stream-failed.sse",
    at: RESPONSES,
    usage: undefined,
    finish: ["error"],
    error: "server_error",
    status: undefined,
  },
  {
    file: "openai/responses-stream-error.sse",
    at: RESPONSES,
    usage: undefined,
    error: "ERR_SOMETHING",
    status: undefined,
  },

  // Azure: the model is in the answer, the deployment in the path; what the filter found is told.
  {
    file: "azure/chat-stream.sse",
    at: AZURE,
    asked: "trees",
    usage: { input: 1200, output: 30, cacheRead: 1024, reasoning: 0, inputAudio: 0, outputAudio: 0 },
    finish: ["stop"],
    status: "priced",
    cost: [
      [176, 2.5],
      [1024, 1.25],
      [30, 10],
    ],
    usd: 0.00202,
  },
  {
    file: "azure/chat-filtered.json",
    at: AZURE,
    asked: "trees",
    usage: { input: 40, output: 12, cacheRead: 0, reasoning: 0, inputAudio: 0, outputAudio: 0 },
    finish: ["content_filter"],
    says: { [ATTR.contentFiltered]: ["violence"] },
    status: "priced",
    cost: [
      [40, 2.5],
      [12, 10],
    ],
    usd: 0.00022,
  },
  {
    file: "azure/error-filtered.json",
    at: AZURE,
    asked: "trees",
    usage: undefined,
    says: { [ATTR.contentFiltered]: ["jailbreak"] },
    error: "content_filter",
    status: undefined,
  },

  // Anthropic: input_tokens leaves out what the cache read and wrote.
  {
    file: "anthropic/messages-plain.json",
    at: MESSAGES,
    usage: { input: 2095, output: 503, cacheRead: 0, cacheCreation: 0, cacheCreation1h: 0 },
    finish: ["stop"],
    says: { ...tier("standard"), [ATTR.inferenceGeo]: "global" },
    status: "priced",
    cost: [
      [2095, 3],
      [503, 15],
    ],
    usd: 0.01383,
  },
  {
    // 3,000 tokens written for five minutes, 2,000 for an hour.
    file: "anthropic/messages-cached.json",
    at: MESSAGES,
    usage: { input: 193_107, output: 393, cacheRead: 188_086, cacheCreation: 5000, cacheCreation1h: 2000 },
    finish: ["stop"],
    status: "priced",
    cost: [
      [21, 5],
      [188_086, 0.5],
      [3000, 6.25],
      [2000, 10],
      [393, 25],
    ],
    usd: 0.142723,
  },
  {
    file: "anthropic/messages-long.json",
    at: MESSAGES,
    usage: { input: 211_000, output: 2000, cacheRead: 210_000, cacheCreation: 0, cacheCreation1h: 0 },
    finish: ["stop"],
    status: "priced",
    cost: [
      [1000, 6],
      [210_000, 0.6],
      [2000, 22.5],
    ],
    usd: 0.177,
  },
  {
    file: "anthropic/messages-thinking.json",
    at: MESSAGES,
    usage: { input: 400, output: 1200, cacheRead: 0, cacheCreation: 0, cacheCreation1h: 0, reasoning: 1100 },
    finish: ["stop"],
    says: tier("standard"),
    status: "priced",
    cost: [
      [400, 5],
      [1200, 25],
    ],
    usd: 0.032,
  },
  {
    file: "anthropic/messages-tools.json",
    at: MESSAGES,
    usage: { input: 472, output: 89, cacheRead: 0, cacheCreation: 0, cacheCreation1h: 0 },
    finish: ["tool_call"],
    status: "priced",
    cost: [
      [472, 3],
      [89, 15],
    ],
    usd: 0.002751,
  },
  {
    file: "anthropic/messages-web-search.json",
    at: MESSAGES,
    usage: { input: 6039, output: 931, cacheRead: 0, cacheCreation: 0, cacheCreation1h: 0, webSearches: 2 },
    finish: ["stop"],
    status: "priced",
    cost: [
      [6039, 1],
      [931, 5],
    ],
    feesUsd: 0.02,
    usd: 0.030694,
  },
  {
    file: "anthropic/messages-batch.json",
    at: MESSAGES,
    usage: { input: 5000, output: 500, cacheRead: 4000, cacheCreation: 0, cacheCreation1h: 0 },
    finish: ["stop"],
    says: tier("batch"),
    status: "priced",
    cost: [
      [1000, 5],
      [4000, 0.5],
      [500, 25],
    ],
    factor: 0.5,
    usd: 0.00975,
  },
  {
    // Its price is a contract's.
    file: "anthropic/messages-priority.json",
    at: MESSAGES,
    usage: { input: 1000, output: 500, cacheRead: 0, cacheCreation: 0, cacheCreation1h: 0 },
    finish: ["stop"],
    says: tier("priority"),
    status: "unknown_rate",
  },
  {
    // Fast mode is twice the price, inference in the US alone a tenth more.
    file: "anthropic/messages-fast.json",
    at: MESSAGES,
    usage: { input: 1000, output: 500, cacheRead: 0, cacheCreation: 0, cacheCreation1h: 0 },
    finish: ["stop"],
    says: { ...tier("fast"), [ATTR.inferenceGeo]: "us" },
    status: "priced",
    cost: [
      [1000, 5],
      [500, 25],
    ],
    factor: 2.2,
    usd: 0.0385,
  },
  {
    // What compaction used is billed, and stands beside the totals.
    file: "anthropic/messages-compacted.json",
    at: MESSAGES,
    usage: { input: 188_000, output: 3800, cacheRead: 0, cacheCreation: 0, cacheCreation1h: 0 },
    finish: ["stop"],
    status: "priced",
    cost: [
      [188_000, 3],
      [3800, 15],
    ],
    usd: 0.621,
  },
  {
    // The advisor is another model: its tokens are missing here, and the status says so.
    file: "anthropic/messages-advised.json",
    at: MESSAGES,
    usage: { input: 2000, output: 300, cacheRead: 0, cacheCreation: 0, cacheCreation1h: 0 },
    finish: ["stop"],
    status: "unknown_rate",
    cost: [
      [2000, 3],
      [300, 15],
    ],
    usd: 0.0105,
  },
  {
    file: "anthropic/messages-refusal.json",
    at: MESSAGES,
    usage: { input: 60, output: 4, cacheRead: 0, cacheCreation: 0, cacheCreation1h: 0 },
    finish: ["content_filter"],
    status: "priced",
    cost: [
      [60, 3],
      [4, 15],
    ],
    usd: 0.00024,
  },
  { file: "anthropic/error-529.json", at: MESSAGES, usage: undefined, error: "overloaded_error", status: undefined },
  {
    file: "anthropic/stream-thinking-tools.sse",
    at: MESSAGES,
    usage: { input: 13_525, output: 489, cacheRead: 12_000, cacheCreation: 1500, cacheCreation1h: 0 },
    finish: ["tool_call"],
    status: "priced",
    cost: [
      [25, 3],
      [12_000, 0.3],
      [1500, 3.75],
      [489, 15],
    ],
    usd: 0.016635,
  },
  {
    // Left before it told its output: the one token of its start is not that.
    file: "anthropic/stream-left.sse",
    at: MESSAGES,
    usage: { input: 13_525, cacheRead: 12_000, cacheCreation: 1500, cacheCreation1h: 0 },
    status: "priced",
    cost: [
      [25, 3],
      [12_000, 0.3],
      [1500, 3.75],
    ],
    usd: 0.0093,
  },
  {
    // Counts of message_delta are the totals, not an addition.
    file: "anthropic/stream-web-search.sse",
    at: MESSAGES,
    usage: { input: 10_682, output: 510, cacheRead: 0, cacheCreation: 0, cacheCreation1h: 0, webSearches: 1 },
    finish: ["stop"],
    status: "priced",
    cost: [
      [10_682, 3],
      [510, 15],
    ],
    feesUsd: 0.01,
    usd: 0.049696,
  },
  {
    file: "anthropic/stream-fallback.sse",
    at: MESSAGES,
    usage: { input: 120, output: 20, cacheRead: 0, cacheCreation: 0, cacheCreation1h: 0 },
    finish: ["stop"],
    says: { [ATTR.fallbackFrom]: "claude-opus-5" },
    status: "unknown_rate",
    cost: [
      [120, 3],
      [20, 15],
    ],
    usd: 0.00066,
  },
  {
    file: "anthropic/stream-error.sse",
    at: MESSAGES,
    usage: { input: 25, cacheRead: 0, cacheCreation: 0, cacheCreation1h: 0 },
    error: "overloaded_error",
    status: "partial_usage",
    cost: [[25, 3]],
    usd: 0.000075,
  },
  {
    file: "anthropic/complete.json",
    at: { ...MESSAGES, path: "/v1/complete" },
    usage: undefined,
    finish: ["stop"],
    status: "no_usage",
  },
  {
    // Claude in one region of Vertex AI is a tenth more; an hour in the cache is twice the price of input.
    file: "vertex/claude-stream.sse",
    at: {
      host: "us-east5-aiplatform.googleapis.com",
      path: `${VERTEX}/us-east5/publishers/anthropic/models/claude-haiku-4-5@20251001:streamRawPredict`,
    },
    usage: { input: 4000, output: 200, cacheRead: 0, cacheCreation: 1000, cacheCreation1h: 1000 },
    finish: ["stop"],
    status: "priced",
    cost: [
      [3000, 1],
      [1000, 2],
      [200, 5],
    ],
    factor: 1.1,
    usd: 0.0066,
  },

  // Google: thoughts are counted beside the answer, results of tools beside the prompt.
  {
    file: "gemini/generate-thinking.json",
    at: gemini("gemini-2.5-flash"),
    usage: { input: 1200, output: 1145, reasoning: 845 },
    finish: ["stop"],
    status: "priced",
    cost: [
      [1200, 0.3],
      [1145, 2.5],
    ],
    usd: 0.0032225,
  },
  {
    file: "gemini/generate-cached.json",
    at: gemini("gemini-2.5-pro"),
    usage: { input: 50_000, output: 1000, cacheRead: 40_000, reasoning: 600 },
    finish: ["stop"],
    status: "priced",
    cost: [
      [10_000, 1.25],
      [40_000, 0.125],
      [1000, 10],
    ],
    usd: 0.0275,
  },
  {
    file: "gemini/generate-long.json",
    at: gemini("gemini-2.5-pro"),
    usage: { input: 250_000, output: 1000 },
    finish: ["stop"],
    status: "priced",
    cost: [
      [250_000, 2.5],
      [1000, 15],
    ],
    usd: 0.64,
  },
  {
    file: "gemini/generate-image.json",
    at: gemini("gemini-2.5-flash-image"),
    usage: { input: 267, output: 1300, inputImage: 258, outputImage: 1290 },
    finish: ["stop"],
    status: "priced",
    cost: [
      [267, 0.3],
      [10, 2.5],
      [1290, 30],
    ],
    usd: 0.0388051,
  },
  {
    file: "gemini/generate-tools.json",
    at: gemini("gemini-2.5-flash"),
    usage: { input: 1000, output: 120, reasoning: 100 },
    finish: ["tool_call"],
    status: "priced",
    cost: [
      [1000, 0.3],
      [120, 2.5],
    ],
    usd: 0.0006,
  },
  {
    // Grounding is billed by prompts or by queries, beyond a free number a day.
    file: "gemini/generate-grounded.json",
    at: gemini("gemini-2.5-flash"),
    usage: { input: 30, output: 70, webSearches: 2 },
    finish: ["stop"],
    status: "unknown_rate",
    cost: [
      [30, 0.3],
      [70, 2.5],
    ],
    usd: 0.000184,
  },
  {
    file: "gemini/generate-blocked.json",
    at: gemini("gemini-2.5-flash"),
    usage: { input: 33 },
    finish: ["content_filter"],
    status: "priced",
    cost: [[33, 0.3]],
    usd: 0.0000099,
  },
  {
    file: "gemini/generate-flex.json",
    at: gemini("gemini-3.5-flash"),
    headers: { "x-gemini-service-tier": "flex" },
    usage: { input: 10_000, output: 1000 },
    finish: ["stop"],
    says: tier("flex"),
    status: "priced",
    cost: [
      [10_000, 1.5],
      [1000, 9],
    ],
    factor: 0.5,
    usd: 0.012,
  },
  {
    // Audio has a price of its own, and another one from the cache.
    file: "gemini/stream-audio.sse",
    at: gemini("gemini-2.5-flash", "streamGenerateContent"),
    usage: { input: 5000, output: 700, cacheRead: 3000, reasoning: 500, inputAudio: 4000, cacheReadAudio: 2500 },
    finish: ["stop"],
    status: "priced",
    cost: [
      [500, 0.3],
      [500, 0.03],
      [1500, 1],
      [2500, 0.1],
      [700, 2.5],
    ],
    usd: 0.003665,
  },
  {
    file: "gemini/stream-as-array.json",
    at: gemini("gemini-2.5-flash", "streamGenerateContent"),
    usage: { input: 12, output: 30 },
    finish: ["length"],
    status: "priced",
    cost: [
      [12, 0.3],
      [30, 2.5],
    ],
    usd: 0.0000786,
  },
  {
    file: "gemini/error-429.json",
    at: gemini("gemini-2.5-flash"),
    usage: undefined,
    error: "RESOURCE_EXHAUSTED",
    status: undefined,
  },
  {
    file: "gemini/embed.json",
    at: gemini("gemini-embedding-001", "embedContent"),
    asked: "gemini-embedding-001",
    usage: { input: 2000 },
    status: "priced",
    cost: [[2000, 0.15]],
    usd: 0.0003,
  },
  {
    file: "gemini/embed-without-usage.json",
    at: gemini("gemini-embedding-001", "batchEmbedContents"),
    asked: "gemini-embedding-001",
    usage: undefined,
    status: "no_usage",
  },
  {
    file: "gemini/interaction.json",
    at: { host: "generativelanguage.googleapis.com", path: "/v1beta/interactions" },
    usage: { input: 1000, output: 450, cacheRead: 800, reasoning: 300 },
    finish: ["stop"],
    status: "priced",
    cost: [
      [200, 0.3],
      [800, 0.03],
      [450, 2.5],
    ],
    usd: 0.001209,
  },
  {
    file: "gemini/interaction-stream.sse",
    at: { host: "generativelanguage.googleapis.com", path: "/v1beta/interactions" },
    usage: { input: 1000, output: 450, cacheRead: 800, reasoning: 300 },
    finish: ["stop"],
    status: "priced",
    cost: [
      [200, 0.3],
      [800, 0.03],
      [450, 2.5],
    ],
    usd: 0.001209,
  },
  {
    file: "vertex/generate.json",
    at: {
      host: "aiplatform.googleapis.com",
      path: `${VERTEX}/global/publishers/google/models/gemini-2.5-flash:generateContent`,
    },
    usage: { input: 4000, output: 600, reasoning: 500 },
    finish: ["stop"],
    says: tier("flex"),
    status: "priced",
    cost: [
      [4000, 0.3],
      [600, 2.5],
    ],
    factor: 0.5,
    usd: 0.00135,
  },
  {
    file: "vertex/generate-provisioned.json",
    at: {
      host: "us-central1-aiplatform.googleapis.com",
      path: `${VERTEX}/us-central1/publishers/google/models/gemini-2.5-flash:generateContent`,
    },
    usage: { input: 4000, output: 100 },
    finish: ["stop"],
    says: tier("provisioned"),
    status: "unknown_rate",
  },
  {
    file: "vertex/predict-embedding.json",
    at: {
      host: "us-central1-aiplatform.googleapis.com",
      path: `${VERTEX}/us-central1/publishers/google/models/gemini-embedding-001:predict`,
    },
    asked: "gemini-embedding-001",
    usage: { input: 2000 },
    status: "priced",
    cost: [[2000, 0.15]],
    usd: 0.0003,
  },

  // Those who imitate OpenAI, with usage in places of their own.
  {
    file: "deepseek/chat.json",
    at: imitator("api.deepseek.com", "/chat/completions"),
    usage: { input: 5000, output: 400, cacheRead: 4480 },
    finish: ["stop"],
    status: "priced",
    cost: [
      [520, 0.27],
      [4480, 0.07],
      [400, 1.1],
    ],
    usd: 0.000894,
  },
  {
    file: "deepseek/reasoner.json",
    at: imitator("api.deepseek.com", "/chat/completions"),
    usage: { input: 1000, output: 900, cacheRead: 640, reasoning: 700 },
    finish: ["stop"],
    status: "priced",
    cost: [
      [360, 0.55],
      [640, 0.14],
      [900, 2.19],
    ],
    usd: 0.0022586,
  },
  {
    file: "groq/chat-stream.sse",
    at: imitator("api.groq.com", "/openai/v1/chat/completions"),
    usage: { input: 3000, output: 200 },
    finish: ["stop"],
    status: "priced",
    cost: [
      [3000, 0.59],
      [200, 0.79],
    ],
    usd: 0.001928,
  },
  {
    // xAI counts reasoning beside the completion.
    file: "xai/chat.json",
    at: imitator("api.x.ai"),
    usage: { input: 2000, output: 900, cacheRead: 1000, reasoning: 800, inputAudio: 0, outputAudio: 0, inputImage: 0 },
    finish: ["stop"],
    status: "priced",
    cost: [
      [1000, 0.3],
      [1000, 0.075],
      [900, 0.5],
    ],
    usd: 0.000825,
  },
  {
    file: "xai/chat-cost.json",
    at: imitator("api.x.ai"),
    usage: { input: 2000, output: 900, cacheRead: 1000, reasoning: 800, inputAudio: 0, inputImage: 0 },
    finish: ["stop"],
    status: "reported",
    usd: 0.0007,
  },
  {
    file: "openrouter/chat.json",
    at: imitator("openrouter.ai", "/api/v1/chat/completions"),
    usage: { input: 1000, output: 100, cacheRead: 0, cacheCreation: 0, reasoning: 0, inputAudio: 0 },
    finish: ["stop"],
    status: "reported",
    usd: 0.0045,
  },
  {
    // With a key of one's own the provider bills beside OpenRouter.
    file: "openrouter/chat-own-key.json",
    at: imitator("openrouter.ai", "/api/v1/chat/completions"),
    usage: { input: 1000, output: 100 },
    finish: ["stop"],
    status: "reported",
    usd: 0.0002205,
  },
  {
    file: "openrouter/chat-without-cost.json",
    at: imitator("openrouter.ai", "/api/v1/chat/completions"),
    usage: { input: 10_000, output: 100, cacheRead: 4000, cacheCreation: 5000 },
    finish: ["stop"],
    status: "priced",
    cost: [
      [1000, 3],
      [4000, 0.3],
      [5000, 3.75],
      [100, 15],
    ],
    usd: 0.02445,
  },
  {
    file: "perplexity/chat.json",
    at: imitator("api.perplexity.ai", "/chat/completions"),
    usage: { input: 100, output: 500 },
    finish: ["stop"],
    status: "reported",
    usd: 0.0138,
  },
  {
    file: "mistral/chat.json",
    at: imitator("api.mistral.ai"),
    usage: { input: 700, output: 300 },
    finish: ["length"],
    status: "priced",
    cost: [
      [700, 0.1],
      [300, 0.3],
    ],
    usd: 0.00016,
  },
  {
    file: "together/chat.json",
    at: imitator("api.together.xyz"),
    usage: { input: 700, output: 300, cacheRead: 0 },
    finish: ["stop"],
    status: "priced",
    cost: [[1000, 0.88]],
    usd: 0.00088,
  },
  {
    file: "fireworks/chat-stream.sse",
    at: imitator("api.fireworks.ai", "/inference/v1/chat/completions"),
    usage: { input: 4000, output: 500, cacheRead: 1000 },
    finish: ["stop"],
    status: "priced",
    cost: [
      [3000, 0.95],
      [1000, 0.16],
      [500, 4],
    ],
    usd: 0.00501,
  },
  {
    file: "moonshot/chat.json",
    at: imitator("api.moonshot.ai"),
    usage: { input: 3000, output: 300, cacheRead: 2000 },
    finish: ["stop"],
    status: "priced",
    cost: [
      [1000, 0.6],
      [2000, 0.15],
      [300, 2.5],
    ],
    usd: 0.00165,
  },
  {
    // vLLM tells the usage so far with every chunk.
    file: "vllm/chat-stream.sse",
    at: imitator("localhost"),
    usage: { input: 90, output: 2 },
    finish: ["stop"],
    status: "unknown_model",
  },
  {
    file: "litellm/chat-claude.json",
    at: imitator("localhost"),
    usage: { input: 193_107, output: 393, cacheRead: 188_086, cacheCreation: 5000 },
    finish: ["stop"],
    status: "priced",
    cost: [
      [21, 5],
      [188_086, 0.5],
      [5000, 6.25],
      [393, 25],
    ],
    usd: 0.135223,
  },
  {
    file: "anthropic/messages-cached-5m.json",
    at: MESSAGES,
    usage: { input: 193_107, output: 393, cacheRead: 188_086, cacheCreation: 5000, cacheCreation1h: 0 },
    finish: ["stop"],
    status: "priced",
    cost: [
      [21, 5],
      [188_086, 0.5],
      [5000, 6.25],
      [393, 25],
    ],
    usd: 0.135223,
  },
  {
    file: "gemini/openai-chat.json",
    at: imitator("generativelanguage.googleapis.com", "/v1beta/openai/chat/completions"),
    usage: { input: 1200, output: 1145, reasoning: 845 },
    finish: ["stop"],
    status: "priced",
    cost: [
      [1200, 0.3],
      [1145, 2.5],
    ],
    usd: 0.0032225,
  },
];

/** Reports of one and the same call in the words of two APIs. */
export const SAME_CALL: readonly (readonly [string, string])[] = [
  ["litellm/chat-claude.json", "anthropic/messages-cached-5m.json"],
  ["gemini/openai-chat.json", "gemini/generate-thinking.json"],
];

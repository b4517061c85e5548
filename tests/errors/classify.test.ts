import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { classifyError, ERROR_CATEGORIES, type ErrorCategory, type ErrorFacts } from "../../src/errors/index.ts";

type Case = readonly [facts: ErrorFacts, category: ErrorCategory];

const STATUSES: readonly (readonly [number, ErrorCategory])[] = [
  [400, "validation"],
  [401, "auth"],
  [402, "rate_limit"],
  [403, "auth"],
  [404, "api"],
  [408, "timeout"],
  [409, "api"],
  [413, "validation"],
  [418, "api"],
  [422, "validation"],
  [429, "rate_limit"],
  [499, "cancelled"],
  [500, "api"],
  [502, "api"],
  [503, "api"],
  [504, "timeout"],
  [529, "api"],
  [200, "unknown"],
  [0, "unknown"],
];

const BODIES: readonly Case[] = [
  // OpenAI
  [{ status: 400, errorType: "invalid_request_error", code: "context_length_exceeded" }, "context_length"],
  [{ status: 429, errorType: "insufficient_quota", code: "insufficient_quota" }, "rate_limit"],
  [{ status: 429, errorType: "tokens", code: "rate_limit_exceeded" }, "rate_limit"],
  [{ status: 400, code: "content_filter" }, "content_filter"],
  [{ status: 400, errorType: "invalid_request_error", code: "content_policy_violation" }, "content_filter"],
  [{ status: 401, errorType: "invalid_request_error", code: "invalid_api_key" }, "auth"],
  [{ status: 401, errorType: "invalid_request_error" }, "auth"],
  [{ status: 404, errorType: "invalid_request_error", code: "model_not_found" }, "model"],
  [
    {
      status: 404,
      errorType: "invalid_request_error",
      message: "The model `gpt-9` does not exist or you do not have access to it.",
    },
    "model",
  ],
  [{ status: 500, errorType: "server_error" }, "api"],
  [
    { name: "BadRequestError", status: 400, message: "This model's maximum context length is 8192 tokens." },
    "context_length",
  ],
  // Azure OpenAI
  [{ status: 404, code: "DeploymentNotFound" }, "model"],
  [
    {
      status: 400,
      message: "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
    },
    "content_filter",
  ],
  // Anthropic
  [
    { status: 400, errorType: "invalid_request_error", message: "prompt is too long: 215000 tokens > 200000 maximum" },
    "context_length",
  ],
  [{ status: 529, errorType: "overloaded_error" }, "api"],
  [{ status: 429, errorType: "rate_limit_error" }, "rate_limit"],
  [{ status: 413, errorType: "request_too_large" }, "validation"],
  [{ status: 401, errorType: "authentication_error" }, "auth"],
  // Google, gRPC
  [{ status: 429, code: "RESOURCE_EXHAUSTED" }, "rate_limit"],
  [{ errorType: "DEADLINE_EXCEEDED" }, "timeout"],
  [{ errorType: "StatusCode.UNAVAILABLE" }, "api"],
  [{ errorType: "SAFETY" }, "content_filter"],
  // Bedrock
  [{ name: "ThrottlingException", status: 400 }, "rate_limit"],
  [{ name: "ModelTimeoutException", status: 408 }, "timeout"],
  [{ name: "AccessDeniedException", status: 403 }, "auth"],
  [{ name: "ValidationException", status: 400, message: "Input is too long for requested model." }, "context_length"],
];

const CLIENT_SIDE: readonly Case[] = [
  [{ code: "ECONNREFUSED" }, "network"],
  [{ code: "ENOTFOUND" }, "network"],
  [{ code: "ETIMEDOUT" }, "timeout"],
  [{ code: "UND_ERR_HEADERS_TIMEOUT" }, "timeout"],
  [{ code: "UND_ERR_SOCKET" }, "network"],
  [{ name: "AbortError" }, "cancelled"],
  [{ name: "TimeoutError" }, "timeout"],
  [{ name: "APIConnectionTimeoutError" }, "timeout"],
  [{ name: "APIUserAbortError" }, "cancelled"],
  [{ name: "TypeError", message: "fetch failed" }, "network"],
  [{ name: "TypeError", message: "x is not a function" }, "internal"],
  [{ name: "ReferenceError", message: "connection is not defined" }, "internal"],
  [{ name: "ZodError" }, "validation"],
  [{ name: "AI_NoSuchToolError" }, "tool"],
  [{ errorType: "tool_error" }, "tool"],
  [{ name: "AI_NoObjectGeneratedError" }, "model"],
  [{ name: "OutputParserException" }, "model"],
  [{ errorType: "429" }, "rate_limit"],
  [{ errorType: "timeout" }, "timeout"],
  [{ errorType: "_OTHER" }, "unknown"],
];

const PROSE: readonly Case[] = [
  [{ name: "Error", message: "Request timed out." }, "timeout"],
  [{ message: "You exceeded your current quota" }, "rate_limit"],
  [{ message: "socket hang up" }, "network"],
  [{ message: "Incorrect API key provided" }, "auth"],
  [{ message: "This operation was aborted" }, "cancelled"],
  [{ message: "Tool search_flights failed" }, "tool"],
  [{ message: "something else" }, "unknown"],
  [{}, "unknown"],
  // A status outweighs a word that happens to be in the message.
  [{ status: 400, message: "timeout must be a number" }, "validation"],
];

describe("error categories", () => {
  it("follow the HTTP status where nothing else is known", () => {
    for (const [status, category] of STATUSES) assert.equal(classifyError({ status }), category, String(status));
  });

  it("follow what the body of a provider says over the status", () => {
    for (const [facts, category] of BODIES) assert.equal(classifyError(facts), category, JSON.stringify(facts));
  });

  it("know the codes and classes of Node, undici, the SDKs and the frameworks", () => {
    for (const [facts, category] of CLIENT_SIDE) assert.equal(classifyError(facts), category, JSON.stringify(facts));
  });

  it("are read out of prose only where nothing more exact is known", () => {
    for (const [facts, category] of PROSE) assert.equal(classifyError(facts), category, JSON.stringify(facts));
  });

  it("take each category's own name as its word", () => {
    for (const category of ERROR_CATEGORIES) assert.equal(classifyError({ errorType: category }), category);
  });

  it("read only the head of a huge message, in time that does not explode", () => {
    assert.equal(classifyError({ message: `timeout ${"tool ".repeat(1_000_000)}` }), "timeout");
    assert.equal(classifyError({ message: "tool ".repeat(1_000_000) }), "unknown");
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ATTR } from "../../src/model/index.ts";
import { captured, formatOf, isRecognized, reading, request, response, stream } from "./reading.ts";

const GENERATE = "/v1beta/models/gemini-2.5-flash:generateContent";
const STREAM = "/v1beta/models/gemini-2.5-flash:streamGenerateContent";
const VERTEX = "/v1/projects/p/locations/europe-west1/publishers/google/models/gemini-2.5-pro:generateContent";
const INTERACTIONS = "/v1beta/interactions";

describe("Google's paths", () => {
  it("are recognized, of the Gemini API and of Vertex AI", () => {
    for (const [path, name] of [
      [GENERATE, "gemini.generate_content"],
      [STREAM, "gemini.generate_content"],
      ["/v1beta/tunedModels/mine-1:generateContent", "gemini.generate_content"],
      [VERTEX, "vertex.generate_content"],
      ["/v1/publishers/google/models/gemini-2.5-pro:streamGenerateContent", "vertex.generate_content"],
      ["/v1/projects/p/locations/l/endpoints/123:generateContent", "vertex.generate_content"],
      ["/v1beta/models/gemini-embedding-001:embedContent", "gemini.embed_content"],
      ["/v1beta/models/gemini-embedding-001:batchEmbedContents", "gemini.embed_content"],
      ["/v1/projects/p/locations/l/publishers/google/models/text-embedding-005:predict", "vertex.embed_content"],
      [INTERACTIONS, "gemini.interactions"],
    ] as const) {
      assert.equal(formatOf(path).name, name, path);
    }
  });

  it("are left alone where nothing is inferred, or nobody knows what", () => {
    for (const path of [
      "/v1beta/models/gemini-2.5-flash:countTokens",
      "/v1beta/models/gemini-2.5-flash:batchGenerateContent",
      "/v1beta/models/gemini-2.5-flash",
      "/v1beta/cachedContents",
      "/v1beta/interactions/v1_1/cancel",
      "/v1/projects/p/locations/l/endpoints/123:predict",
      "/v1/projects/p/locations/l/publishers/acme/models/text-embedding-1:predict",
      "/interactions",
    ]) {
      assert.equal(isRecognized(path), false, path);
    }
  });
});

describe("a request to generate content", () => {
  const generationConfig = {
    temperature: 0.5,
    topP: 0.9,
    topK: 40,
    maxOutputTokens: 100,
    candidateCount: 2,
    stopSequences: ["END"],
    seed: 7,
    responseMimeType: "application/json",
  };
  const parameters = {
    [ATTR.requestTemperature]: 0.5,
    [ATTR.requestTopP]: 0.9,
    [ATTR.requestTopK]: 40,
    [ATTR.requestMaxTokens]: 100,
    [ATTR.requestStopSequences]: ["END"],
    [ATTR.requestSeed]: 7,
    [ATTR.requestChoiceCount]: 2,
    [ATTR.outputType]: "json",
  };
  const contents = [{ role: "user", parts: [{ text: "secret" }] }];

  it("gives its parameters, and the model of its path", () => {
    assert.deepEqual(request(GENERATE, { contents, generationConfig }), {
      operation: "generate_content",
      model: "gemini-2.5-flash",
      stream: false,
      parameters,
    });
    assert.equal(request(STREAM, { contents })?.stream, true);
    assert.deepEqual(request(VERTEX, { contents }), {
      operation: "generate_content",
      model: "gemini-2.5-pro",
      stream: false,
      parameters: { [ATTR.inferenceGeo]: "europe-west1" },
    });
    assert.equal(request("/v1beta/tunedModels/mine-1:generateContent", { contents })?.model, "tunedModels/mine-1");
  });

  it("may be spelled with underscores", () => {
    const facts = request(GENERATE, { contents, generation_config: { max_output_tokens: 5, candidate_count: 1 } });
    assert.deepEqual(facts?.parameters, { [ATTR.requestMaxTokens]: 5 });
  });

  it("that is something else is none", () => {
    for (const body of [null, [], 5, {}, { generationConfig: {} }]) {
      assert.equal(request(GENERATE, body), undefined, JSON.stringify(body));
    }
  });

  it("gives what was said where that is captured", () => {
    const content = captured(GENERATE, {
      systemInstruction: { parts: [{ text: "Be kind." }] },
      contents: [
        { parts: [{ text: "Look" }, { inlineData: { mimeType: "image/png", data: "AAAA" } }] },
        { role: "user", parts: [{ fileData: { fileUri: "gs://x/y.mp4", mimeType: "video/mp4" } }] },
        {
          role: "model",
          parts: [{ text: "Rows.", thought: true }, { functionCall: { id: "c", name: "f", args: {} } }],
        },
        { role: "function", parts: [{ functionResponse: { id: "c", name: "f", response: { n: 40 } } }] },
        { role: "model", parts: [{ executableCode: { code: "1" } }, { codeExecutionResult: { output: "1" } }] },
        null,
        { parts: [null, 5, {}] },
      ],
      tools: [{ functionDeclarations: [] }],
    });
    assert.deepEqual(content[ATTR.systemInstructions], [{ type: "text", content: "Be kind." }]);
    assert.deepEqual(content[ATTR.inputMessages], [
      {
        role: "user",
        parts: [
          { type: "text", content: "Look" },
          { type: "blob", size: 4, mime_type: "image/png", modality: "image" },
        ],
      },
      { role: "user", parts: [{ type: "uri", uri: "gs://x/y.mp4", modality: "video" }] },
      {
        role: "assistant",
        parts: [
          { type: "reasoning", content: "Rows." },
          { type: "tool_call", name: "f", id: "c", arguments: {} },
        ],
      },
      { role: "tool", parts: [{ type: "tool_call_response", id: "c", result: { n: 40 } }] },
      {
        role: "assistant",
        parts: [
          { type: "server_tool_call", name: "code_execution", server_tool_call: { code: "1" } },
          { type: "server_tool_call_response", server_tool_call_response: { output: "1" } },
        ],
      },
      { role: "user", parts: [] },
    ]);
  });

  it("of embeddings gives the dimensions", () => {
    assert.deepEqual(
      request("/v1beta/models/e:batchEmbedContents", { requests: [{ outputDimensionality: 256 }, {}] }),
      { operation: "embeddings", model: "e", stream: false, parameters: { [ATTR.embeddingsDimensionCount]: 256 } },
    );
  });
});

describe("a generated answer", () => {
  const candidate = (finishReason: string, parts: unknown[] = []): unknown => ({
    candidates: [{ finishReason, content: { role: "model", parts } }],
  });

  it("has a finish reason in the conventions' words", () => {
    for (const [said, expected] of [
      ["STOP", ["stop"]],
      ["MAX_TOKENS", ["length"]],
      ["SAFETY", ["content_filter"]],
      ["MALFORMED_FUNCTION_CALL", ["error"]],
      ["OTHER", ["other"]],
      ["FINISH_REASON_UNSPECIFIED", undefined],
    ] as const) {
      assert.deepEqual(response(GENERATE, candidate(said)).finishReasons, expected, said);
    }
    const called = candidate("STOP", [{ functionCall: { name: "f", args: { secret: 1 } } }]);
    assert.deepEqual(response(GENERATE, called).finishReasons, ["tool_call"]);
  });

  it("is joined from its pieces, whether they come as events or as one array", () => {
    const piece = (text: string, more: object = {}): object => ({
      candidates: [{ content: { role: "model", parts: [{ text }] }, ...more }],
      responseId: "r1",
    });
    const pieces = [piece("For"), piece("ty"), piece(".", { finishReason: "STOP" })];
    const expected = [{ role: "assistant", parts: [{ type: "text", content: "Forty." }], finish_reason: "stop" }];
    const events = pieces.map((data) => ["", data] as const);
    assert.deepEqual(stream(STREAM, events, true).content?.[ATTR.outputMessages], expected);
    const array = formatOf(STREAM).readResponse(pieces, reading(STREAM, true));
    assert.deepEqual(array.content?.[ATTR.outputMessages], expected);
    assert.equal(array.id, "r1");
    assert.equal(stream(STREAM, events).content, undefined);
  });

  it("keeps counts that a later event does not repeat", () => {
    const facts = stream(STREAM, [
      ["", { usageMetadata: { promptTokenCount: 5, cachedContentTokenCount: 2, totalTokenCount: 5 } }],
      ["", { usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 7, totalTokenCount: 12 } }],
    ]);
    assert.deepEqual(facts.usage, { input: 5, output: 7, cacheRead: 2 });
  });

  it("takes any order and any shape", () => {
    for (const place of [GENERATE, STREAM, VERTEX, INTERACTIONS, "/v1beta/models/e:embedContent"]) {
      const reader = formatOf(place).createStreamReader(reading(place, true));
      for (const data of [null, 5, [], "x", {}, { candidates: 5 }, { candidates: [null, { content: [] }] }]) {
        assert.doesNotThrow(() => reader.event("", data));
        assert.doesNotThrow(() => formatOf(place).readResponse(data, reading(place, true)));
      }
      assert.doesNotThrow(reader.result);
    }
  });
});

describe("an interaction", () => {
  it("gives its parameters, and its answer step by step", () => {
    assert.deepEqual(
      request(INTERACTIONS, { model: "gemini-2.5-flash", input: "secret", generation_config: { temperature: 1 } }),
      {
        operation: "generate_content",
        model: "gemini-2.5-flash",
        stream: false,
        parameters: { [ATTR.requestTemperature]: 1 },
      },
    );
    const answer = formatOf(INTERACTIONS).readResponse(
      {
        id: "i1",
        status: "requires_action",
        steps: [
          { type: "thought", summary: [{ type: "text", text: "Rows." }] },
          { type: "function_call", id: "c", name: "f", arguments: { a: 1 } },
        ],
      },
      reading(INTERACTIONS, true),
    );
    assert.deepEqual(answer.finishReasons, ["tool_call"]);
    assert.deepEqual(answer.content?.[ATTR.outputMessages], [
      {
        role: "assistant",
        parts: [
          { type: "reasoning", content: "Rows." },
          { type: "tool_call", name: "f", id: "c", arguments: { a: 1 } },
        ],
        finish_reason: "tool_call",
      },
    ]);
  });

  it("that is under way has no finish reason", () => {
    assert.equal(response(INTERACTIONS, { id: "i1", status: "in_progress" }).finishReasons, undefined);
  });
});

/** What the Gemini API answers, as its reference documents the bytes; the model that is asked for decides what happens. */
import { type ServerCall, type ServerReply, sse } from "../transparency-server.ts";

const ANSWERED = "gemini-answered";
/** Of 9 tokens out, 3 were thoughts, which the API counts beside the candidates. */
const USAGE = {
  promptTokenCount: 21,
  candidatesTokenCount: 6,
  thoughtsTokenCount: 3,
  totalTokenCount: 30,
  cachedContentTokenCount: 4,
  promptTokensDetails: [{ modality: "TEXT", tokenCount: 21 }],
};
const TOKENS = { input: 21, output: 9 };

type Content = { readonly parts: readonly { readonly functionResponse?: object }[] };

function partsOf({ body }: ServerCall): object[] {
  const answersTool = (body.contents as Content[]).some(({ parts }) => parts.some((part) => part.functionResponse));
  if (body.tools !== undefined && !answersTool) return [{ functionCall: { name: "add", args: { a: 1, b: 2 } } }];
  return [{ text: "Grüße " }, { text: "🦊" }];
}

const answer = (parts: readonly object[], more: object = {}, candidate: object = {}): object => ({
  candidates: [{ content: { role: "model", parts }, index: 0, ...candidate }],
  modelVersion: ANSWERED,
  responseId: "response-1",
  ...more,
});

const whole = (call: ServerCall): object => answer(partsOf(call), { usageMetadata: USAGE }, { finishReason: "STOP" });

function pieces(call: ServerCall): string[] {
  const parts = partsOf(call);
  return parts.map((part, index) => {
    const isLast = index === parts.length - 1;
    // Every piece has the counts so far.
    const usageMetadata = isLast ? USAGE : { promptTokenCount: 21, totalTokenCount: 21 };
    return sse(answer([part], { usageMetadata }, isLast ? { finishReason: "STOP" } : {})).replaceAll("\n", "\r\n");
  });
}

const failure = (code: number, status: string): ServerReply => ({
  status: code,
  body: { error: { code, message: `It said ${status}`, status } },
});

function failed(model: string, before: number): ServerReply | undefined {
  if (model === "is-refused-400") return failure(400, "INVALID_ARGUMENT");
  if (model === "fails-500") return failure(500, "INTERNAL");
  if (model === "retries-429" && before < 2) return failure(429, "RESOURCE_EXHAUSTED");
  if (model === "is-malformed") return { body: '{"candidates": [' };
  if (model.startsWith("hangs")) return { end: "hang" };
  if (model === "is-reset") return { end: "reset" };
  return undefined;
}

/** Answers like generativelanguage.googleapis.com under `/v1` and `/v1beta`. */
export function answerLikeGemini(call: ServerCall): ServerReply {
  const [, model = "", method] = /^\/v1(?:beta)?\/models\/([^:]+):(\w+)$/.exec(call.path) ?? [];
  const expected = { operation: "generate_content", model };
  const failing = failed(model, call.before);
  if (failing !== undefined) {
    const { status = 200, end } = failing;
    return { ...failing, call: { ...expected, ...(end === undefined && { status }), failed: status >= 400 } };
  }
  switch (method) {
    case "generateContent":
      return { body: whole(call), call: { ...expected, status: 200, ...TOKENS } };
    case "streamGenerateContent":
      return { body: pieces(call), call: { ...expected, status: 200, ...TOKENS } };
    case "batchEmbedContents":
      return {
        body: { embeddings: [{ values: [0.5, -1, 2] }] },
        call: { operation: "embeddings", model, status: 200 },
      };
    case "countTokens":
      return { body: { totalTokens: 21 } };
    default:
      if (!/^\/v1(beta)?\/models$/.test(call.path)) return failure(404, "NOT_FOUND");
      return call.query.includes("pageToken=")
        ? { body: { models: [{ name: "models/three" }] } }
        : { body: { models: [{ name: "models/one" }, { name: "models/two" }], nextPageToken: "next" } };
  }
}

import { asList } from "./json.ts";
import { hashText } from "./random.ts";
import { countTokens, type SettledReply } from "./reply.ts";
import type { LlmRequest } from "./request.ts";

/** The body of `POST /v1/embeddings`: texts that share words get vectors that are near each other. */
export function embeddingList(request: LlmRequest, reply: SettledReply): object {
  const texts = embeddingInputs(request);
  const dimensions = typeof request.body.dimensions === "number" ? request.body.dimensions : 1536;
  const tokens = reply.usage?.inputTokens ?? countTokens(request.prompt);
  return {
    object: "list",
    data: texts.map((text, index) => {
      const vector = embed(text, dimensions);
      const base64 = request.body.encoding_format === "base64";
      return {
        object: "embedding",
        index,
        embedding: base64 ? Buffer.from(vector.buffer).toString("base64") : Array.from(vector),
      };
    }),
    model: reply.model,
    ...(reply.usage && { usage: { prompt_tokens: tokens, total_tokens: tokens } }),
  };
}

function embeddingInputs(request: LlmRequest): string[] {
  const { input } = request.body;
  return Array.isArray(input) ? asList(input).map(String) : [String(input ?? "")];
}

function embed(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [""]) {
    const hash = hashText(word);
    const slot = hash % dimensions;
    vector[slot] = (vector[slot] ?? 0) + (hash & 0x10000 ? 1 : -1);
  }
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}

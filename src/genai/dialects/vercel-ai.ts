import { ATTR, OPERATION } from "../../model/index.ts";
import type { Dialect } from "./dialect.ts";

const OPERATION_ID = "ai.operationId";
/** Only the inner `.do…` spans are calls to a model: what the outer ones say again must not be counted again. */
const INNER = /\.do(?:Generate|Stream|Embed)$/;

/** The AI SDK of Vercel. */
export const VERCEL_AI: Dialect = {
  markers: [OPERATION_ID],
  names: [
    [ATTR.requestModel, "ai.model.id"],
    [ATTR.provider, "ai.model.provider"],
    [ATTR.toolName, "ai.toolCall.name"],
    [ATTR.toolCallId, "ai.toolCall.id"],
  ],
  values: [
    { foreign: OPERATION_ID, when: /\.do(?:Generate|Stream)$/, canonical: ATTR.operation, value: OPERATION.chat },
    { foreign: OPERATION_ID, when: /\.doEmbed$/, canonical: ATTR.operation, value: OPERATION.embeddings },
    { foreign: OPERATION_ID, when: "ai.toolCall", canonical: ATTR.operation, value: OPERATION.executeTool },
    ...(
      [
        [ATTR.inputTokens, "ai.usage.inputTokens"],
        [ATTR.inputTokens, "ai.usage.promptTokens"],
        [ATTR.inputTokens, "ai.usage.tokens"],
        [ATTR.outputTokens, "ai.usage.outputTokens"],
        [ATTR.outputTokens, "ai.usage.completionTokens"],
        [ATTR.cacheReadTokens, "ai.usage.cachedInputTokens"],
        [ATTR.reasoningTokens, "ai.usage.reasoningTokens"],
      ] as const
    ).map(([canonical, of]) => ({ foreign: OPERATION_ID, when: INNER, canonical, value: { of } })),
  ],
};

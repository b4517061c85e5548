import { ATTR, OPERATION } from "../../model/index.ts";
import type { Dialect } from "./dialect.ts";

const KIND = "openinference.span.kind";

/** OpenInference (Arize Phoenix). */
export const OPENINFERENCE: Dialect = {
  markers: [KIND],
  names: [
    [ATTR.provider, "llm.provider", "llm.system"],
    [ATTR.requestModel, "llm.model_name", "embedding.model_name"],
    [ATTR.inputTokens, "llm.token_count.prompt"],
    [ATTR.outputTokens, "llm.token_count.completion"],
    [ATTR.cacheReadTokens, "llm.token_count.prompt_details.cache_read"],
    [ATTR.cacheCreationTokens, "llm.token_count.prompt_details.cache_write"],
    [ATTR.reasoningTokens, "llm.token_count.completion_details.reasoning"],
    [ATTR.agentName, "agent.name"],
    [ATTR.toolName, "tool.name"],
  ],
  values: [
    { foreign: KIND, when: "LLM", canonical: ATTR.operation, value: OPERATION.chat },
    { foreign: KIND, when: "EMBEDDING", canonical: ATTR.operation, value: OPERATION.embeddings },
    { foreign: KIND, when: "TOOL", canonical: ATTR.operation, value: OPERATION.executeTool },
    { foreign: KIND, when: "AGENT", canonical: ATTR.operation, value: OPERATION.invokeAgent },
    { foreign: KIND, when: "RETRIEVER", canonical: ATTR.operation, value: OPERATION.retrieval },
  ],
};

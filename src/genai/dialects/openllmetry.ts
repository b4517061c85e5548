import { ATTR, OPERATION } from "../../model/index.ts";
import type { Dialect } from "./dialect.ts";

const KIND = "traceloop.span.kind";
const ENTITY = { of: "traceloop.entity.name" };
const TYPE = "llm.request.type";

/** OpenLLMetry (traceloop), and OpenTelemetry's own GenAI instrumentations up to conventions 1.36, whose names it shares. */
export const OPENLLMETRY: Dialect = {
  markers: ["gen_ai.system", KIND, TYPE],
  names: [
    [ATTR.provider, "gen_ai.system"],
    [ATTR.inputTokens, "gen_ai.usage.prompt_tokens", "llm.usage.prompt_tokens"],
    [ATTR.outputTokens, "gen_ai.usage.completion_tokens", "llm.usage.completion_tokens"],
    [ATTR.cacheReadTokens, "gen_ai.usage.cache_read_input_tokens"],
    [ATTR.cacheCreationTokens, "gen_ai.usage.cache_creation_input_tokens"],
    [ATTR.reasoningTokens, "gen_ai.usage.reasoning_tokens", "llm.usage.reasoning_tokens"],
    [ATTR.requestModel, "llm.request.model"],
    [ATTR.responseModel, "llm.response.model"],
    [ATTR.workflowName, "traceloop.workflow.name"],
  ],
  values: [
    { foreign: TYPE, when: "chat", canonical: ATTR.operation, value: OPERATION.chat },
    { foreign: TYPE, when: "completion", canonical: ATTR.operation, value: OPERATION.textCompletion },
    { foreign: TYPE, when: "embedding", canonical: ATTR.operation, value: OPERATION.embeddings },
    { foreign: KIND, when: "workflow", canonical: ATTR.operation, value: OPERATION.invokeWorkflow },
    { foreign: KIND, when: "agent", canonical: ATTR.operation, value: OPERATION.invokeAgent },
    { foreign: KIND, when: "tool", canonical: ATTR.operation, value: OPERATION.executeTool },
    { foreign: KIND, when: "task", canonical: ATTR.operation, value: OPERATION.executeNode },
    { foreign: KIND, when: "workflow", canonical: ATTR.workflowName, value: ENTITY },
    { foreign: KIND, when: "agent", canonical: ATTR.agentName, value: ENTITY },
    { foreign: KIND, when: "tool", canonical: ATTR.toolName, value: ENTITY },
    { foreign: KIND, when: "task", canonical: ATTR.nodeName, value: ENTITY },
  ],
};

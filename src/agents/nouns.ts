import { type Attributes, SpanKind } from "@opentelemetry/api";
import { ATTR, INFERENCE_OPERATIONS, OPERATION } from "../model/index.ts";
import { createNoun, type Noun, type RecipeOf } from "./noun.ts";
import type { LlmRun } from "./run.ts";

export type AgentOptions = {
  readonly name: string;
  readonly id?: string;
  readonly description?: string;
  readonly version?: string;
};
export type WorkflowOptions = { readonly name: string; readonly version?: string };
export type NodeOptions = {
  readonly name: string;
  /** Of the workflow that it belongs to, where it does not run inside one. */
  readonly workflow?: string;
};
export type ToolOptions = {
  readonly name: string;
  readonly description?: string;
  readonly type?: "function" | "extension" | "datastore";
};
export type LlmOptions = {
  /** The model, unless `model` says it; then what the call is for. */
  readonly name?: string;
  /** As `gen_ai.provider.name` has it: `openai`, `anthropic`, … */
  readonly provider?: string;
  readonly model?: string;
  /** Default: `chat`. */
  readonly operation?: "chat" | "text_completion" | "generate_content" | "embeddings" | "rerank" | "moderation";
};
export type RetrievalOptions = {
  /** The data source, unless `dataSource` says it; then what the retrieval is for. */
  readonly name?: string;
  readonly dataSource?: string;
  readonly topK?: number;
};

const MESSAGES = { inputAttribute: ATTR.inputMessages, outputAttribute: ATTR.outputMessages };
const TOOL_CONTENT = { inputAttribute: ATTR.toolArguments, outputAttribute: ATTR.toolResult };

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

/** The attributes of what the options say, by a table of members. */
function said(options: object, table: Readonly<Record<string, string>>): Attributes {
  const attributes: Attributes = {};
  for (const [member, attribute] of Object.entries(table)) {
    const value = text((options as Record<string, unknown>)[member]);
    if (value !== undefined) attributes[attribute] = value;
  }
  return attributes;
}

/** A kind of run inside the program that is named by one attribute. */
const named =
  <O extends { readonly name: string }>(
    operation: string,
    nameAttribute: string,
    table: Readonly<Record<string, string>>,
    content: typeof MESSAGES | typeof TOOL_CONTENT = MESSAGES,
    extra: Attributes = {},
  ): RecipeOf<O> =>
  (options, fallback) => {
    const name = text(options.name) ?? fallback;
    return {
      spanName: `${operation} ${name}`,
      kind: SpanKind.INTERNAL,
      attributes: { [ATTR.operation]: operation, [nameAttribute]: name, ...extra, ...said(options, table) },
      ...content,
    };
  };

/** An agent: each run is an `invoke_agent` span and counts in the `agent_*` metrics; what happens inside belongs to it. */
export const agent: Noun<AgentOptions> = createNoun(
  "agent",
  named(OPERATION.invokeAgent, ATTR.agentName, {
    id: ATTR.agentId,
    description: ATTR.agentDescription,
    version: ATTR.agentVersion,
  }),
);

/** A workflow: each run is an `invoke_workflow` span and counts in the `workflow_*` metrics. */
export const workflow: Noun<WorkflowOptions> = createNoun(
  "workflow",
  named(OPERATION.invokeWorkflow, ATTR.workflowName, { version: ATTR.workflowVersion }),
);

/** A node of the workflow that it runs in: each run is an `execute_node` span and counts in `workflow_nodes_executed_total`. */
export const node: Noun<NodeOptions> = createNoun(
  "node",
  named(OPERATION.executeNode, ATTR.nodeName, { workflow: ATTR.workflowName }),
);

/** A tool: each run is an `execute_tool` span and counts in the `agent_tool_*` metrics. */
export const tool: Noun<ToolOptions> = createNoun(
  "tool",
  named(
    OPERATION.executeTool,
    ATTR.toolName,
    { description: ATTR.toolDescription, type: ATTR.toolType },
    TOOL_CONTENT,
    { [ATTR.toolType]: "function" },
  ),
);

/**
 * A call to a model that never shows on the wire, such as one in the process: an inference span that counts in the `llm_*` metrics and is
 * priced by what `usage` tells. Around a call that does show, it is the same one call, with what the wire saw of it.
 */
export const llm: Noun<LlmOptions, LlmRun> = createNoun("llm", (options, fallback) => {
  const model = text(options.model) ?? text(options.name) ?? fallback;
  const given = text(options.operation) ?? OPERATION.chat;
  const operation = INFERENCE_OPERATIONS.has(given) ? given : OPERATION.chat;
  const purpose = text(options.name);
  return {
    spanName: `${operation} ${model}`,
    kind: SpanKind.CLIENT,
    attributes: {
      [ATTR.operation]: operation,
      [ATTR.provider]: text(options.provider) ?? "_OTHER",
      [ATTR.requestModel]: model,
      ...(purpose !== undefined && purpose !== model && { [ATTR.runName]: purpose }),
    },
    ...MESSAGES,
  };
});

/** A question to a store of knowledge: each run is a `retrieval` span. */
export const retrieval: Noun<RetrievalOptions> = createNoun("retrieval", (options, fallback) => {
  const source = text(options.dataSource) ?? text(options.name) ?? fallback;
  const purpose = text(options.name);
  const { topK } = options;
  return {
    spanName: `${OPERATION.retrieval} ${source}`,
    kind: SpanKind.INTERNAL,
    attributes: {
      [ATTR.operation]: OPERATION.retrieval,
      [ATTR.dataSourceId]: source,
      ...(Number.isSafeInteger(topK) && { [ATTR.vectorTopK]: topK }),
      ...(purpose !== undefined && purpose !== source && { [ATTR.runName]: purpose }),
    },
    ...MESSAGES,
  };
});

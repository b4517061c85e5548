import type { Attributes } from "@opentelemetry/api";
import { ATTR, OPERATION } from "../model/index.ts";
import { type AnyFunction, type SpanRecipe, wrapFunction } from "./wrap.ts";

const MESSAGES = { inputAttribute: ATTR.inputMessages, outputAttribute: ATTR.outputMessages };
const AGENT: SpanRecipe = { operation: OPERATION.invokeAgent, nameAttribute: ATTR.agentName, ...MESSAGES };
const WORKFLOW: SpanRecipe = { operation: OPERATION.invokeWorkflow, nameAttribute: ATTR.workflowName, ...MESSAGES };
const NODE: SpanRecipe = { operation: OPERATION.executeNode, nameAttribute: ATTR.nodeName, ...MESSAGES };
const TOOL: SpanRecipe = {
  operation: OPERATION.executeTool,
  nameAttribute: ATTR.toolName,
  inputAttribute: ATTR.toolArguments,
  outputAttribute: ATTR.toolResult,
};

/** A name, or a name with what else the GenAI conventions let an agent say of itself. */
export type AgentOptions = {
  readonly name: string;
  readonly id?: string;
  readonly description?: string;
  readonly version?: string;
};
export type ToolOptions = {
  readonly name: string;
  readonly description?: string;
  readonly type?: "function" | "extension" | "datastore";
};

function named(
  options: Readonly<Record<string, string | undefined>>,
  table: Readonly<Record<string, string>>,
): Attributes {
  const attributes: Attributes = {};
  for (const [member, attribute] of Object.entries(table)) {
    const value = options[member];
    if (value !== undefined) attributes[attribute] = value;
  }
  return attributes;
}

/**
 * Wraps a function as an agent: each call is an `invoke_agent` span and counts in the `agent_*` metrics; what runs inside belongs to it.
 * Works for sync and async functions and for generators of both kinds, and returns what the function returns.
 */
export function agent<F extends AnyFunction>(options: string | AgentOptions, fn: F): F {
  const given = typeof options === "string" ? { name: options } : options;
  const table = { id: ATTR.agentId, description: ATTR.agentDescription, version: ATTR.agentVersion };
  return wrapFunction(AGENT, given.name, named(given, table), fn);
}

/** Wraps a function as a workflow: each call is an `invoke_workflow` span and counts in the `workflow_*` metrics. */
export const workflow = <F extends AnyFunction>(name: string, fn: F): F => wrapFunction(WORKFLOW, name, {}, fn);

/** Wraps a function as a node of the workflow that it is called in. */
export const node = <F extends AnyFunction>(name: string, fn: F): F => wrapFunction(NODE, name, {}, fn);

/** Wraps a function as a tool: each call is an `execute_tool` span and counts in the `agent_tool_*` metrics. */
export function tool<F extends AnyFunction>(options: string | ToolOptions, fn: F): F {
  const given = typeof options === "string" ? { name: options } : options;
  const table = { description: ATTR.toolDescription, type: ATTR.toolType };
  return wrapFunction(TOOL, given.name, { [ATTR.toolType]: "function", ...named(given, table) }, fn);
}

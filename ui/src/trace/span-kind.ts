import { type AttributeValue, isInference, type TraceSpan } from "../../../src/backends/index.ts";
import { ATTR, OPERATION } from "../../../src/model/index.ts";

/** What a span stands for, as people speak of it. */
export type SpanWhat =
  | "agent"
  | "workflow"
  | "step"
  | "model"
  | "tool"
  | "retrieval"
  | "mcp"
  | "database"
  | "server"
  | "http"
  | "other";

const OF_OPERATION: Readonly<Record<string, SpanWhat>> = {
  [OPERATION.invokeAgent]: "agent",
  create_agent: "agent",
  [OPERATION.invokeWorkflow]: "workflow",
  [OPERATION.executeNode]: "step",
  plan: "step",
  [OPERATION.executeTool]: "tool",
  [OPERATION.retrieval]: "retrieval",
};

export function whatIs(span: TraceSpan): SpanWhat {
  const { attributes, kind } = span;
  const operation = attributes[ATTR.operation];
  const known = operation === undefined ? undefined : OF_OPERATION[String(operation)];
  if (known !== undefined) return known;
  if (isInference(span)) return "model";
  if (attributes[ATTR.mcpMethod] !== undefined) return "mcp";
  if (attributes[ATTR.dbSystem] !== undefined || attributes[ATTR.dbSystemBefore] !== undefined) return "database";
  if (kind === "server" || kind === "consumer") return "server";
  if (attributes[ATTR.httpMethod] !== undefined || attributes["http.method"] !== undefined) return "http";
  return "other";
}

export type SpanState = "ended" | "running" | "incomplete";

export function stateOf({ attributes }: TraceSpan): SpanState {
  const state = attributes[ATTR.runState];
  if (state === "running") return "running";
  return state === "incomplete" || String(attributes[ATTR.unfinished]) === "true" ? "incomplete" : "ended";
}

/** A text of an attribute; undefined where it is not there or empty. */
export function textOf(span: TraceSpan, attribute: string): string | undefined {
  const value: AttributeValue | undefined = span.attributes[attribute];
  return value === undefined || value === "" ? undefined : String(value);
}

import type { Attributes } from "@opentelemetry/api";
import { ATTR } from "../../model/index.ts";

type Command = { readonly lg_name?: unknown; readonly graph?: unknown; readonly goto?: unknown };

/** LangGraph's name for the graph around the agent that a tool belongs to. */
const PARENT_GRAPH = "__parent__";

function nodeOf(target: unknown): string | undefined {
  const node = typeof target === "object" && target !== null ? Reflect.get(target, "node") : target;
  return typeof node === "string" ? node : undefined;
}

/** The edge that a tool makes by which one agent hands over to another (supervisors and swarms do): a command to the graph around it. */
export function describeHandoff(output: unknown, agent: string | undefined): Attributes {
  const { lg_name: kind, graph, goto } = (typeof output === "object" && output !== null ? output : {}) as Command;
  if (kind !== "Command" || graph !== PARENT_GRAPH) return {};
  const to = (Array.isArray(goto) ? goto : [goto]).map(nodeOf).find((node) => node !== undefined);
  if (to === undefined) return {};
  return { [ATTR.handoffTo]: to, ...(agent !== undefined && { [ATTR.handoffFrom]: agent }) };
}

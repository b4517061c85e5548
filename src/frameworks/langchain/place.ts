import type { Attributes } from "@opentelemetry/api";
import { ATTR, OPERATION } from "../../model/index.ts";
import type { Run } from "./runs.ts";

export type Serialized = { readonly id?: readonly string[]; readonly name?: string } | undefined;
export type Metadata = Readonly<Record<string, unknown>> | undefined;

/** What LangGraph calls a graph that was given no name. */
const UNNAMED_GRAPH = "LangGraph";
/** What LangChain's ready-made agents say of themselves on all their runs, and what one without a name is called. */
const AGENT_INTEGRATION = "langchain_create_agent";
const UNNAMED_AGENT = "agent";
const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

/** What a run becomes: its kind and its span. */
export type Place = { readonly kind: Run["kind"]; readonly name: string; readonly attributes: Attributes };

/** What a chain run is: LangChain calls everything a chain, from a whole graph to the write to a channel. */
export function placeChain(
  name: string,
  serialized: Serialized,
  metadata: Metadata,
  parent: Run | undefined,
): Place | undefined {
  const agent = text(metadata?.lc_agent_name);
  const node = text(metadata?.langgraph_node);
  // LangChain's agents put their name on all runs inside them: the first that has it is the agent itself.
  if (agent !== undefined && agent !== parent?.agent && name === agent) return agentPlace(agent);
  if (node !== undefined && node === name && (parent?.kind === "graph" || parent?.kind === "agent")) {
    // The inner nodes of a ready-made agent (model, tools) are its plumbing: the calls they make show by themselves.
    return parent.kind === "agent"
      ? undefined
      : {
          kind: "node",
          name: `${OPERATION.executeNode} ${node}`,
          attributes: { [ATTR.operation]: OPERATION.executeNode, [ATTR.nodeName]: node },
        };
  }
  const isGraph =
    serialized?.id?.some((part) => part === "pregel" || part === "CompiledStateGraph") === true ||
    name === UNNAMED_GRAPH;
  if (isGraph && name === UNNAMED_GRAPH && metadata?.ls_integration === AGENT_INTEGRATION && parent?.kind !== "agent") {
    return agentPlace(UNNAMED_AGENT);
  }
  if (isGraph && parent !== undefined && name !== UNNAMED_GRAPH) return agentPlace(name);
  if (isGraph || parent === undefined) {
    return {
      kind: "graph",
      name: `${OPERATION.invokeWorkflow} ${name}`,
      attributes: { [ATTR.operation]: OPERATION.invokeWorkflow, [ATTR.workflowName]: name },
    };
  }
  return undefined;
}

function agentPlace(agent: string): Place {
  const attributes = { [ATTR.operation]: OPERATION.invokeAgent, [ATTR.agentName]: agent };
  return { kind: "agent", name: `${OPERATION.invokeAgent} ${agent}`, attributes };
}

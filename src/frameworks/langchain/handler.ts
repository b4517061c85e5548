import { type Attributes, type Context, SpanKind, type Tracer, trace } from "@opentelemetry/api";
import type { Clock } from "../../base/index.ts";
import { describeError, failSpan } from "../../errors/index.ts";
import { ATTR, OPERATION } from "../../model/index.ts";
import { readModelResult } from "./model-result.ts";
import type { Run, RunBook } from "./runs.ts";

export type HandlerOptions = {
  readonly tracer: Tracer;
  readonly clock: Clock;
  readonly captureContent: boolean;
  readonly runs: RunBook;
  /** OpenTelemetry's own current context, without LangChain's. */
  readonly outerContext: () => Context;
};

type Serialized = { readonly id?: readonly string[]; readonly name?: string } | undefined;
type Metadata = Readonly<Record<string, unknown>> | undefined;

const FRAMEWORK = { [ATTR.framework]: "langchain" };
/** LangGraph ends nodes by throwing these to move control; nothing has failed. */
const CONTROL_FLOW = new Set(["GraphInterrupt", "NodeInterrupt", "GraphBubbleUp", "ParentCommand"]);
/** What LangGraph calls a graph that was given no name. */
const UNNAMED_GRAPH = "LangGraph";
/** The tag of runs that LangChain itself would not show. */
const HIDDEN = "langsmith:hidden";

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

function contentOf(value: unknown): string {
  if (typeof value === "string") return value;
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    return "";
  }
}

type Place = { readonly kind: Run["kind"]; readonly name: string; readonly attributes: Attributes };

/** What a chain run is: LangChain calls everything a chain, from a whole graph to the write to a channel. */
function placeChain(
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

/**
 * The callback handler that LangChain and LangGraph report their runs to. Its calls run inline in the program, so each is short,
 * and LangChain swallows what a handler throws.
 */
export class ObservatoryHandler {
  readonly name = "agent_observatory";
  /** Inline: a run must have its span before anything inside it starts. */
  readonly awaitHandlers = true;
  readonly raiseError = false;
  readonly ignoreLLM = false;
  readonly ignoreChain = false;
  readonly ignoreAgent = false;
  readonly ignoreRetriever = false;
  readonly #options: HandlerOptions;

  constructor(options: HandlerOptions) {
    this.#options = options;
  }

  copy(): this {
    return this;
  }

  handleChainStart(
    chain: Serialized,
    inputs: unknown,
    id: string,
    parentId?: string,
    tags?: string[],
    metadata?: Metadata,
    _runType?: string,
    runName?: string,
  ): void {
    const parent = this.#options.runs.get(parentId);
    const name = runName ?? chain?.name ?? chain?.id?.at(-1) ?? "chain";
    const place = tags?.includes(HIDDEN) ? undefined : placeChain(name, chain, metadata, parent);
    const content =
      place !== undefined && this.#options.captureContent ? { [ATTR.inputMessages]: contentOf(inputs) } : {};
    this.#begin(id, parentId, place, content);
  }

  handleChainEnd(_outputs: unknown, id: string): void {
    this.#end(id, {});
  }

  handleChainError(error: unknown, id: string): void {
    this.#fail(id, error);
  }

  handleToolStart(
    tool: Serialized,
    input: string,
    id: string,
    parentId?: string,
    _tags?: string[],
    _metadata?: Metadata,
    runName?: string,
    toolCallId?: string,
  ): void {
    const name = runName ?? tool?.name ?? tool?.id?.at(-1) ?? "tool";
    const attributes: Attributes = {
      [ATTR.operation]: OPERATION.executeTool,
      [ATTR.toolName]: name,
      [ATTR.toolType]: "function",
      ...(toolCallId !== undefined && { [ATTR.toolCallId]: toolCallId }),
    };
    const content = this.#options.captureContent ? { [ATTR.toolArguments]: input } : {};
    this.#begin(id, parentId, { kind: "tool", name: `${OPERATION.executeTool} ${name}`, attributes }, content);
  }

  handleToolEnd(output: unknown, id: string): void {
    this.#end(id, this.#options.captureContent ? { [ATTR.toolResult]: contentOf(output) } : {});
  }

  handleToolError(error: unknown, id: string): void {
    this.#fail(id, error);
  }

  handleRetrieverStart(
    retriever: Serialized,
    _query: string,
    id: string,
    parentId?: string,
    _tags?: string[],
    _metadata?: Metadata,
    runName?: string,
  ): void {
    const name = runName ?? retriever?.id?.at(-1) ?? "retriever";
    const attributes = { [ATTR.operation]: OPERATION.retrieval, "gen_ai.data_source.id": name };
    this.#begin(id, parentId, { kind: "retriever", name: `${OPERATION.retrieval} ${name}`, attributes }, {});
  }

  handleRetrieverEnd(_documents: unknown, id: string): void {
    this.#end(id, {});
  }

  handleRetrieverError(error: unknown, id: string): void {
    this.#fail(id, error);
  }

  handleChatModelStart(
    _model: Serialized,
    _messages: unknown,
    id: string,
    parentId?: string,
    extra?: Readonly<Record<string, unknown>>,
    _tags?: string[],
    metadata?: Metadata,
  ): void {
    const { runs, clock, outerContext } = this.#options;
    const parameters = extra?.invocation_params as Readonly<Record<string, unknown>> | undefined;
    const outer = outerContext();
    runs.addModel({
      id,
      parentId,
      startMs: clock.nowMs(),
      model: text(parameters?.model) ?? text(metadata?.ls_model_name),
      provider: text(metadata?.ls_provider),
      context: runs.contextBelow(parentId, outer),
      outerSpan: trace.getSpan(outer),
      wireCalls: 0,
    });
  }

  handleLLMEnd(output: unknown, id: string): void {
    this.#endModel(id, output, undefined);
  }

  handleLLMError(error: unknown, id: string): void {
    this.#endModel(id, undefined, error);
  }

  #begin(id: string, parentId: string | undefined, place: Place | undefined, content: Attributes): void {
    const { tracer, runs, outerContext } = this.#options;
    const outer = outerContext();
    const parent = runs.get(parentId);
    const below = runs.contextBelow(parentId, outer);
    const span =
      place &&
      tracer.startSpan(
        place.name,
        { kind: SpanKind.INTERNAL, attributes: { ...place.attributes, ...FRAMEWORK, ...content } },
        below,
      );
    runs.add({
      id,
      parentId,
      span,
      context: span === undefined ? below : trace.setSpan(below, span),
      outerSpan: trace.getSpan(outer),
      agent: text(place?.attributes[ATTR.agentName]) ?? parent?.agent,
      // Plumbing stands for its parent, so that a node inside a sequence inside a graph is still the graph's node.
      kind: place?.kind ?? parent?.kind ?? "plumbing",
    });
  }

  #end(id: string, attributes: Attributes): void {
    const span = this.#options.runs.remove(id)?.span;
    span?.setAttributes(attributes);
    span?.end();
  }

  #fail(id: string, thrown: unknown): void {
    const span = this.#options.runs.remove(id)?.span;
    if (span === undefined) return;
    const error = describeError(thrown);
    if (!CONTROL_FLOW.has(error.type)) failSpan(span, error);
    span.end();
  }

  /** A model call that never showed on the wire (a model in the process, a transport we cannot see) is described from here. */
  #endModel(id: string, output: unknown, thrown: unknown): void {
    const run = this.#options.runs.removeModel(id);
    if (run === undefined || run.wireCalls > 0) return;
    const span = this.#options.tracer.startSpan(
      run.model === undefined ? OPERATION.chat : `${OPERATION.chat} ${run.model}`,
      {
        kind: SpanKind.CLIENT,
        startTime: run.startMs,
        attributes: {
          [ATTR.operation]: OPERATION.chat,
          ...FRAMEWORK,
          ...(run.model !== undefined && { [ATTR.requestModel]: run.model }),
          ...(run.provider !== undefined && { [ATTR.provider]: run.provider }),
        },
      },
      run.context,
    );
    if (thrown === undefined) span.setAttributes(readModelResult(output));
    else {
      failSpan(span, describeError(thrown));
    }
    span.end(this.#options.clock.nowMs());
  }
}

import { type Attributes, type Context, SpanKind, type Tracer, trace } from "@opentelemetry/api";
import type { Clock } from "../../base/index.ts";
import { describeError, failSpan } from "../../errors/index.ts";
import { ATTR, OPERATION } from "../../model/index.ts";
import { describeHandoff } from "./handoff.ts";
import { announce, type Inside } from "./inside.ts";
import { readModelResult } from "./model-result.ts";
import { type Metadata, type Place, placeChain, type Serialized } from "./place.ts";
import type { ModelRun, Run, RunBook } from "./runs.ts";

export type HandlerOptions = {
  readonly tracer: Tracer;
  readonly clock: Clock;
  readonly captures: (at: Context) => boolean;
  readonly runs: RunBook;
  /** OpenTelemetry's own current context, without LangChain's. */
  readonly outerContext: () => Context;
  readonly onToolCall?: ((at: Context, name: string, args: unknown) => void) | undefined;
};

type Fields = Readonly<Record<string, unknown>>;

const FRAMEWORK = { [ATTR.framework]: "langchain" };
/** LangGraph ends nodes by throwing these to move control; nothing has failed. */
const CONTROL_FLOW = new Set(["GraphInterrupt", "NodeInterrupt", "GraphBubbleUp", "ParentCommand"]);
/** Name of the error of whoever is called off by a signal. */
const ABORTED = "AbortError";
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
    this.#begin(id, parentId, place, () => ({ [ATTR.inputMessages]: contentOf(inputs) }), "chain");
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
    const content = (): Attributes => ({ [ATTR.toolArguments]: input });
    this.#begin(id, parentId, { kind: "tool", name: `${OPERATION.executeTool} ${name}`, attributes }, content);
    const run = this.#options.runs.get(id);
    if (run !== undefined) this.#options.onToolCall?.(run.context, name, input);
  }

  handleToolEnd(output: unknown, id: string): void {
    const run = this.#options.runs.get(id);
    const handoff = describeHandoff(output, run?.agent);
    const isCaptured = run !== undefined && this.#options.captures(run.context);
    this.#end(id, { ...handoff, ...(isCaptured && { [ATTR.toolResult]: contentOf(output) }) });
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
    this.#begin(
      id,
      parentId,
      { kind: "retriever", name: `${OPERATION.retrieval} ${name}`, attributes },
      () => ({}),
      "retriever",
    );
  }

  handleRetrieverEnd(_documents: unknown, id: string): void {
    this.#end(id, {});
  }

  handleRetrieverError(error: unknown, id: string): void {
    this.#fail(id, error);
  }

  handleLLMStart(
    _model: Serialized,
    _prompts: unknown,
    id: string,
    parentId?: string,
    extra?: Fields,
    _tags?: string[],
    metadata?: Metadata,
  ): void {
    this.#beginModel(OPERATION.textCompletion, id, parentId, extra, metadata);
  }

  handleChatModelStart(
    _model: Serialized,
    _messages: unknown,
    id: string,
    parentId?: string,
    extra?: Fields,
    _tags?: string[],
    metadata?: Metadata,
  ): void {
    this.#beginModel(OPERATION.chat, id, parentId, extra, metadata);
  }

  handleLLMEnd(output: unknown, id: string): void {
    this.#endModel(id, output, undefined);
  }

  handleLLMError(error: unknown, id: string): void {
    this.#endModel(id, undefined, error);
  }

  /** Ends what the program has left early, a stream not read to its end. `isForgotten`: long ago, unless something happened since. */
  leave({ kind, runIds }: Inside, isForgotten: boolean): void {
    for (const id of runIds) {
      if (kind === "model") this.#endModel(id, undefined, undefined, true);
      else this.#leaveRun(id, isForgotten);
    }
  }

  #leaveRun(id: string, isForgotten = false): void {
    const { runs } = this.#options;
    // What is still inside will not be heard of either; the innermost first.
    for (const inner of runs.get(id) === undefined ? [] : [...runs.below(id).toReversed(), id]) {
      const run = runs.retire(inner);
      run?.span?.setAttribute(ATTR.streamOutcome, "abandoned");
      run?.span?.end(isForgotten ? run.lastMs : this.#options.clock.nowMs());
    }
  }

  #begin(
    id: string,
    parentId: string | undefined,
    place: Place | undefined,
    contentOfRun: () => Attributes,
    announcedAs?: "chain" | "retriever",
  ): void {
    const { tracer, clock, runs, outerContext } = this.#options;
    const outer = outerContext();
    const parent = runs.get(parentId);
    const below = runs.contextBelow(parentId, outer);
    const content = place !== undefined && this.#options.captures(below) ? contentOfRun() : {};
    const span =
      place &&
      tracer.startSpan(
        place.name,
        { kind: SpanKind.INTERNAL, attributes: { ...place.attributes, ...FRAMEWORK, ...content } },
        below,
      );
    const run: Run = {
      id,
      parentId,
      span,
      context: span === undefined ? below : trace.setSpan(below, span),
      outerSpan: trace.getSpan(outer),
      agent: text(place?.attributes[ATTR.agentName]) ?? parent?.agent,
      // Plumbing stands for its parent, so that a node inside a sequence inside a graph is still the graph's node.
      kind: place?.kind ?? parent?.kind ?? "plumbing",
      lastMs: clock.nowMs(),
    };
    runs.add(run);
    runs.touch(parentId, run.lastMs);
    if (announcedAs !== undefined) announce(outer, announcedAs, run);
  }

  #remove(id: string): Run | undefined {
    const { runs, clock } = this.#options;
    const run = runs.remove(id);
    runs.touch(run?.parentId, clock.nowMs());
    return run;
  }

  #end(id: string, attributes: Attributes): void {
    const span = this.#remove(id)?.span;
    span?.setAttributes(attributes);
    span?.end();
  }

  #fail(id: string, thrown: unknown): void {
    const error = describeError(thrown);
    // Where it was called off, LangGraph tells nothing more of what was going on inside.
    if (error.type === ABORTED) for (const inner of this.#options.runs.below(id)) this.#leaveRun(inner);
    const span = this.#remove(id)?.span;
    if (span === undefined) return;
    if (!CONTROL_FLOW.has(error.type)) failSpan(span, error);
    span.end();
  }

  #beginModel(operation: string, id: string, parentId?: string, extra?: Fields, metadata?: Metadata): void {
    const { runs, clock, outerContext } = this.#options;
    const parameters = extra?.invocation_params as Readonly<Record<string, unknown>> | undefined;
    const outer = outerContext();
    const run: ModelRun = {
      id,
      operation,
      parentId,
      startMs: clock.nowMs(),
      model: text(parameters?.model) ?? text(metadata?.ls_model_name),
      provider: text(metadata?.ls_provider),
      context: runs.contextBelow(parentId, outer),
      outerSpan: trace.getSpan(outer),
      wireCalls: 0,
      isOnWire: false,
    };
    runs.addModel(run);
    announce(outer, "model", run);
  }

  /** A model call that never showed on the wire (a model in the process, a transport we cannot see) is described from here. */
  #endModel(id: string, output: unknown, thrown: unknown, isLeft = false): void {
    const run = this.#options.runs.removeModel(id);
    if (run === undefined || run.wireCalls > 0 || run.isOnWire) return;
    const span = this.#options.tracer.startSpan(
      run.model === undefined ? run.operation : `${run.operation} ${run.model}`,
      {
        kind: SpanKind.CLIENT,
        startTime: run.startMs,
        attributes: {
          [ATTR.operation]: run.operation,
          ...FRAMEWORK,
          ...(isLeft && { [ATTR.streamOutcome]: "abandoned" }),
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

import {
  type Attributes,
  type Context,
  context,
  createContextKey,
  type Span,
  SpanKind,
  trace,
} from "@opentelemetry/api";
import { describeError, failSpan } from "../../errors/index.ts";
import { ATTR, OPERATION } from "../../model/index.ts";
import type { AdapterOptions } from "../adapter.ts";
import type { Call } from "../observed-call.ts";

/** The members of LlamaIndex's AgentWorkflow that are read. */
export type AgentWorkflow = {
  readonly agents?: ReadonlyMap<string, { readonly description?: unknown }>;
  readonly rootAgentName?: unknown;
};
export type ToolCall = {
  readonly agentName?: unknown;
  readonly toolName?: unknown;
  readonly toolKwargs?: unknown;
  readonly toolId?: unknown;
};

/** A run of a workflow of agents, of which one at a time has its turn. */
type Run = {
  readonly span: Span;
  readonly context: Context;
  /** With a single agent the run is that agent's. */
  readonly isSingle: boolean;
  readonly describe: (agent: string) => Attributes;
  turn: { readonly agent: string; readonly span: Span; readonly context: Context } | undefined;
  over: boolean;
};

export type AgentRuns = {
  /** The context for a run that begins: its first event is to be sent in it. */
  readonly begin: (
    workflow: AgentWorkflow,
    input: unknown,
  ) => { readonly context: Context; readonly fail: (thrown: unknown) => void };
  /** Where a step of this agent belongs, in the run that is current. A step that fails fails the run: nobody repeats it. */
  readonly step: (agent: string) => Call | undefined;
  readonly callTool: (toolCall: ToolCall) => Call;
  /** The run that is current has come to its end. */
  readonly stopped: (result: unknown) => void;
};

const RUN = createContextKey("agent-observatory.llamaindex.run");
export const FRAMEWORK = { [ATTR.framework]: "llamaindex" };
const HANDOFF_TOOL = "handOff";

export function contentOf(value: unknown): string {
  if (typeof value === "string") return value;
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    return "";
  }
}

const member = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;

export function createAgentRuns({
  tracer,
  captures,
  onToolCall,
}: Pick<AdapterOptions, "tracer" | "captures" | "onToolCall">): AgentRuns {
  const currentRun = (): Run | undefined => {
    const run = context.active().getValue(RUN) as Run | undefined;
    return run?.over === false ? run : undefined;
  };
  const agentSpan = (agent: string, attributes: Attributes, parent: Context): Span =>
    tracer.startSpan(
      `${OPERATION.invokeAgent} ${agent}`,
      {
        kind: SpanKind.INTERNAL,
        attributes: { [ATTR.operation]: OPERATION.invokeAgent, [ATTR.agentName]: agent, ...FRAMEWORK, ...attributes },
      },
      parent,
    );
  const finish = (run: Run, thrown?: { readonly error: unknown }): void => {
    if (run.over) return;
    run.over = true;
    for (const span of run.turn === undefined || run.isSingle ? [run.span] : [run.turn.span, run.span]) {
      if (thrown !== undefined) failSpan(span, describeError(thrown.error));
      span.end();
    }
  };
  /** The context of the agent whose turn it is; another agent's turn ends with that. */
  const turnOf = (run: Run, agent: string): Context => {
    if (run.isSingle) return run.context;
    if (run.turn?.agent === agent) return run.turn.context;
    run.turn?.span.end();
    const span = agentSpan(agent, run.describe(agent), run.context);
    run.turn = { agent, span, context: trace.setSpan(run.context, span) };
    return run.turn.context;
  };

  return {
    begin: ({ agents = new Map(), rootAgentName }, input) => {
      const parent = context.active();
      const content = captures(parent) && input !== undefined ? { [ATTR.inputMessages]: contentOf(input) } : {};
      const describe = (agent: string): Attributes => {
        const description = agents.get(agent)?.description;
        return typeof description === "string" ? { [ATTR.agentDescription]: description } : {};
      };
      const isSingle = agents.size <= 1;
      const root = String(rootAgentName ?? "Agent");
      const name = "AgentWorkflow";
      const span = isSingle
        ? agentSpan(root, { ...describe(root), ...content }, parent)
        : tracer.startSpan(
            `${OPERATION.invokeWorkflow} ${name}`,
            {
              kind: SpanKind.INTERNAL,
              attributes: {
                [ATTR.operation]: OPERATION.invokeWorkflow,
                [ATTR.workflowName]: name,
                ...FRAMEWORK,
                ...content,
              },
            },
            parent,
          );
      const run: Run = {
        span,
        context: trace.setSpan(parent, span),
        isSingle,
        describe,
        turn: undefined,
        over: false,
      };
      return { context: run.context.setValue(RUN, run), fail: (error) => finish(run, { error }) };
    },
    step: (agent) => {
      const run = currentRun();
      if (run === undefined) return undefined;
      return {
        context: turnOf(run, agent).setValue(RUN, run),
        end: () => {},
        fail: (error) => finish(run, { error }),
      };
    },
    callTool: ({ agentName, toolName, toolKwargs, toolId }) => {
      const run = currentRun();
      const [agent, tool] = [String(agentName), String(toolName)];
      const parent = run === undefined ? context.active() : turnOf(run, agent);
      const target = tool === HANDOFF_TOOL ? member(toolKwargs, "toAgent") : undefined;
      const span = tracer.startSpan(
        `${OPERATION.executeTool} ${tool}`,
        {
          kind: SpanKind.INTERNAL,
          attributes: {
            [ATTR.operation]: OPERATION.executeTool,
            [ATTR.toolName]: tool,
            [ATTR.toolType]: "function",
            ...(typeof toolId === "string" && { [ATTR.toolCallId]: toolId }),
            ...(typeof target === "string" && { [ATTR.handoffFrom]: agent, [ATTR.handoffTo]: target }),
            ...(captures(parent) && toolKwargs !== undefined && { [ATTR.toolArguments]: contentOf(toolKwargs) }),
            ...FRAMEWORK,
          },
        },
        parent,
      );
      const inside = trace.setSpan(parent, span);
      onToolCall?.(inside, tool, toolKwargs);
      return {
        context: inside,
        end: (result) => {
          if (captures(inside)) span.setAttribute(ATTR.toolResult, contentOf(result));
          span.end();
        },
        fail: (thrown) => {
          // The library has made a text of what the tool threw.
          failSpan(span, { ...describeError(thrown), category: "tool" });
          span.end();
        },
      };
    },
    stopped: (result) => {
      const run = currentRun();
      if (run === undefined) return;
      if (result !== undefined && captures(trace.setSpan(context.active(), run.span)))
        run.span.setAttribute(ATTR.outputMessages, contentOf(result));
      finish(run);
    },
  };
}

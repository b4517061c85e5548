import { context, type Span, SpanKind, trace } from "@opentelemetry/api";
import { ATTR, OPERATION } from "../../model/index.ts";
import type { Adapter, AdapterOptions } from "../adapter.ts";
import type { Adopted } from "../module-hooks.ts";
import { callOfSpan, createGuard, runInside } from "../observed-call.ts";
import { type Method, replaceMethod } from "../replace-method.ts";
import { type AgentWorkflow, contentOf, createAgentRuns, FRAMEWORK, type ToolCall } from "./agent-runs.ts";

export type LlamaIndexAdapterOptions = Pick<AdapterOptions, "tracer" | "captures" | "onToolCall"> & {
  readonly onFault: (error: unknown) => void;
};

type WorkflowEvent = { readonly onInit?: (callback: (event: { readonly data?: unknown }) => void) => unknown };
type LegacyToolEvent = {
  readonly toolCall?: { readonly name?: unknown; readonly id?: unknown; readonly input?: unknown };
  readonly toolResult?: { readonly isError?: unknown; readonly output?: unknown };
};

/** Tools of the older agents whose end never comes must not pile up for ever. */
const MAX_LEGACY_TOOLS = 1000;

const member = (value: unknown, name: string): unknown =>
  (typeof value === "object" && value !== null) || typeof value === "function" ? Reflect.get(value, name) : undefined;
const classOf = (instance: unknown): string => String(member(member(instance, "constructor"), "name") ?? "unknown");

/**
 * LlamaIndex: agents and their tools, retrievers, query and chat engines. Its callbacks come a turn late, so that nothing could be put
 * inside of them: seen are the methods of its classes instead. What calls a model shows on the wire.
 */
export function createLlamaIndexAdapter(options: LlamaIndexAdapterOptions): Adapter {
  const { tracer, captures, onFault } = options;
  const guard = createGuard(onFault);
  const runs = createAgentRuns(options);

  /** Each call of a method is a span of this operation, named for the class. */
  const observe =
    (
      operation: string,
      nameAttribute: string,
      inputOf: (args: readonly unknown[]) => unknown,
    ): ((original: Method) => Method) =>
    (original) =>
      function (this: unknown, ...args) {
        const call = guard(() => {
          const name = classOf(this);
          const input = captures(context.active()) ? inputOf(args) : undefined;
          const attributes = {
            [ATTR.operation]: operation,
            [nameAttribute]: name,
            ...(input !== undefined && { [ATTR.inputMessages]: contentOf(input) }),
            ...FRAMEWORK,
          };
          const parent = context.active();
          return callOfSpan(
            tracer.startSpan(`${operation} ${name}`, { kind: SpanKind.INTERNAL, attributes }, parent),
            parent,
          );
        });
        const work = (): unknown => original.apply(this, args);
        return call === undefined ? work() : runInside(call, guard, work);
      };
  const prototypeOf = (adopted: Adopted, name: string): object | undefined => {
    const prototype = member(adopted.get(name), "prototype");
    return typeof prototype === "object" && prototype !== null ? prototype : undefined;
  };
  const replace = (adopted: Adopted, className: string, name: string, make: (original: Method) => Method): void => {
    const prototype = prototypeOf(adopted, className);
    if (prototype !== undefined) replaceMethod(prototype, name, make);
  };

  const adoptWorkflow = (adopted: Adopted): void => {
    replace(
      adopted,
      "AgentWorkflow",
      "runStream",
      (original) =>
        function (this: AgentWorkflow, ...args) {
          const run = guard(() => runs.begin(this, args[0]));
          if (run === undefined) return original.apply(this, args);
          try {
            return context.with(run.context, () => original.apply(this, args));
          } catch (error) {
            guard(() => run.fail(error));
            throw error;
          }
        },
    );
    replace(
      adopted,
      "AgentWorkflow",
      "callTool",
      (original) =>
        function (this: unknown, ...args) {
          const call = guard(() => runs.callTool(args[0] as ToolCall));
          const work = (): unknown => original.apply(this, args);
          return call === undefined ? work() : runInside(call, guard, work);
        },
    );
    replace(
      adopted,
      "FunctionAgent",
      "takeStep",
      (original) =>
        function (this: { readonly name?: unknown }, ...args) {
          const call = guard(() => runs.step(String(this.name)));
          const work = (): unknown => original.apply(this, args);
          return call === undefined ? work() : runInside(call, guard, work);
        },
    );
    const stop = adopted.get("stopAgentEvent") as WorkflowEvent | undefined;
    // Called as the event is made, inside the run that it ends.
    stop?.onInit?.(({ data }) => void guard(() => runs.stopped(member(data, "result"))));
  };

  const legacyTools = new Map<unknown, Span>();
  const onLegacyTool = (name: unknown, event: LegacyToolEvent): void => {
    const { toolCall, toolResult } = event;
    if (toolCall === undefined) return;
    if (name === "llm-tool-call") {
      const current = trace.getSpan(context.active()) as
        | { readonly attributes?: Readonly<Record<string, unknown>> }
        | undefined;
      // The newer agents have told of it already.
      if (current?.attributes?.[ATTR.operation] === OPERATION.executeTool) return;
      const attributes = {
        [ATTR.operation]: OPERATION.executeTool,
        [ATTR.toolName]: String(toolCall.name),
        [ATTR.toolType]: "function",
        ...(typeof toolCall.id === "string" && { [ATTR.toolCallId]: toolCall.id }),
        ...(captures(context.active()) && { [ATTR.toolArguments]: contentOf(toolCall.input) }),
        ...FRAMEWORK,
      };
      const span = tracer.startSpan(`${OPERATION.executeTool} ${String(toolCall.name)}`, {
        kind: SpanKind.INTERNAL,
        attributes,
      });
      if (legacyTools.size < MAX_LEGACY_TOOLS) legacyTools.set(toolCall.id, span);
    } else if (name === "llm-tool-result") {
      const span = legacyTools.get(toolCall.id);
      legacyTools.delete(toolCall.id);
      if (span === undefined) return;
      if (captures(trace.setSpan(context.active(), span)))
        span.setAttribute(ATTR.toolResult, contentOf(toolResult?.output));
      if (toolResult?.isError === true) callOfSpan(span, context.active()).fail(new Error("the tool failed"));
      else span.end();
    }
  };

  return {
    name: "llamaindex",
    files: [
      {
        packageName: "@llamaindex/workflow",
        path: "dist/index",
        locals: ["AgentWorkflow", "FunctionAgent", "stopAgentEvent"],
        adopt: adoptWorkflow,
      },
      {
        packageName: "@llamaindex/core",
        path: "agent/dist/index",
        locals: ["AgentRunner"],
        adopt: (adopted) =>
          replace(
            adopted,
            "AgentRunner",
            "chat",
            observe(OPERATION.invokeAgent, ATTR.agentName, ([params]) => member(params, "message")),
          ),
      },
      {
        packageName: "@llamaindex/core",
        path: "global/dist/index",
        locals: ["CallbackManager"],
        adopt: (adopted) =>
          replace(
            adopted,
            "CallbackManager",
            "dispatchEvent",
            (original) =>
              function (this: unknown, ...args) {
                guard(() => onLegacyTool(args[0], (args[1] ?? {}) as LegacyToolEvent));
                return original.apply(this, args);
              },
          ),
      },
      {
        packageName: "@llamaindex/core",
        path: "retriever/dist/index",
        locals: ["BaseRetriever"],
        adopt: (adopted) =>
          replace(
            adopted,
            "BaseRetriever",
            "retrieve",
            observe(OPERATION.retrieval, "gen_ai.data_source.id", () => undefined),
          ),
      },
      {
        packageName: "@llamaindex/core",
        path: "query-engine/dist/index",
        locals: ["BaseQueryEngine"],
        adopt: (adopted) =>
          replace(
            adopted,
            "BaseQueryEngine",
            "query",
            observe(OPERATION.invokeWorkflow, ATTR.workflowName, ([params]) => member(params, "query")),
          ),
      },
      {
        packageName: "@llamaindex/core",
        path: "chat-engine/dist/index",
        locals: ["ContextChatEngine", "SimpleChatEngine"],
        adopt: (adopted) => {
          const chat = observe(OPERATION.invokeWorkflow, ATTR.workflowName, ([params]) => member(params, "message"));
          for (const engine of ["ContextChatEngine", "SimpleChatEngine"]) replace(adopted, engine, "chat", chat);
        },
      },
      {
        packageName: "llamaindex",
        path: /^(?:engines\/dist|dist\/cjs\/engines)\/index$/,
        locals: ["CondenseQuestionChatEngine"],
        adopt: (adopted) =>
          replace(
            adopted,
            "CondenseQuestionChatEngine",
            "chat",
            observe(OPERATION.invokeWorkflow, ATTR.workflowName, ([params]) => member(params, "message")),
          ),
      },
    ],
  };
}

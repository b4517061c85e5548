import { type Attributes, type Context, context, type Span, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { describeError, failSpan } from "../../errors/index.ts";
import { ATTR, OPERATION } from "../../model/index.ts";
import type { AdapterOptions } from "../adapter.ts";
import { createUsageReader, describeUsage } from "./usage.ts";

export type UsageLabels = { readonly agent: string; readonly provider: string; readonly model: string };

export type SessionOptions = Pick<AdapterOptions, "tracer" | "captures"> & {
  /** What a model of a turn used, for the metrics: as attributes of a span that called it would say. */
  readonly onUsage: (labels: UsageLabels, usage: Attributes) => void;
};

/** One call of `query()`, which may be many turns of an agent. */
export type Session = {
  /** The context for the subprocess: it is told to it by the environment. */
  readonly context: Context;
  readonly message: (message: unknown) => void;
  readonly end: () => void;
  readonly fail: (thrown: unknown) => void;
};

type Fields = Readonly<Record<string, unknown>>;
type Tool = { readonly span: Span; readonly context: Context };
/** From what the user asks to the result. */
type Turn = { readonly span: Span; readonly context: Context; readonly tools: Map<string, Tool> };

const FRAMEWORK = { [ATTR.framework]: "claude-agent" };
const PROVIDER = "anthropic";
const DEFAULT_NAME = "claude-agent";
/** Messages that are part of a turn; the others (status, hooks) may come between two. */
const TURN_TYPES: ReadonlySet<unknown> = new Set(["assistant", "user", "result"]);
/** Tools by which one agent has another one work. */
const AGENT_TOOLS: ReadonlySet<unknown> = new Set(["Task", "Agent"]);

const fieldsOf = (value: unknown): Fields => (typeof value === "object" && value !== null ? (value as Fields) : {});
const listOf = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value.map(fieldsOf) : []);
const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

function contentOf(value: unknown): string {
  if (typeof value === "string") return value;
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    return "";
  }
}

export function createSession({ tracer, captures, onUsage }: SessionOptions, argument: unknown): Session {
  const { prompt, options: given } = fieldsOf(argument);
  const options = fieldsOf(given);
  const agent = text(options.agent) ?? DEFAULT_NAME;
  const outer = context.active();
  const captureContent = captures(outer);
  const readUsage = createUsageReader(options.resume !== undefined || options.continue === true);
  /** What all turns of the session have in common, as it becomes known. */
  const known: Attributes = {
    ...(text(options.model) !== undefined && { [ATTR.requestModel]: String(options.model) }),
  };

  const begin = (): Turn => {
    const span = tracer.startSpan(
      `${OPERATION.invokeAgent} ${agent}`,
      {
        kind: SpanKind.INTERNAL,
        attributes: {
          [ATTR.operation]: OPERATION.invokeAgent,
          [ATTR.provider]: PROVIDER,
          [ATTR.agentName]: agent,
          ...FRAMEWORK,
          ...known,
        },
      },
      outer,
    );
    return { span, context: trace.setSpan(outer, span), tools: new Map() };
  };
  const first = begin();
  if (captureContent && typeof prompt === "string") first.span.setAttribute(ATTR.inputMessages, prompt);
  let turn: Turn | undefined = first;

  const finish = (describe?: (span: Span) => void): void => {
    for (const { span } of turn?.tools.values() ?? []) {
      // Its result never came.
      span.setAttribute(ATTR.streamOutcome, "abandoned");
      span.end();
    }
    if (turn !== undefined) {
      describe?.(turn.span);
      turn.span.end();
    }
    turn = undefined;
  };

  const startTool = ({ span: _, context: within, tools }: Turn, block: Fields, parentId: unknown): void => {
    const [id, name] = [text(block.id), text(block.name)];
    if (id === undefined || name === undefined || tools.has(id)) return;
    const parent = tools.get(String(parentId))?.context ?? within;
    const other = AGENT_TOOLS.has(name) ? text(fieldsOf(block.input).subagent_type) : undefined;
    const span = tracer.startSpan(
      `${OPERATION.executeTool} ${name}`,
      {
        kind: SpanKind.INTERNAL,
        attributes: {
          [ATTR.operation]: OPERATION.executeTool,
          [ATTR.toolName]: name,
          [ATTR.toolType]: "function",
          [ATTR.toolCallId]: id,
          ...FRAMEWORK,
          ...(other !== undefined && { [ATTR.handoffFrom]: agent, [ATTR.handoffTo]: other }),
          ...(captureContent && { [ATTR.toolArguments]: contentOf(block.input) }),
        },
      },
      parent,
    );
    tools.set(id, { span, context: trace.setSpan(parent, span) });
  };
  const endTool = ({ tools }: Turn, block: Fields): void => {
    const id = String(block.tool_use_id);
    const span = tools.get(id)?.span;
    tools.delete(id);
    if (span === undefined) return;
    if (captureContent) span.setAttribute(ATTR.toolResult, contentOf(block.content));
    if (block.is_error === true) {
      span.setAttributes({ [ATTR.errorType]: "tool_error", [ATTR.errorCategory]: "tool" });
      span.setStatus({ code: SpanStatusCode.ERROR });
    }
    span.end();
  };

  const describeResult = (span: Span, result: Fields): void => {
    const usage = readUsage(result.modelUsage);
    span.setAttributes(describeUsage(usage));
    for (const one of usage) onUsage({ agent, provider: PROVIDER, model: one.model }, describeUsage([one]));
    if (captureContent && result.result !== undefined) span.setAttribute(ATTR.outputMessages, contentOf(result.result));
    const subtype = text(result.subtype) ?? "error";
    if (result.is_error !== true && !subtype.startsWith("error")) return;
    span.setAttribute(ATTR.errorType, subtype.startsWith("error") ? subtype : "error");
    const [reason] = Array.isArray(result.errors) ? result.errors : [];
    span.setStatus({ code: SpanStatusCode.ERROR, ...(typeof reason === "string" && { message: reason }) });
  };

  const message = (given: unknown): void => {
    const one = fieldsOf(given);
    if (one.type === "system" && one.subtype === "init") {
      const found: Attributes = {
        ...(text(one.session_id) !== undefined && { [ATTR.conversationId]: String(one.session_id) }),
        ...(text(one.model) !== undefined && { [ATTR.requestModel]: String(one.model) }),
        ...(text(one.claude_code_version) !== undefined && { [ATTR.agentVersion]: String(one.claude_code_version) }),
      };
      Object.assign(known, found);
      turn?.span.setAttributes(found);
      return;
    }
    if (!TURN_TYPES.has(one.type)) return;
    turn ??= begin();
    if (one.type === "result") {
      finish((span) => describeResult(span, one));
      return;
    }
    for (const block of listOf(fieldsOf(one.message).content)) {
      if (block.type === "tool_use" && one.type === "assistant") startTool(turn, block, one.parent_tool_use_id);
      else if (block.type === "tool_result" && one.type === "user") endTool(turn, block);
    }
  };

  // Without a result the program has left early.
  const end = (): void => finish((span) => span.setAttribute(ATTR.streamOutcome, "abandoned"));
  const isAborted = (): boolean => fieldsOf(fieldsOf(options.abortController).signal).aborted === true;
  return {
    context: first.context,
    message,
    end,
    fail: (thrown) => (isAborted() ? end() : finish((span) => failSpan(span, describeError(thrown)))),
  };
}

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
import { takeAgent } from "./agent-class.ts";

export type ModelRequest = {
  readonly model: string | undefined;
  readonly provider: string | undefined;
  /** Whether the model may call tools with what it answers. */
  readonly usesTools: boolean;
  readonly embeds?: boolean;
  /** One of several calls at a time, none of which repeats another. */
  readonly isParallel?: boolean;
};

/** One call to a model, one attempt of it. */
export type ModelCall = {
  /** In which the model is called: the wire finds the call there. */
  readonly context: Context;
  /** What it answered, under canonical names. */
  readonly end: (answer: Attributes) => void;
  readonly fail: (error: unknown) => void;
};

export type ToolCall = {
  readonly context: Context;
  readonly set: (attributes: Attributes) => void;
  readonly fail: (error: unknown) => void;
  readonly end: () => void;
};

export type OperationStart = {
  /** As the AI SDK calls it, such as `ai.generateText`. */
  readonly id: string;
  readonly attributes: Attributes;
  /** Whether it may take several steps, or the program wants to see it. Undefined where that shows with the first call to the model only. */
  readonly isWorthSpan: boolean | undefined;
};

/**
 * One call of the program to the AI SDK, such as generateText: all steps of it. It is one span where it names an agent or may use tools;
 * otherwise the call to the model alone says all, and stands below the caller's span.
 */
export type Operation = {
  readonly start: (start: OperationStart) => void;
  /** The context inside the operation. */
  readonly context: () => Context;
  readonly callModel: (given: ModelRequest) => ModelCall;
  readonly callTool: (name: string, callId: string | undefined) => ToolCall;
  readonly end: (failure?: { readonly error: unknown }) => void;
  /** The program stopped listening: no failure of anybody. */
  readonly abandon: () => void;
};

export type OperationOptions = Pick<AdapterOptions, "tracer" | "clock"> & {
  readonly functionId: string | undefined;
};

/** A call to a model in progress, as the context carries it. */
type Claim = { readonly attempt: number; readonly outer: Claim | undefined; wireCalls: number };

const CLAIM = createContextKey("agent-observatory ai-sdk model call");
const FRAMEWORK = { [ATTR.framework]: "ai-sdk" };
/** Categories that say nothing that "a tool failed" would not say better. */
const VAGUE: ReadonlySet<string> = new Set(["unknown", "internal"]);

const claimOf = (place: Context): Claim | undefined => place.getValue(CLAIM) as Claim | undefined;

/** Also for the calls that this one is a part of: a model may be made of calls to others. */
function noteCall(claim: Claim | undefined): void {
  for (let at = claim; at !== undefined; at = at.outer) at.wireCalls += 1;
}

/**
 * To be called when the wire sees a call to a model: the AI SDK's report of it is then not a second one. Returns which attempt of the same
 * call it is, from 0, where the AI SDK is calling.
 */
export function claimModelCall(): number | undefined {
  const claim = claimOf(context.active());
  noteCall(claim);
  return claim?.attempt;
}

export function createOperation({ tracer, clock, functionId }: OperationOptions): Operation {
  const { agent, outer } = takeAgent(context.active());
  const agentName = agent?.name ?? functionId ?? agent?.kind;
  const startMs = clock.nowMs();
  let inside = outer;
  let root: Span | undefined;
  let begun: OperationStart | undefined;
  let ended = false;
  let modelsInProgress = 0;
  let failedAttempts = 0;

  const openRoot = ({ id, attributes }: OperationStart): void => {
    const named: Attributes =
      agentName === undefined ? {} : { [ATTR.operation]: OPERATION.invokeAgent, [ATTR.agentName]: agentName };
    root = tracer.startSpan(
      agentName === undefined ? id : `${OPERATION.invokeAgent} ${agentName}`,
      { kind: SpanKind.INTERNAL, startTime: startMs, attributes: { ...attributes, ...FRAMEWORK, ...named } },
      outer,
    );
    inside = trace.setSpan(outer, root);
  };

  const endRoot = (last: (span: Span) => void): void => {
    if (ended) return;
    ended = true;
    if (root === undefined) return;
    last(root);
    root.end();
  };
  const abandon = (): void => endRoot((span) => span.setAttribute(ATTR.streamOutcome, "abandoned"));

  return {
    start: (start) => {
      if (begun !== undefined) return;
      begun = start;
      if (agentName !== undefined || start.isWorthSpan === true) openRoot(start);
    },
    context: () => inside,
    callModel: ({ model, provider, usesTools, embeds = false, isParallel = false }) => {
      if (root === undefined && usesTools && begun !== undefined && begun.isWorthSpan === undefined) openRoot(begun);
      const callStartMs = clock.nowMs();
      const claim: Claim = { attempt: isParallel ? 0 : failedAttempts, outer: claimOf(outer), wireCalls: 0 };
      const place = root === undefined ? context.active() : inside;
      const called = embeds ? OPERATION.embeddings : OPERATION.chat;
      let open = true;
      modelsInProgress += 1;
      /** A call that never showed on the wire (a model in the process, a transport we cannot see) is described from here. */
      const close = (answer: Attributes, failure?: { readonly error: unknown }): void => {
        if (!open) return;
        open = false;
        modelsInProgress -= 1;
        failedAttempts = failure === undefined ? 0 : failedAttempts + 1;
        if (claim.wireCalls > 0) return;
        noteCall(claim.outer);
        const span = tracer.startSpan(
          model === undefined ? called : `${called} ${model}`,
          {
            kind: SpanKind.CLIENT,
            startTime: callStartMs,
            attributes: {
              [ATTR.operation]: called,
              ...FRAMEWORK,
              ...(model !== undefined && { [ATTR.requestModel]: model }),
              ...(provider !== undefined && { [ATTR.provider]: provider }),
              ...(claim.attempt > 0 && { [ATTR.retryCount]: claim.attempt }),
              ...answer,
            },
          },
          place,
        );
        if (failure !== undefined) failSpan(span, describeError(failure.error));
        span.end();
      };
      return {
        context: place.setValue(CLAIM, claim),
        end: (answer) => close(answer),
        fail: (error) => close({}, { error }),
      };
    },
    callTool: (name, callId) => {
      const span = tracer.startSpan(
        `${OPERATION.executeTool} ${name}`,
        {
          kind: SpanKind.INTERNAL,
          attributes: {
            [ATTR.operation]: OPERATION.executeTool,
            [ATTR.toolName]: name,
            [ATTR.toolType]: "function",
            ...(callId !== undefined && { [ATTR.toolCallId]: callId }),
            ...FRAMEWORK,
          },
        },
        inside,
      );
      return {
        context: trace.setSpan(inside, span),
        set: (attributes) => void span.setAttributes(attributes),
        fail: (error) => {
          const described = describeError(error);
          failSpan(span, VAGUE.has(described.category) ? { ...described, category: "tool" } : described);
        },
        end: () => span.end(),
      };
    },
    end: (failure) => {
      // A model that is still at it when all is over has been left by an abort.
      if (failure === undefined && modelsInProgress > 0) return abandon();
      endRoot((span) => {
        if (failure !== undefined) failSpan(span, describeError(failure.error));
      });
    },
    abandon,
  };
}

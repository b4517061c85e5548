import type { Logger } from "winston";
import { ATTR } from "../model/index.ts";

/** What every helper takes besides its own: how it ended, how long it took, and fields of the program's own. */
type Common = {
  readonly durationMs?: number;
  /** Makes it a line of level `error`. */
  readonly error?: unknown;
  /** Default: `info`; `error` where there is an error or the status is `error`. */
  readonly level?: string;
  readonly fields?: Readonly<Record<string, unknown>>;
};

export type AgentActionLog = Common & {
  readonly agent: string;
  /** What the agent does, as a word: `plan`, `call_tool`, `hand_over`. Not what it says. */
  readonly action: string;
  readonly tool?: string;
  readonly status?: string;
};
export type WorkflowEventLog = Common & {
  readonly workflow: string;
  /** What happened, as a word: `started`, `node_completed`, `failed`. */
  readonly event: string;
  readonly node?: string;
  readonly status?: string;
};
export type LlmRequestLog = Common & {
  readonly provider: string;
  readonly model: string;
  /** As the GenAI conventions call it: `chat`, `embeddings`, … Default: `chat`. */
  readonly operation?: string;
  /** All tokens that went in, cached ones too. */
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly costUsd?: number;
  readonly status?: string;
};
export type CacheOperationLog = Common & {
  readonly cache: string;
  readonly kind?: "exact" | "semantic";
  readonly outcome: "hit" | "miss" | "set" | "error";
};

type Event = {
  readonly name: string;
  readonly message: string;
  readonly status: string | undefined;
  readonly members: Readonly<Record<string, unknown>>;
};

/** The program's own fields come first: what the helper says of itself is what counts. */
function logEvent(logger: Logger, { name, message, status, members }: Event, common: Common): void {
  const { durationMs, error, fields } = common;
  const failed = error !== undefined || status === "error";
  const known = { "event.name": name, ...members, status, duration_ms: durationMs, error };
  const entry: Record<string, unknown> = { ...fields };
  for (const [key, value] of Object.entries(known)) if (value !== undefined) entry[key] = value;
  logger.log(common.level ?? (failed ? "error" : "info"), message, entry);
}

/** Says in the log what an agent did. */
export function logAgentAction(logger: Logger, action: AgentActionLog): void {
  logEvent(
    logger,
    {
      name: "agent.action",
      message: `Agent ${action.agent}: ${action.action}`,
      status: action.status,
      members: { [ATTR.agentName]: action.agent, action: action.action, [ATTR.toolName]: action.tool },
    },
    action,
  );
}

/** Says in the log what happened in a workflow. */
export function logWorkflowEvent(logger: Logger, event: WorkflowEventLog): void {
  logEvent(
    logger,
    {
      name: "workflow.event",
      message: `Workflow ${event.workflow}: ${event.event}`,
      status: event.status,
      members: { [ATTR.workflowName]: event.workflow, workflow_event: event.event, [ATTR.nodeName]: event.node },
    },
    event,
  );
}

/** Says in the log that a model was asked. Prompts and answers have no place here: see content capture. */
export function logLlmRequest(logger: Logger, request: LlmRequestLog): void {
  logEvent(
    logger,
    {
      name: "llm.request",
      message: `Model ${request.model} of ${request.provider}: ${request.operation ?? "chat"}`,
      status: request.status,
      members: {
        [ATTR.operation]: request.operation ?? "chat",
        [ATTR.provider]: request.provider,
        [ATTR.requestModel]: request.model,
        [ATTR.inputTokens]: request.inputTokens,
        [ATTR.outputTokens]: request.outputTokens,
        [ATTR.costUsd]: request.costUsd,
      },
    },
    request,
  );
}

/** Says in the log what a cache did. */
export function logCacheOperation(logger: Logger, operation: CacheOperationLog): void {
  logEvent(
    logger,
    {
      name: "cache.operation",
      message: `Cache ${operation.cache}: ${operation.outcome}`,
      status: operation.outcome === "error" ? "error" : undefined,
      members: { cache: operation.cache, cache_kind: operation.kind, cache_outcome: operation.outcome },
    },
    operation,
  );
}

import type { LogEntry, Trace, TraceSpan } from "../../../../src/backends/index.ts";
import {
  createNestedErrors,
  type ErrorCategory,
  type ErrorSeverity,
  failureOfSpan,
  fingerprintOfSpan,
  severityOfSpan,
  sourceOfSpan,
  summarizeStack,
} from "../../../../src/errors/index.ts";
import { ATTR } from "../../../../src/model/index.ts";

/** Errors as the back ends know them: log records of new kinds and bursts (docs/errors.md), and failed spans. */

export type Sighting = {
  readonly timeMs: number;
  readonly fingerprint: string;
  /** Of records only. */
  readonly occasion?: "new" | "burst" | "uncaught";
  /** Of its kind in its process so far; of records only. */
  readonly count?: number;
  readonly type: string;
  readonly message: string;
  readonly category: ErrorCategory;
  readonly severity: ErrorSeverity;
  readonly source: string;
  /** The program's own frames first; empty where there is no stack. */
  readonly frames: readonly string[];
  readonly stack?: string;
  readonly service: string;
  readonly version?: string;
  readonly instance?: string;
  readonly agent?: string;
  readonly tool?: string;
  readonly model?: string;
  readonly session?: string;
  readonly user?: string;
  readonly traceId?: string;
  readonly spanId?: string;
};

const RECORD = "agent_observatory.error:";
/** Every record of an error; the text is what Loki can look for quickly. */
export const RECORDS_QUERY = `{service_name=~".+"} |= "${RECORD}" | agent_observatory_error_fingerprint!=""`;

/** Programs name things as they like; nobody reads more of a name. */
const MAX_NAME = 200;
const MAX_MESSAGE = 2000;
const MAX_STACK = 20_000;
type Optional = Readonly<Record<string, string | undefined>>;
/** Without what is not there. */
const present = <T extends Optional>(given: T): { [name in keyof T]?: string } =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== "")) as {
    [name in keyof T]?: string;
  };

export function sightingOfRecord({ timeMs, labels, line }: LogEntry): Sighting | undefined {
  const fingerprint = labels["agent_observatory_error_fingerprint"];
  if (fingerprint === undefined || fingerprint === "") return undefined;
  const occasion = labels["agent_observatory_error_occasion"];
  const count = Number(labels["agent_observatory_error_count"]);
  return {
    timeMs,
    fingerprint,
    ...((occasion === "new" || occasion === "burst" || occasion === "uncaught") && { occasion }),
    ...(Number.isFinite(count) && { count }),
    type: (labels["exception_type"] ?? "Error").slice(0, MAX_NAME),
    message: (labels["exception_message"] ?? line).slice(0, MAX_MESSAGE),
    category: (labels["agent_observatory_error_category"] ?? "unknown") as ErrorCategory,
    severity: (labels["agent_observatory_error_severity"] ?? "error") as ErrorSeverity,
    source: labels["agent_observatory_error_source"] ?? "program",
    frames: (labels["exception_stacktrace"] ?? "").split("\n").filter((frame) => frame !== ""),
    service: labels["service_name"] ?? "unknown",
    ...present({
      version: labels["service_version"],
      instance: labels["service_instance_id"],
      agent: labels["gen_ai_agent_name"],
      tool: labels["gen_ai_tool_name"],
      model: labels["gen_ai_request_model"],
      session: labels["session_id"],
      user: labels["user_id"],
      traceId: labels["trace_id"],
      spanId: labels["span_id"],
    }),
  };
}

const text = (value: unknown): string | undefined =>
  typeof value === "string" ? value : value === undefined ? undefined : String(value);

function sightingOfSpan(span: TraceSpan, source: string): Sighting {
  const { name, attributes, resource, statusMessage } = span;
  const exception = span.events.findLast((event) => event.name === "exception")?.attributes;
  const category = (text(attributes[ATTR.errorCategory]) ?? "unknown") as ErrorCategory;
  const failed = { name, attributes, exception, statusMessage };
  const failure = failureOfSpan(failed);
  const stack = failure.stack?.slice(0, MAX_STACK);
  return {
    timeMs: span.startMs + span.durationMs,
    // Spans of other SDKs have none of their own in a stack, which no process of ours has enriched.
    fingerprint: fingerprintOfSpan(failed, category),
    type: failure.type.slice(0, MAX_NAME),
    message: failure.message.slice(0, MAX_MESSAGE),
    category,
    severity: severityOfSpan(source, category),
    source,
    frames: stack === undefined ? [] : summarizeStack(stack, {}).frames,
    service: span.service,
    ...present({
      stack,
      version: text(resource["service.version"]),
      instance: text(resource["service.instance.id"]),
      agent: text(attributes[ATTR.agentName]),
      tool: text(attributes[ATTR.toolName]),
      model: text(attributes[ATTR.requestModel]),
      session: text(attributes[ATTR.sessionId]),
      user: text(attributes[ATTR.userId]),
    }),
    traceId: span.traceId,
    spanId: span.spanId,
  };
}

/** Inner spans before those around them. */
function innerFirst(spans: readonly TraceSpan[]): TraceSpan[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const depths = new Map<string, number>();
  const depthOf = (span: TraceSpan): number => {
    const path: TraceSpan[] = [];
    let at: TraceSpan | undefined = span;
    // A span that is its own ancestor ends the walk.
    while (at !== undefined && !depths.has(at.spanId)) {
      depths.set(at.spanId, 0);
      path.push(at);
      at = at.parentSpanId === undefined ? undefined : byId.get(at.parentSpanId);
    }
    let depth = at === undefined ? -1 : (depths.get(at.spanId) ?? 0);
    for (const one of path.reverse()) depths.set(one.spanId, ++depth);
    return depth;
  };
  return spans
    .map((span) => [depthOf(span), span] as const)
    .sort(([a], [b]) => b - a)
    .map(([, span]) => span);
}

/** Where errors of a trace began: an agent that fails with its tool has not failed again. */
export function sightingsOfTrace({ spans }: Trace): Sighting[] {
  const nested = createNestedErrors(Number.POSITIVE_INFINITY);
  return innerFirst(spans).flatMap((span) => {
    const source = span.status === "error" ? sourceOfSpan(span.attributes) : undefined;
    const error = source === undefined ? undefined : sightingOfSpan(span, source);
    return nested.began(span.spanId, span.parentSpanId, error) && error !== undefined ? [error] : [];
  });
}

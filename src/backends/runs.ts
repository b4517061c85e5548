import { ATTR, RUN_EVENT, RUN_REPEATED_MS, type RunState } from "../model/index.ts";
import { rootIn, withOpenSpans } from "../totals/index.ts";
import type { AttributeValue, Trace, TraceSpan } from "./jaeger-trace.ts";
import type { LogEntry } from "./log-lines.ts";
import { type LogRange, type LokiBackend, latestLogRange } from "./loki.ts";

/** A run of an agent or a workflow that told of itself while its span had not ended (docs/runs.md). */
export type AnnouncedRun = {
  /** As a span of its trace: from its start to when it was last heard of, or until now while it runs. */
  readonly span: TraceSpan;
  /** `incomplete`: it was not heard of any more and never ended; its process died, or cannot send. */
  readonly state: "running" | "incomplete";
};

/** What was missed once may still come. */
const SILENT_AFTER_MS = 2.5 * RUN_REPEATED_MS;
/** What Loki answers at most by default: a hundred runs of half an hour. */
const LIMIT = 5000;

/** Loki's names of attributes. */
const labelOf = (attribute: string): string => attribute.replaceAll(".", "_");
const TOLD = [ATTR.operation, ATTR.agentName, ATTR.workflowName, ATTR.sessionId, ATTR.conversationId, ATTR.userId];
const isHex = (text: string | undefined, digits: number): text is string =>
  text !== undefined && text.length === digits && /^[0-9a-f]+$/.test(text);

function readRun({ timeMs, labels }: LogEntry, nowMs: number): AnnouncedRun | undefined {
  const told = (attribute: string): string | undefined => labels[labelOf(attribute)];
  const { trace_id: traceId, span_id: spanId, service_name: service = "" } = labels;
  const startMs = Number(told(ATTR.runStartMs));
  if (!isHex(traceId, 32) || !isHex(spanId, 16) || !Number.isFinite(startMs)) return undefined;
  const state = nowMs - timeMs > SILENT_AFTER_MS ? "incomplete" : "running";
  const parentSpanId = told(ATTR.runParentSpanId);
  const attributes: Record<string, AttributeValue> = Object.create(null);
  for (const name of TOLD) {
    const value = told(name);
    if (value !== undefined) attributes[name] = value;
  }
  attributes[ATTR.runState] = state;
  return {
    state,
    span: {
      traceId,
      spanId,
      parentSpanId: isHex(parentSpanId, 16) ? parentSpanId : undefined,
      name: told(ATTR.runName) ?? "run",
      kind: "internal",
      service,
      startMs,
      durationMs: Math.max(0, (state === "running" ? nowMs : timeMs) - startMs),
      status: "unset",
      statusMessage: "",
      attributes,
      resource: Object.create(null) as Record<string, AttributeValue>,
      scope: { name: "", version: "" },
      events: [],
      links: [],
    },
  };
}

/** Runs that were announced in this time, or the last 30 days of it, and have not ended, the latest heard of first. Throws `BackendError`. */
export async function findOpenRuns(
  loki: LokiBackend,
  { startMs, endMs, nowMs, traceId }: LogRange & { readonly nowMs: number; readonly traceId?: string },
): Promise<readonly AnnouncedRun[]> {
  const ofTrace = traceId === undefined ? "" : ` | trace_id=${JSON.stringify(traceId)}`;
  const query = `{service_name=~".+"} |= ${JSON.stringify(`${RUN_EVENT}: `)}${ofTrace} | ${labelOf(ATTR.runState)}!=""`;
  const answer = await loki.queryRange(query, { ...latestLogRange({ startMs, endMs }), limit: LIMIT });
  if (answer.type !== "lines") return [];
  const heard = new Set<string>();
  return answer.entries.flatMap((entry) => {
    // The latest word of a run counts.
    const spanId = entry.labels["span_id"] ?? "";
    if (heard.has(spanId)) return [];
    heard.add(spanId);
    const isOpen = entry.labels[labelOf(ATTR.runState)] === ("running" satisfies RunState);
    return (isOpen ? readRun(entry, nowMs) : undefined) ?? [];
  });
}

/**
 * The trace with the open runs among its spans, but for those whose span has arrived after all. Where it has some spans only, those of the runs
 * must have been asked for.
 */
export function withOpenRuns(trace: Trace, runs: readonly AnnouncedRun[]): Trace {
  const { traceId, spans, totals } = trace;
  const known = new Set(spans.map(({ spanId }) => spanId));
  const missing = runs.flatMap(({ span }) => (span.traceId === traceId && !known.has(span.spanId) ? span : []));
  if (missing.length === 0) return trace;
  return {
    traceId,
    spans: [...spans, ...missing].sort((a, b) => a.startMs - b.startMs),
    ...(totals !== undefined && { totals: withOpenSpans(totals, rootIn(spans), missing) }),
  };
}

import type { Trace, TraceSpan } from "./jaeger-trace.ts";
import type { LogEntry } from "./log-lines.ts";
import type { LogRange, LokiBackend } from "./loki.ts";

/** Lines are written a little before and after the spans they belong to, by clocks of their own. */
const MARGIN_MS = 60_000;
/** More lines than anybody reads, and what Loki answers at most by default. */
const LIMIT = 5000;

const anyOf = (names: readonly string[]): string =>
  names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");

/** The stream selector of the services that made the spans. */
export function logSelectorOf(spans: readonly TraceSpan[]): string {
  const services = [...new Set(spans.map(({ service }) => service))].filter((service) => service !== "");
  return services.length === 0 ? '{service_name=~".+"}' : `{service_name=~${JSON.stringify(anyOf(services))}}`;
}

function rangeOf(spans: readonly TraceSpan[]): LogRange {
  let [startMs, endMs] = [Number.POSITIVE_INFINITY, 0];
  for (const span of spans) {
    startMs = Math.min(startMs, span.startMs);
    endMs = Math.max(endMs, span.startMs + span.durationMs);
  }
  return { startMs: startMs - MARGIN_MS, endMs: endMs + MARGIN_MS };
}

/** The log lines that carry the trace's id, in order of time: those from its beginning on, or the latest ones of a range. Throws `BackendError`. */
export async function logsOfTrace(
  loki: LokiBackend,
  { traceId, spans }: Trace,
  latestOf?: LogRange & { readonly limit: number },
): Promise<readonly LogEntry[]> {
  const answer = await loki.queryRange(
    `${logSelectorOf(spans)} | trace_id=${JSON.stringify(traceId)}`,
    latestOf ?? { ...rangeOf(spans), limit: LIMIT, direction: "forward" },
  );
  if (answer.type !== "lines") return [];
  return latestOf === undefined ? answer.entries : answer.entries.toReversed();
}

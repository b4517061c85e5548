import type { LogEntry, LokiBackend, Trace } from "../backends/index.ts";

/** Lines are written a little before and after the spans they belong to, by clocks of their own. */
const MARGIN_MS = 60_000;
/** More lines than anybody reads, and what Loki answers at most by default. */
const LIMIT = 5000;

const anyOf = (names: readonly string[]): string =>
  names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");

/** The log lines that carry the trace's id, in order of time. */
export async function logsOfTrace(loki: LokiBackend, { traceId, spans }: Trace): Promise<readonly LogEntry[]> {
  const services = [...new Set(spans.map(({ service }) => service))].filter((service) => service !== "");
  const selector =
    services.length === 0 ? '{service_name=~".+"}' : `{service_name=~${JSON.stringify(anyOf(services))}}`;
  const startMs = Math.min(...spans.map((span) => span.startMs));
  const endMs = Math.max(...spans.map((span) => span.startMs + span.durationMs));
  const answer = await loki.queryRange(`${selector} | trace_id=${JSON.stringify(traceId)}`, {
    startMs: startMs - MARGIN_MS,
    endMs: endMs + MARGIN_MS,
    limit: LIMIT,
    direction: "forward",
  });
  return answer.type === "lines" ? answer.entries : [];
}

import type { LogEntry } from "../../../src/backends/index.ts";

/** What is shown of a log line beside a span: pure. */

export type LogLevel = "error" | "warn" | "info" | "debug";

export function levelOf({ labels }: LogEntry): LogLevel {
  const said = (labels["detected_level"] ?? labels["severity_text"] ?? labels["level"] ?? "").toLowerCase();
  if (/^(?:err|fatal|crit|emerg|alert)/.test(said)) return "error";
  if (said.startsWith("warn")) return "warn";
  return /^(?:debug|trace|verbose|silly)/.test(said) ? "debug" : "info";
}

export const spanIdOf = ({ labels }: LogEntry): string => labels["span_id"] ?? "";

/** Lines by the span they were written in. */
export function logsBySpan(logs: readonly LogEntry[]): ReadonlyMap<string, readonly LogEntry[]> {
  const bySpan = new Map<string, LogEntry[]>();
  for (const log of logs) {
    const list = bySpan.get(spanIdOf(log));
    if (list === undefined) bySpan.set(spanIdOf(log), [log]);
    else list.push(log);
  }
  return bySpan;
}

const quoted = (text: string): string => JSON.stringify(text);
/** The lines of a trace, or of one span of it, as the view of logs is asked for them. */
export const logQueryOf = (service: string, traceId: string, spanId?: string): string =>
  `{service_name=${quoted(service)}} | trace_id=${quoted(traceId)}${spanId === undefined ? "" : ` | span_id=${quoted(spanId)}`}`;

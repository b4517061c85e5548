import { SpanStatusCode } from "@opentelemetry/api";
import { hrTimeToMilliseconds } from "@opentelemetry/core";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import type { LogItem } from "./logs.ts";
import type { Privacy } from "./privacy.ts";

/** A span as one line of JSON, for TRACING_EXPORTER=console. */
function spanLine(span: ReadableSpan): string {
  const { traceId, spanId } = span.spanContext();
  return JSON.stringify({
    trace_id: traceId,
    span_id: spanId,
    ...(span.parentSpanContext !== undefined && { parent_span_id: span.parentSpanContext.spanId }),
    name: span.name,
    start: new Date(hrTimeToMilliseconds(span.startTime)).toISOString(),
    duration_ms: Math.round(hrTimeToMilliseconds(span.duration) * 1000) / 1000,
    status: span.status.code === SpanStatusCode.ERROR ? "error" : "ok",
    ...(span.status.message !== undefined && { message: span.status.message }),
    attributes: span.attributes,
    ...(span.events.length > 0 && { events: span.events.map(({ name, attributes }) => ({ name, attributes })) }),
  });
}

function logLine(log: LogItem): string {
  return JSON.stringify({
    timestamp: new Date(log.timeMs).toISOString(),
    level: log.severityText,
    logger: log.scope,
    message: log.body,
    ...(log.spanContext !== undefined && { trace_id: log.spanContext.traceId, span_id: log.spanContext.spanId }),
    attributes: log.attributes,
  });
}

/** Where spans and log lines go, made safe on the way. */
export type Outlet = { readonly span: (span: ReadableSpan) => void; readonly log: (log: LogItem) => void };

export type ConsoleOutlet = Outlet & {
  /** From now on writes to stderr: the program's stdout is a connection of its own (an MCP server's). */
  readonly leaveStdout: () => void;
};

/** Writes to stdout, like every console exporter of OpenTelemetry: whoever chose it wants to see it there. */
export function createConsoleOutlet(privacy: Privacy): ConsoleOutlet {
  let stream: NodeJS.WriteStream = process.stdout;
  return {
    span: (span) => void stream.write(`${spanLine(privacy.span(span))}\n`),
    log: (log) => void stream.write(`${logLine(privacy.log(log))}\n`),
    leaveStdout: () => {
      stream = process.stderr;
    },
  };
}

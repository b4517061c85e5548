import { type Context, context, trace } from "@opentelemetry/api";
import { systemClock } from "../base/index.ts";
import type { Coverage, LogTap } from "../frameworks/index.ts";
import { activeSpanIds, carriedBy, type LogItem, logAttributes, severityOf } from "../telemetry/index.ts";
import type { LogLine } from "../tracking/index.ts";

type LogTapOptions = {
  readonly emit: (log: LogItem) => void;
  readonly onLogLine: (line: LogLine) => void;
  readonly isDebugged: (at: Context) => boolean;
  /** Whether a line that is below the level of its logger is recorded. */
  readonly takesLine: (at: Context) => boolean;
  readonly coverage: Coverage;
  readonly clean: (text: string) => string;
};

/** What the loggers of the program are given, and where their lines go as well. */
export function createLogTap({ emit, onLogLine, isDebugged, takesLine, coverage, clean }: LogTapOptions): LogTap {
  /** What a context carries, made safe once for all lines that are written in it. */
  const lines = new WeakMap<object, Readonly<Record<string, string | number | boolean>>>();
  const carriedLine = () => {
    const carried = carriedBy(context.active());
    if (carried === undefined) return undefined;
    let line = lines.get(carried);
    if (line === undefined) {
      const entries = Object.entries(carried.line);
      line = Object.fromEntries(
        entries.map(([name, value]) => [name, typeof value === "string" ? clean(value) : value]),
      );
      lines.set(carried, line);
    }
    return line;
  };
  return {
    ids: () => {
      const span = activeSpanIds();
      const carried = carriedLine();
      if (span === undefined) return carried;
      return { trace_id: span.traceId, span_id: span.spanId, ...carried };
    },
    takesLine: () => takesLine(context.active()),
    emit: ({ level, message, fields: given, logger }) => {
      coverage.spanned(logger);
      const current = context.active();
      const carried = carriedLine();
      // What was put on the line above is said once, by its name as an attribute.
      const fields =
        carried === undefined
          ? given
          : Object.fromEntries(Object.entries(given).filter(([name, value]) => carried[name] !== value));
      const [timeMs, severityNumber] = [systemClock.nowMs(), severityOf(level)];
      emit({
        timeMs,
        severityNumber,
        severityText: level.toUpperCase(),
        body: message,
        attributes: { ...carriedBy(current)?.attributes, ...logAttributes(fields) },
        spanContext: trace.getSpanContext(current),
        scope: logger,
        isDebugged: isDebugged(current),
      });
      onLogLine({ timeMs, severityNumber, message, fields, logger });
    },
  };
}

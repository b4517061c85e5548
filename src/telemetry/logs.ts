import {
  type Attributes,
  type Context,
  context,
  type LoggerProvider,
  type LogRecord,
  SeverityNumber,
  type SpanContext,
  trace,
} from "@opentelemetry/api";
import type { Clock } from "../base/index.ts";
import { carriedBy } from "./context-fields.ts";

/** One log line on its way out. */
export type LogItem = {
  readonly timeMs: number;
  readonly severityNumber: SeverityNumber;
  readonly severityText: string;
  readonly body: string;
  readonly attributes: Attributes;
  readonly spanContext: SpanContext | undefined;
  readonly scope: string;
  /** What kind of event it is, where it is one. */
  readonly eventName?: string;
  /** Of a request that is recorded in full. */
  readonly isDebugged?: boolean | undefined;
};

const SEVERITY: Readonly<Record<string, SeverityNumber>> = {
  trace: SeverityNumber.TRACE,
  silly: SeverityNumber.TRACE,
  debug: SeverityNumber.DEBUG,
  verbose: SeverityNumber.DEBUG2,
  http: SeverityNumber.DEBUG3,
  info: SeverityNumber.INFO,
  notice: SeverityNumber.INFO2,
  warn: SeverityNumber.WARN,
  warning: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
  crit: SeverityNumber.ERROR2,
  critical: SeverityNumber.ERROR2,
  alert: SeverityNumber.ERROR3,
  emerg: SeverityNumber.FATAL,
  fatal: SeverityNumber.FATAL,
};

/** The OpenTelemetry severity of a level name of winston (npm or syslog levels) or pino; unknown names count as info. */
export const severityOf = (level: string): SeverityNumber => SEVERITY[level.toLowerCase()] ?? SeverityNumber.INFO;

/** Attributes that a log line carries may hold anything: what OTLP cannot say as it is becomes text. */
export function logAttributes(fields: Readonly<Record<string, unknown>>): Attributes {
  const attributes: Attributes = {};
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") attributes[name] = value;
    else if (value instanceof Error) {
      attributes["exception.type"] = value.name;
      attributes["exception.message"] = value.message;
      if (value.stack !== undefined) attributes["exception.stacktrace"] = value.stack;
    } else if (value !== undefined && value !== null && typeof value !== "function" && typeof value !== "symbol") {
      try {
        attributes[name] = JSON.stringify(value) ?? String(value);
      } catch {
        attributes[name] = "[unserializable]";
      }
    }
  }
  return attributes;
}

function timeOf(record: LogRecord, clock: Clock): number {
  const { timestamp } = record;
  if (typeof timestamp === "number") return timestamp;
  if (timestamp instanceof Date) return timestamp.getTime();
  return Array.isArray(timestamp) ? timestamp[0] * 1000 + timestamp[1] / 1e6 : clock.nowMs();
}

/** What `logs.getLogger()` of the OpenTelemetry API gives out: its records take the same way as all others. */
export function createLoggerProvider(
  emit: (item: LogItem) => void,
  clock: Clock,
  isDebugged: (context: Context) => boolean = () => false,
): LoggerProvider {
  return {
    getLogger: (name) => ({
      enabled: () => true,
      emit: (record) =>
        emit({
          timeMs: timeOf(record, clock),
          severityNumber: record.severityNumber ?? SeverityNumber.UNSPECIFIED,
          severityText: record.severityText ?? "",
          body: typeof record.body === "string" ? record.body : (JSON.stringify(record.body) ?? ""),
          attributes: { ...carriedBy(record.context ?? context.active())?.attributes, ...record.attributes },
          spanContext: trace.getSpanContext(record.context ?? context.active()),
          scope: name,
          isDebugged: isDebugged(record.context ?? context.active()),
          ...(record.eventName !== undefined && { eventName: record.eventName }),
        }),
    }),
  };
}

/**
 * A structured logger on winston for programs that have none. Owns winston, which is loaded with the first logger. Lines reach OTLP and
 * get their trace ids by the same adapter that serves a program's own winston loggers.
 */
import { createRequire } from "node:module";
import type { Logger } from "winston";
import { createRedactor } from "../redaction/index.ts";
import { activeSpanIds, runningTelemetry } from "../telemetry/index.ts";

export type { Logger } from "winston";

type Winston = typeof import("winston");
type Info = { [key: string]: unknown; level: string; message: unknown };

export type LoggerOptions = {
  /** The name on each line, for instance the module. */
  readonly name: string;
  /** Lines below it are left out. Default: LOG_LEVEL, else `info`. */
  readonly level?: string;
  /** `json` for machines, `text` for people. Default: LOG_FORMAT, else `json`. */
  readonly format?: "json" | "text";
};

function textLine(info: Info): string {
  const { timestamp, level, logger, message, trace_id, span_id: _, ...fields } = info;
  const rest = Object.keys(fields).length > 0 ? ` ${JSON.stringify(fields)}` : "";
  const trace = typeof trace_id === "string" ? ` [${trace_id.slice(0, 8)}]` : "";
  return `${String(timestamp)} ${level.toUpperCase().padEnd(5)} ${String(logger)}${trace} ${String(message)}${rest}`;
}

/** Creates a logger whose lines carry timestamp, level, logger, message and the ids of the current span, without secrets. */
export function createLogger({ name, level, format }: LoggerOptions): Logger {
  const winston = createRequire(import.meta.url)("winston") as Winston;
  const redactor = createRedactor();
  const configured = runningTelemetry()?.logging;
  const wanted = format ?? configured?.format ?? "json";
  const withIds = winston.format((info) => {
    const span = activeSpanIds();
    if (span === undefined) return info;
    return Object.assign(info, { trace_id: info.trace_id ?? span.traceId, span_id: info.span_id ?? span.spanId });
  });
  const redacted = winston.format((info) => Object.assign(info, redactor.value({ ...info }) as object));
  return winston.createLogger({
    level: level ?? configured?.level ?? "info",
    defaultMeta: { logger: name },
    format: winston.format.combine(
      winston.format.errors({ stack: true }),
      winston.format.timestamp(),
      withIds(),
      redacted(),
      wanted === "text" ? winston.format.printf((info) => textLine(info as Info)) : winston.format.json(),
    ),
    transports: [new winston.transports.Console()],
  });
}

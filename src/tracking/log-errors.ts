import { SeverityNumber } from "@opentelemetry/api";
import { classifyError, describeError, type ErrorDescription } from "../errors/index.ts";
import type { Occurrence } from "./occurrence.ts";

/** A line that a logger of the program has written. */
export type LogLine = {
  readonly severityNumber: number;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
  /** The library, or the scope of an OpenTelemetry logger. */
  readonly logger: string;
  readonly timeMs: number;
};

/** Under which names loggers and programs put an error that has become JSON. */
const MEMBERS = ["err", "error", "exception", "cause"];
/** `TypeError: no such thing`, at the beginning of a stack. */
const HEAD = /^([\w$.[\]]{1,100}): ?(.*)/;

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

/** Of an error that is text by now. */
function describeText(type: string | undefined, message: string, stack: string | undefined): ErrorDescription {
  const [, headType, headMessage] = stack === undefined ? [] : (HEAD.exec(stack) ?? []);
  const name = type ?? headType ?? "Error";
  const said = headMessage ?? message;
  return {
    type: name,
    message: said,
    ...(stack !== undefined && { stack }),
    category: classifyError({ name, message: said }),
  };
}

function errorIn(fields: LogLine["fields"], message: string): ErrorDescription | undefined {
  const thrown = Object.values(fields).find((value) => value instanceof Error);
  if (thrown !== undefined) return describeError(thrown);
  for (const name of MEMBERS) {
    const value = fields[name];
    if (typeof value !== "object" || value === null) continue;
    const { type, name: className, message: said, stack } = value as Readonly<Record<string, unknown>>;
    if (text(stack) === undefined && text(said) === undefined) continue;
    return { ...describeText(text(type) ?? text(className), text(said) ?? message, text(stack)) };
  }
  // As OpenTelemetry's conventions have it, and as winston flattens an error into the line.
  const stack = text(fields["exception.stacktrace"]) ?? text(fields["stack"]);
  const type = text(fields["exception.type"]);
  if (stack === undefined && type === undefined) return undefined;
  return describeText(type, text(fields["exception.message"]) ?? message, stack);
}

/** The error that a line tells of; undefined where it is no line about one. */
export function errorOfLog({ severityNumber, message, fields, logger, timeMs }: LogLine): Occurrence | undefined {
  if (severityNumber < SeverityNumber.ERROR) return undefined;
  const error = errorIn(fields, message) ?? { type: "log", message, category: classifyError({ message }) };
  return {
    ...error,
    source: "log",
    severity: severityNumber > SeverityNumber.ERROR ? "critical" : "error",
    timeMs,
    where: `log ${logger}`,
  };
}

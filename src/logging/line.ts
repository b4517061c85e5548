import type { Caller } from "./caller.ts";

/** A log line, complete and safe: nothing in it needs to be removed any more. */
export type Line = {
  /** ISO 8601, in UTC. */
  readonly timestamp: string;
  readonly level: string;
  readonly logger: string;
  readonly message: string;
  /** `trace_id`, `span_id`, `session_id`, `user_id`, `request_id`, `correlation_id` and the program's own, where they are known. */
  readonly ids: Readonly<Record<string, unknown>>;
  readonly caller: Caller | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
};

/** Names that mean something on every line. A field of the program's under one of them gets an underscore behind it. */
export const RESERVED: ReadonlySet<string> = new Set(["timestamp", "level", "logger", "message"]);

/** One line of JSON, without its line break. */
export function jsonLine({ timestamp, level, logger, message, ids, caller, fields }: Line): string {
  return JSON.stringify({ timestamp, level, logger, message, ...ids, ...caller, ...fields });
}

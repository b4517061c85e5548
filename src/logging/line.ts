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

/** Members of an entry that have a place of their own on a line. */
export const PLACED: ReadonlySet<string> = new Set([...RESERVED, "trace_id", "span_id"]);

const known = new Map<string, string>();
const MAX_KNOWN = 500;

/** Names, levels and ids come again and again. */
function quoted(text: string): string {
  let json = known.get(text);
  if (json === undefined) {
    json = JSON.stringify(text);
    if (known.size >= MAX_KNOWN) known.clear();
    if (text.length <= 100) known.set(text, json);
  }
  return json;
}

/** The members of an object as they follow others: `,"a":1`, without those that `fields` has too. */
function more(members: object, fields: object): string {
  let json = "";
  for (const name of Object.keys(members)) {
    const value = (members as Record<string, unknown>)[name];
    if (value === undefined || Object.hasOwn(fields, name)) continue;
    const text = typeof value === "string" ? quoted(value) : JSON.stringify(value);
    if (text !== undefined) json += `,${quoted(name)}:${text}`;
  }
  return json;
}

/** One line of JSON, without its line break. */
export function jsonLine({ timestamp, level, logger, message, ids, caller, fields }: Line): string {
  const own = JSON.stringify(fields);
  const head = `{"timestamp":"${timestamp}","level":${quoted(level)},"logger":${quoted(logger)},"message":${JSON.stringify(message)}`;
  const rest = own === "{}" ? "}" : `,${own.slice(1)}`;
  return head + more(ids, fields) + (caller === undefined ? "" : more(caller, fields)) + rest;
}

import { format, inspect } from "node:util";
import { RESERVED } from "./line.ts";

/** winston's own keys (its triple-beam package): the level without colours. */
export const LEVEL = Symbol.for("level");
/** The message before values were put into it, by which lines of a kind are counted. */
export const TEMPLATE = Symbol("agent-observatory.template");
/** Whether the level of the logger that was called lets it be written. */
export const WANTED = Symbol("agent-observatory.wanted");

/** What goes through winston: level, message and fields in one object. */
export type Entry = { [key: string | symbol]: unknown; level: string; message: unknown };

const UNREADABLE = "[unreadable]";
const TOKEN = /%[sdifjoOc%]/g;

function written(token: string, value: unknown): string {
  try {
    return format(token, value);
  } catch {
    try {
      return inspect(value, { breakLength: Number.POSITIVE_INFINITY });
    } catch {
      return UNREADABLE;
    }
  }
}
/** A value that cannot be written (`%j` of a BigInt) takes no other with it. */
function formatted(message: string, values: readonly unknown[]): string {
  try {
    return format(message, ...values);
  } catch {
    let next = 0;
    return message.replace(TOKEN, (token) => (token === "%%" ? "%" : written(token, values[next++])));
  }
}

/** What an id, an amount or a document of a library says of itself; its members are the library's affair. */
function plain(value: unknown): unknown {
  if (typeof value !== "object" || value === null || value instanceof Error) return value;
  if (ArrayBuffer.isView(value)) return `[BINARY: ${value.byteLength} bytes]`;
  try {
    const { toJSON } = value as { toJSON?: unknown };
    return typeof toJSON === "function" ? toJSON.call(value) : value;
  } catch {
    return value;
  }
}

const isFields = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

function keysOf(fields: object): string[] {
  try {
    return Object.keys(fields);
  } catch {
    return [];
  }
}

function addFields(entry: Entry, fields: object): void {
  if (fields instanceof Error) {
    entry["error"] ??= fields;
    return;
  }
  for (const key of keysOf(fields)) {
    try {
      entry[RESERVED.has(key) && key !== "logger" ? `${key}_` : key] = (fields as Record<string, unknown>)[key];
    } catch {
      // A getter of the program's that throws is left out.
    }
  }
}

function messageOf(first: unknown, entry: Entry): string {
  if (typeof first === "string") return first;
  if (first instanceof Error) {
    entry["error"] = first;
    return first.message;
  }
  if (!isFields(first)) return first === undefined ? "" : String(first);
  const { message, ...fields } = first;
  addFields(entry, fields);
  return message === undefined ? "" : String(message);
}

/**
 * What a call says: `(message, fields)` as winston has it, `(fields, message)` as pino has it, `(error)`, `(message, error)`, and values for
 * `%s` and the like as console.log takes them. Changes nothing that it is given.
 */
export function entryOf(level: string, defaults: object | null | undefined, given: readonly unknown[]): Entry {
  const args = given.map(plain);
  const entry: Entry = { [LEVEL]: level, level, message: "" };
  if (defaults) addFields(entry, defaults);
  let rest = args.slice(1);
  let message: string;
  if (isFields(args[0]) && typeof args[1] === "string") {
    if (args[0] instanceof Error) entry["error"] = args[0];
    else addFields(entry, args[0]);
    message = args[1];
    rest = args.slice(2);
  } else {
    message = messageOf(args[0], entry);
  }
  entry[TEMPLATE] = message;
  if (rest.length > 0) {
    const tokens = message.includes("%") ? (message.match(TOKEN) ?? []).filter((token) => token !== "%%").length : 0;
    if (tokens > 0) {
      const from = args.length - rest.length;
      message = formatted(message, given.slice(from, from + tokens));
      rest = rest.slice(tokens);
    }
    for (const one of rest) {
      if (isFields(one)) addFields(entry, one);
      // The last argument of winston's methods may be a callback.
      else if (one !== undefined && one !== null && typeof one !== "function") message += ` ${String(one)}`;
    }
  }
  entry.message = message;
  return entry;
}

import {
  type Attributes,
  type Baggage,
  type BaggageEntry,
  baggageEntryMetadataFromString,
  type Context,
  propagation,
} from "@opentelemetry/api";
import { ATTR } from "../model/index.ts";

/** What a request is about, as the program says it. Stands on spans and log lines, never in the labels of metrics. */
export type ContextFields = {
  readonly requestId?: string | undefined;
  readonly userId?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly correlationId?: string | undefined;
  /** The program's own, under their own names. */
  readonly attributes?: Readonly<Record<string, string | number | boolean | undefined>> | undefined;
};

type Id = Exclude<keyof ContextFields, "attributes">;

/** Attribute of a span, and at the same time the name in baggage. */
const IDS: Readonly<Record<Id, string>> = {
  requestId: ATTR.requestId,
  userId: ATTR.userId,
  sessionId: ATTR.sessionId,
  correlationId: ATTR.correlationId,
};
/** How a program's log lines call them. */
const LINE_NAMES: Readonly<Record<Id, string>> = {
  requestId: "request_id",
  userId: "user_id",
  sessionId: "session_id",
  correlationId: "correlation_id",
};
const ID_ENTRIES = Object.entries(IDS) as readonly (readonly [Id, string])[];

/** Before the names of the program's own attributes in baggage. */
const OWN_PREFIX = "agent_observatory.context.";
const ID_NAMES: ReadonlySet<string> = new Set(Object.values(IDS));
/** Whether an entry of baggage is one of these fields. */
export const isContextField = (name: string): boolean => ID_NAMES.has(name) || name.startsWith(OWN_PREFIX);

/** What others say in baggage must not pass for what spans say themselves. */
const RESERVED =
  /^(?:gen_ai|agent_observatory|openai|anthropic|aws|mcp|jsonrpc|rpc|db|http|url|network|server|client|error|exception|session|user|service|telemetry|process|otel)(?:\.|$)/;
/** Members of log lines that mean something else. */
const LINE_RESERVED = new Set([
  "level",
  "time",
  "timestamp",
  "msg",
  "message",
  "pid",
  "hostname",
  "name",
  "logger",
  "v",
]);

// An id is a word and not a text: W3C allows 8192 bytes for all of the baggage.
const MAX_CHARACTERS = 256;
const MAX_ATTRIBUTES = 32;

/** What a context carries, in the forms in which it is needed. */
type Carried = {
  readonly fields: ContextFields;
  /** For spans and log records. */
  readonly attributes: Attributes;
  /** For the lines of the program's own loggers. */
  readonly line: Readonly<Record<string, string | number | boolean>>;
};

const METADATA = {
  number: baggageEntryMetadataFromString("number"),
  boolean: baggageEntryMetadataFromString("boolean"),
};

function entryOf(value: unknown): BaggageEntry | undefined {
  if (typeof value === "string") return value === "" ? undefined : { value: value.slice(0, MAX_CHARACTERS) };
  if (typeof value === "number")
    return Number.isFinite(value) ? { value: String(value), metadata: METADATA.number } : undefined;
  return typeof value === "boolean" ? { value: String(value), metadata: METADATA.boolean } : undefined;
}

function recordedValue({ value, metadata }: BaggageEntry): string | number | boolean {
  const type = metadata?.toString();
  const number = type === "number" ? Number(value) : Number.NaN;
  if (Number.isFinite(number)) return number;
  return type === "boolean" && (value === "true" || value === "false")
    ? value === "true"
    : value.slice(0, MAX_CHARACTERS);
}

/** Baggage never changes: each is read once. */
const known = new WeakMap<Baggage, Carried | "nothing">();

function read(baggage: Baggage): Carried | undefined {
  const fields: { -readonly [field in Id]?: string } = {};
  const own: Record<string, string | number | boolean> = {};
  const attributes: Attributes = {};
  const line: Record<string, string | number | boolean> = {};
  for (const [id, name] of ID_ENTRIES) {
    const value = baggage.getEntry(name)?.value.slice(0, MAX_CHARACTERS);
    if (value === undefined || value === "") continue;
    fields[id] = value;
    attributes[name] = value;
    line[LINE_NAMES[id]] = value;
  }
  let count = 0;
  for (const [key, entry] of baggage.getAllEntries()) {
    if (!key.startsWith(OWN_PREFIX) || count >= MAX_ATTRIBUTES) continue;
    const name = key.slice(OWN_PREFIX.length);
    if (name === "" || name.length > MAX_CHARACTERS || RESERVED.test(name)) continue;
    count += 1;
    const value = recordedValue(entry);
    own[name] = value;
    attributes[name] = value;
    if (!LINE_RESERVED.has(name)) line[name] ??= value;
  }
  const isEmpty = Object.keys(attributes).length === 0;
  return isEmpty ? undefined : { fields: { ...fields, ...(count > 0 && { attributes: own }) }, attributes, line };
}

/** What a context carries; undefined for nothing, which costs next to nothing to find out. */
export function carriedBy(context: Context): Carried | undefined {
  const baggage = propagation.getBaggage(context);
  if (baggage === undefined) return undefined;
  let carried = known.get(baggage);
  if (carried === undefined) {
    carried = read(baggage) ?? "nothing";
    known.set(baggage, carried);
  }
  return carried === "nothing" ? undefined : carried;
}

export const contextFields = (context: Context): ContextFields => carriedBy(context)?.fields ?? {};

/**
 * `context` with more fields. They are kept as W3C baggage and nowhere else, so that they go wherever a context goes: threads, children,
 * services. What is no text, number or boolean is left out.
 */
export function withContextFields(context: Context, given: ContextFields): Context {
  let baggage = propagation.getBaggage(context) ?? propagation.createBaggage();
  const set = (name: string, value: unknown): void => {
    const entry = entryOf(value);
    if (entry !== undefined) baggage = baggage.setEntry(name, entry);
  };
  try {
    const fields = (given ?? {}) as Record<string, unknown>;
    for (const [id, name] of ID_ENTRIES) {
      const value = fields[id];
      set(name, typeof value === "number" ? String(value) : typeof value === "string" ? value : undefined);
    }
    const { attributes } = fields;
    if (typeof attributes === "object" && attributes !== null) {
      for (const [name, value] of Object.entries(attributes)) {
        if (!RESERVED.test(name)) set(`${OWN_PREFIX}${name}`, value);
      }
    }
  } catch {
    // Whatever the program hands over may throw as it is read; what was read until then counts.
  }
  return propagation.setBaggage(context, baggage);
}

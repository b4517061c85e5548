import type { Attributes, Resource, Scope, Span } from "../signals/index.ts";
import { attributeText } from "./attribute-json.ts";
import { canHave } from "./attribute-names.ts";
import type { Connection, Parameter } from "./connection.ts";
import { STATUS_NUMBERS } from "./span-writer.ts";

/** The tags of a search: a coarse condition in SQL for each, and the exact one. */
export type TagFilter = {
  readonly conditions: readonly { readonly sql: string; readonly parameters: readonly Parameter[] }[];
  readonly matches: (span: Span) => boolean;
};

export type TagSources = {
  readonly resourceOf: (id: number) => Resource;
  readonly scopeOf: (id: number) => Scope;
};

/** What Jaeger shows as tags of a span although OTLP has fields for it. */
const FIELD_TAGS: Readonly<Record<string, (span: Span) => string>> = {
  "span.kind": ({ kind }) => (kind === "unspecified" ? "" : kind),
  error: ({ status }) => (status === "error" ? "true" : ""),
  "otel.status_code": ({ status }) => (status === "unset" ? "" : status.toUpperCase()),
  "otel.status_description": ({ statusMessage }) => statusMessage,
  "otel.scope.name": ({ scope }) => scope.name,
  "otel.scope.version": ({ scope }) => scope.version,
  "w3c.tracestate": ({ traceState }) => traceState,
};

const STATUS_OF: Readonly<Record<string, number>> = { ERROR: STATUS_NUMBERS.error, OK: STATUS_NUMBERS.ok };

/** The same for SQL; "0" where the field cannot have the value. */
function fieldCondition(name: string, value: string): { readonly sql: string; readonly parameters: Parameter[] } {
  const never = { sql: "0", parameters: [] };
  if (name === "span.kind")
    return { sql: "operation IN (SELECT id FROM operations WHERE kind = ?)", parameters: [value] };
  if (name === "error") return value === "true" ? { sql: `status = ${STATUS_NUMBERS.error}`, parameters: [] } : never;
  if (name === "otel.status_code") return { sql: "status = ?", parameters: [STATUS_OF[value] ?? -1] };
  if (name === "otel.status_description") return { sql: "status_message = ?", parameters: [value] };
  if (name === "w3c.tracestate") return { sql: "trace_state = ?", parameters: [value] };
  return never;
}

const has = (attributes: Attributes, name: string, value: string): boolean => {
  if (!Object.hasOwn(attributes, name)) return false;
  const found = attributes[name];
  return found !== undefined && attributeText(found) === value;
};

const inEvents = ({ events }: Span, name: string, value: string): boolean =>
  events.some((event) => has(event.attributes, name, value) || (name === "event" && event.name === value));

function inScope(scope: Scope, name: string, value: string): boolean {
  if (name === "otel.scope.name") return scope.name === value;
  if (name === "otel.scope.version") return scope.version === value;
  return has(scope.attributes, name, value);
}

const matchesTag = (span: Span, name: string, value: string): boolean =>
  has(span.attributes, name, value) ||
  (Object.hasOwn(FIELD_TAGS, name) && value !== "" && FIELD_TAGS[name]?.(span) === value) ||
  has(span.resource.attributes, name, value) ||
  has(span.scope.attributes, name, value) ||
  inEvents(span, name, value);

/** Text that stands in the JSON wherever an attribute has this value; undefined where that cannot be told (lists and maps). */
const needleOf = (value: string): string | undefined =>
  /^[[{]/.test(value) ? undefined : JSON.stringify(value).slice(1, -1);

export function createTagFilter(
  connection: Connection,
  tags: Readonly<Record<string, string>>,
  { resourceOf, scopeOf }: TagSources,
): TagFilter {
  const idsIn = (table: "resources" | "scopes", holds: (id: number) => boolean): readonly number[] =>
    connection
      .prepareOnce(`SELECT id FROM ${table}`)
      .all()
      .map(([id]) => Number(id))
      .filter(holds);
  const all = Object.entries(tags);
  const conditions = all.map(([name, value]) => {
    const field = fieldCondition(name, value);
    const parts = [field.sql];
    const parameters: Parameter[] = [...field.parameters];
    // What need not be asked is left out: what is left may then be answered by the index alone.
    if (canHave(connection, name)) {
      const needle = needleOf(value);
      if (needle === undefined) parts.push("1");
      else {
        parts.push("instr(attributes, ?) > 0", "instr(events, ?) > 0");
        parameters.push(needle, needle);
      }
    }
    const found = {
      resource: idsIn("resources", (id) => has(resourceOf(id).attributes, name, value)),
      scope: idsIn("scopes", (id) => inScope(scopeOf(id), name, value)),
    };
    for (const [column, ids] of Object.entries(found)) {
      if (ids.length === 0) continue;
      parts.push(`${column} IN (SELECT value FROM json_each(?))`);
      parameters.push(JSON.stringify(ids));
    }
    return { sql: `(${parts.join(" OR ")})`, parameters };
  });
  return { conditions, matches: (span) => all.every(([name, value]) => matchesTag(span, name, value)) };
}

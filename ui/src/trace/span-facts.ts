import type { Attributes, AttributeValue, TraceSpan } from "../../../src/backends/index.ts";
import { ATTR } from "../../../src/model/index.ts";
import { onSeveralLines } from "../format/exact-json.ts";
import type { TraceRow } from "./layout.ts";
import { type SpanWhat, textOf } from "./span-kind.ts";

/** What is shown of a span besides its place: pure. */

export const WHAT_TITLE: Readonly<Record<SpanWhat, string>> = {
  agent: "Agent",
  workflow: "Workflow",
  step: "Step",
  model: "Model call",
  tool: "Tool call",
  retrieval: "Retrieval",
  mcp: "MCP",
  database: "Database",
  server: "Request received",
  http: "HTTP request",
  other: "Span",
};
/** On the badge before the name: two letters at most, so that color is not all that tells. */
export const WHAT_LETTERS: Readonly<Record<SpanWhat, string>> = {
  agent: "A",
  workflow: "W",
  step: "S",
  model: "M",
  tool: "T",
  retrieval: "R",
  mcp: "MC",
  database: "D",
  server: "IN",
  http: "H",
  other: "·",
};
const WHATS = Object.keys(WHAT_TITLE) as SpanWhat[];

export type Coloring = "service" | "kind";
const PALETTE = 8;
const OF_WHAT: Readonly<Record<SpanWhat, string>> = {
  agent: "var(--series-1)",
  workflow: "var(--series-3)",
  step: "var(--series-3)",
  model: "var(--series-6)",
  tool: "var(--series-2)",
  retrieval: "var(--series-7)",
  mcp: "var(--series-5)",
  database: "var(--series-8)",
  server: "var(--series-4)",
  http: "var(--text-3)",
  other: "var(--line-strong)",
};
const ofService = (index: number): string => `var(--series-${(Math.max(0, index) % PALETTE) + 1})`;

/** The color of a row: a variable of the style sheet. */
export const colorOf = (row: TraceRow, coloring: Coloring, services: readonly string[]): string =>
  coloring === "kind" ? OF_WHAT[row.what] : ofService(services.indexOf(row.span.service));

/** What the colors stand for. */
export function legendOf(
  rows: readonly TraceRow[],
  coloring: Coloring,
  services: readonly string[],
): { name: string; color: string }[] {
  if (coloring === "service") return services.map((name, index) => ({ name, color: ofService(index) }));
  const there = new Set(rows.map(({ what }) => what));
  return WHATS.filter((what) => there.has(what)).map((what) => ({
    name: WHAT_TITLE[what],
    color: OF_WHAT[what],
  }));
}

export type SpanFailure = {
  readonly type: string | undefined;
  readonly category: string | undefined;
  readonly fingerprint: string | undefined;
  readonly message: string;
  readonly stack: string | undefined;
};

/** Why a span failed, from its status and the exceptions that it recorded. Undefined where it did not. */
export function failureOf(span: TraceSpan): SpanFailure | undefined {
  const exception = span.events.findLast(({ name }) => name === "exception")?.attributes;
  if (span.status !== "error" && exception === undefined) return undefined;
  const told = (name: string): string | undefined => {
    const value = exception?.[name];
    return value === undefined || value === "" ? undefined : String(value);
  };
  return {
    type: told("exception.type") ?? textOf(span, ATTR.errorType),
    category: textOf(span, ATTR.errorCategory),
    fingerprint: textOf(span, ATTR.errorFingerprint),
    message: span.statusMessage || told("exception.message") || "",
    stack: told("exception.stacktrace"),
  };
}

/** Attributes by the first part of their names, those of agents first. */
export function groupAttributes(
  attributes: Attributes,
): readonly (readonly [string, readonly (readonly [string, AttributeValue])[]])[] {
  const groups = new Map<string, (readonly [string, AttributeValue])[]>();
  for (const [name, value] of Object.entries(attributes)) {
    const [group = ""] = name.split(".", 1);
    const list = groups.get(group);
    if (list === undefined) groups.set(group, [[name, value]]);
    else list.push([name, value]);
  }
  const rank = (group: string): number => (group === "gen_ai" ? 0 : group === "agent_observatory" ? 1 : 2);
  return [...groups]
    .map(([group, list]) => [group, list.sort(([a], [b]) => a.localeCompare(b))] as const)
    .sort(([a], [b]) => rank(a) - rank(b) || a.localeCompare(b));
}

/** JSON with line breaks, where a text is that; undefined for all else. */
export function prettyJson(value: AttributeValue): string | undefined {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return undefined;
  try {
    return onSeveralLines(value);
  } catch {
    return undefined;
  }
}

/** Conditions of a search that finds what is like this span. */
export function similarTo(span: TraceSpan): { readonly label: string; readonly params: Record<string, string> }[] {
  const of = (label: string, name: string, attribute: string) => {
    const value = textOf(span, attribute);
    return value === undefined ? [] : [{ label: `${label} ${value}`, params: { [name]: value } }];
  };
  return [
    ...of("Agent", "agent", ATTR.agentName),
    ...of("Tool", "tool", ATTR.toolName),
    ...of("Model", "model", ATTR.requestModel),
    ...of("Session", "session", ATTR.sessionId),
    ...of("User", "user", ATTR.userId),
  ];
}

const DETAIL_CHARS = 120;
/** Attributes that tell more than the name, for kinds whose names are much alike. */
const DETAILS: Readonly<Partial<Record<SpanWhat, readonly string[]>>> = {
  http: ["url.full", "http.url", "server.address"],
  database: ["db.query.text", "db.statement", "db.collection.name"],
  mcp: [ATTR.toolName, ATTR.mcpResourceUri],
};

/** What is said beside the name of a span; undefined where the name says it. */
export function detailOf({ what, span }: TraceRow): string | undefined {
  const found = DETAILS[what]?.map((name) => textOf(span, name)).find((text) => text !== undefined);
  return found === undefined || span.name.includes(found) ? undefined : found.slice(0, DETAIL_CHARS);
}

import type { TraceSearch, TraceSummary } from "../../../src/backends/index.ts";
import { INFERENCE_OPERATIONS, OPERATION } from "../../../src/model/index.ts";

/** What the address of the list of traces asks for: pure. */

export const TEXT_PARAMS = ["agent", "tool", "model", "session", "user", "service", "text"] as const;
export type TextParam = (typeof TEXT_PARAMS)[number];
export const LIMITS = [50, 100, 200] as const;
export type TraceState = "ok" | "error" | "running" | "incomplete";
export const STATES: readonly TraceState[] = ["ok", "error", "running", "incomplete"];

export type TraceListQuery = {
  readonly search: Omit<TraceSearch, "startMs" | "endMs">;
  readonly state: TraceState | undefined;
  /** Only traces in which an agent, a model or a tool was at work. */
  readonly onlyAgents: boolean;
  /** Parameters that could not be read, which are not asked for. */
  readonly unread: readonly string[];
};

const UNIT_MS = { us: 0.001, µs: 0.001, ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 } as const;

/** `250ms`, `1.5s`, `2m`; a number alone is milliseconds. Undefined for what is none. */
export function parseDurationMs(text: string): number | undefined {
  const [, count, unit = "ms"] = /^(\d+(?:\.\d+)?)\s*(us|µs|ms|s|m|min|h)?$/.exec(text.trim()) ?? [];
  return count === undefined ? undefined : Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS];
}

export function parseUsd(text: string): number | undefined {
  const [, count] = /^\$?\s*(\d+(?:\.\d+)?|\.\d+)$/.exec(text.trim()) ?? [];
  return count === undefined ? undefined : Number(count);
}

/** `name=value`; a value may have further equals signs. */
export function parseAttribute(text: string): readonly [string, string] | undefined {
  const at = text.indexOf("=");
  const name = text.slice(0, at).trim();
  return at === -1 || name === "" ? undefined : [name, text.slice(at + 1).trim()];
}

export function readTraceQuery(params: URLSearchParams): TraceListQuery {
  const unread: string[] = [];
  const search: Record<string, unknown> = {};
  for (const name of TEXT_PARAMS) {
    const value = params.get(name)?.trim() ?? "";
    if (value !== "") search[name] = value;
  }
  const put = (param: string, name: string, read: (text: string) => number | undefined): void => {
    const text = params.get(param) ?? "";
    if (text === "") return;
    const value = read(text);
    if (value === undefined) unread.push(param);
    else search[name] = value;
  };
  put("minDuration", "minDurationMs", parseDurationMs);
  put("maxDuration", "maxDurationMs", parseDurationMs);
  put("minCost", "minCostUsd", parseUsd);
  const attributes = params.getAll("attribute").flatMap((text) => {
    const read = parseAttribute(text);
    if (read === undefined) unread.push("attribute");
    return read === undefined ? [] : [read];
  });
  if (attributes.length > 0) search["attributes"] = Object.fromEntries(attributes);
  const state = STATES.find((one) => one === params.get("status"));
  if (state === "ok" || state === "error") search["status"] = state;
  const limit = LIMITS.find((one) => String(one) === params.get("limit")) ?? LIMITS[1];
  return { search: { ...search, limit }, state, onlyAgents: params.get("scope") !== "all", unread };
}

/** Conditions that only traces of agents meet, or that are asked for as they are. */
const TELLING = ["agent", "tool", "model", "session", "user", "attributes"] as const;

/** Whether the back end has to be asked for what agents do: no condition of the search does that already. */
export const asksForAgents = ({ search, onlyAgents }: TraceListQuery): boolean =>
  onlyAgents && TELLING.every((name) => search[name] === undefined);

const RUNS = [OPERATION.invokeAgent, OPERATION.invokeWorkflow] as const;
/** What makes a trace one of agent work, as the conventions name spans of it: `chat gpt-4o`. */
const TELLING_NAMES: readonly string[] = [...RUNS, OPERATION.executeTool, ...INFERENCE_OPERATIONS];
/** What spans are called otherwise may be. */
const UNNAMED: readonly string[] = [...RUNS, OPERATION.chat, OPERATION.executeTool];

/**
 * Operations whose spans are looked for in a service, by the names of its spans: a back end finds spans by one value at a time. A service that has agents
 * may ask models and tools beside them as well. Where no agent or workflow is named, spans may have operations that their names do not tell.
 */
export function operationsOf(names: readonly string[]): readonly string[] {
  const told = TELLING_NAMES.filter((operation) =>
    names.some((name) => name === operation || name.startsWith(`${operation} `)),
  );
  return RUNS.some((operation) => told.includes(operation)) ? told : [...new Set([...UNNAMED, ...told])];
}

export const isOfAgentWork = ({ agents, tools, models, llmCalls, toolCalls }: TraceSummary): boolean =>
  agents.length + tools.length + models.length + llmCalls + toolCalls > 0;

export const stateOfTrace = ({ state, status }: TraceSummary): TraceState => (state === "ended" ? status : state);

/** Duration as it is written into an address, so that reading it gives the same. */
export const writeDuration = (ms: number): string =>
  ms >= 1000 ? `${Number((ms / 1000).toPrecision(4))}s` : `${Number(ms.toPrecision(4))}ms`;

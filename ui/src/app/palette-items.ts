import type { Backends, TraceSearchResult } from "../../../src/backends/index.ts";
import { searchTraces } from "../../../src/backends/index.ts";
import { formatMs, formatTime } from "../format/quantity.ts";
import type { Item } from "./palette-item.ts";
import { VIEWS } from "./views.ts";

const RECENT_MS = 3_600_000;
const RECENT_TRACES = 20;
/** Of one kind: who has more finds them by their view. */
const MOST = 300;

export const viewItems = (): readonly Item[] =>
  VIEWS.flatMap(({ title, path, keys }) =>
    title === undefined ? [] : [{ kind: "View", title, to: path, ...(keys !== undefined && { note: keys }) }],
  );

async function named(
  { prometheus }: Backends,
  label: string,
  metric: string,
  item: (name: string) => Item,
): Promise<readonly Item[]> {
  const startMs = Date.now() - 24 * RECENT_MS;
  const names = await prometheus.labelValues(label, { selectors: [metric], startMs, endMs: Date.now(), limit: MOST });
  return names
    .filter((name) => name !== "" && name !== "none")
    .slice(0, MOST)
    .map(item);
}

type Board = { readonly uid: string; readonly title: string };

async function boards(fetchFile: typeof fetch): Promise<readonly Item[]> {
  const response = await fetchFile("/dashboards/index.json");
  const listed = (await response.json()) as readonly Board[];
  return listed.map(({ uid, title }) => ({ kind: "Dashboard", title, to: `/d/${encodeURIComponent(uid)}` }));
}

async function alerts({ prometheus }: Backends): Promise<readonly Item[]> {
  const rules = (await prometheus.rules("alert")).flatMap((group) => group.rules);
  const states = new Map<string, string>();
  for (const rule of rules) {
    if (rule.type !== "alerting") continue;
    if (states.get(rule.name) !== "firing") states.set(rule.name, rule.state);
  }
  return [...states].map(([name, state]) => ({
    kind: "Alert",
    title: name,
    to: `/alert/${encodeURIComponent(name)}`,
    ...(state !== "inactive" && state !== "unknown" && { note: state }),
  }));
}

const traceItem = ({ summary }: TraceSearchResult["found"][number]): Item => ({
  kind: "Trace",
  title: summary.name,
  note: `${summary.status === "error" ? "failed · " : ""}${formatMs(summary.durationMs)} · ${formatTime(summary.startMs)}`,
  to: `/trace/${summary.traceId}`,
});

async function traces({ jaeger }: Backends): Promise<readonly Item[]> {
  const endMs = Date.now();
  const { found } = await searchTraces(jaeger, {
    startMs: endMs - RECENT_MS,
    endMs,
    limit: RECENT_TRACES,
    spansPerTrace: 0,
  });
  return found.map(traceItem);
}

/** Everything there is to go to, each kind as soon as it is known. What cannot be had is left out: the views say why. */
export const ITEM_SOURCES: readonly ((backends: Backends, fetchFile: typeof fetch) => Promise<readonly Item[]>)[] = [
  (backends) =>
    named(backends, "agent", "agent_requests_total", (name) => ({
      kind: "Agent",
      title: name,
      to: "/traces",
      params: { agent: name },
    })),
  (backends) =>
    named(backends, "tool", "agent_tool_calls_total", (name) => ({
      kind: "Tool",
      title: name,
      to: "/models",
      params: { tool: name },
    })),
  (backends) =>
    named(backends, "model", "llm_requests_total", (name) => ({
      kind: "Model",
      title: name,
      to: "/models",
      params: { model: name },
    })),
  (_, fetchFile) => boards(fetchFile),
  alerts,
  traces,
];

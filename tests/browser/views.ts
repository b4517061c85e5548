/** Every view of the page, with something in it. */
import { createBackends, searchTraces } from "../../src/backends/index.ts";

export type NamedView = { readonly name: string; readonly path: string };

const HOUR_MS = 3_600_000;
const SESSION = "s4";

/** Addresses of all views for what the recording has. */
export async function everyView(url: string): Promise<readonly NamedView[]> {
  const { jaeger } = createBackends({ url });
  const range = { startMs: Date.now() - HOUR_MS, endMs: Date.now(), limit: 20 };
  const found = (await searchTraces(jaeger, { ...range, service: "research-team" })).found;
  const failed = found.find(({ summary }) => summary.status === "error") ?? found[0];
  // The one with most in it.
  const largest = found.toSorted((a, b) => b.summary.spans - a.summary.spans)[0];
  const id = largest?.summary.traceId ?? "";
  const other = failed?.summary.traceId ?? id;
  const another = found.find(({ summary }) => summary.traceId !== id)?.summary.traceId ?? id;
  return [
    { name: "home", path: "/" },
    { name: "traces", path: "/traces" },
    { name: "trace-waterfall", path: `/trace/${id}?tab=waterfall` },
    { name: "trace-tree", path: `/trace/${id}?tab=tree` },
    { name: "trace-graph", path: `/trace/${id}?tab=graph` },
    { name: "trace-conversation", path: `/trace/${id}?tab=conversation` },
    { name: "trace-explain", path: `/trace/${other}?tab=explain` },
    { name: "trace-logs", path: `/trace/${id}?tab=logs` },
    { name: "compare", path: `/compare?a=${id}&b=${another}` },
    { name: "sessions", path: "/sessions" },
    { name: "session", path: `/session/${SESSION}` },
    { name: "logs", path: "/logs" },
    { name: "errors", path: "/errors" },
    { name: "cost", path: "/cost" },
    { name: "models", path: "/models" },
    { name: "alerts", path: "/alerts" },
    { name: "alert", path: "/alert/AgentFailingEveryRequest" },
    { name: "health", path: "/health" },
    { name: "dashboards", path: "/dashboards" },
    { name: "dashboard", path: "/d/ao-overview" },
  ];
}

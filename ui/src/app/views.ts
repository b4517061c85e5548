import { type LoadedView, loadedView } from "./loaded-view.ts";

/** Every view of the page: loaded when it is first looked at. */
export type View = LoadedView & {
  readonly path: string;
  /** In the navigation; a view without is reached from others. */
  readonly title?: string;
  /** For a view without: the path of the one in the navigation that it is part of. */
  readonly partOf?: string;
  /** Keys that lead there, one after the other. */
  readonly keys?: string;
};

export const VIEWS: readonly View[] = [
  { path: "/", title: "Home", keys: "g h", ...loadedView(() => import("../views/home/home.tsx")) },
  { path: "/traces", title: "Traces", keys: "g t", ...loadedView(() => import("../views/traces/traces.tsx")) },
  { path: "/trace/:id", partOf: "/traces", ...loadedView(() => import("../views/trace/trace.tsx")) },
  { path: "/compare", partOf: "/traces", ...loadedView(() => import("../views/compare/compare.tsx")) },
  { path: "/sessions", title: "Sessions", keys: "g s", ...loadedView(() => import("../views/sessions/sessions.tsx")) },
  { path: "/session/:id", partOf: "/sessions", ...loadedView(() => import("../views/sessions/session.tsx")) },
  { path: "/logs", title: "Logs", keys: "g l", ...loadedView(() => import("../views/logs/logs.tsx")) },
  { path: "/errors", title: "Errors", keys: "g e", ...loadedView(() => import("../views/errors/errors.tsx")) },
  { path: "/cost", title: "Cost", keys: "g c", ...loadedView(() => import("../views/cost/cost.tsx")) },
  { path: "/models", title: "Models & tools", keys: "g m", ...loadedView(() => import("../views/models/models.tsx")) },
  { path: "/alerts", title: "Alerts", keys: "g a", ...loadedView(() => import("../views/alerts/alerts.tsx")) },
  { path: "/alert/:name", partOf: "/alerts", ...loadedView(() => import("../views/alerts/alert.tsx")) },
  { path: "/health", title: "Health", keys: "g y", ...loadedView(() => import("../views/health/health.tsx")) },
  {
    path: "/dashboards",
    title: "Dashboards",
    keys: "g d",
    ...loadedView(() => import("../views/dashboards/dashboards.tsx")),
  },
  { path: "/d/:uid", partOf: "/dashboards", ...loadedView(() => import("../views/dashboards/dashboard.tsx")) },
];

/** The view of a path, whatever its parameters are. */
export function viewOf(path: string): View | undefined {
  const parts = path.split("/");
  return VIEWS.find((view) => {
    const own = view.path.split("/");
    return own.length === parts.length && own.every((part, at) => part.startsWith(":") || part === parts[at]);
  });
}

import { type ComponentType, type LazyExoticComponent, lazy } from "react";

/** Every view of the page: loaded when it is first looked at. */
export type View = {
  readonly path: string;
  readonly Body: LazyExoticComponent<ComponentType>;
  /** In the navigation; a view without is reached from others. */
  readonly title?: string;
  /** For a view without: the path of the one in the navigation that it is part of. */
  readonly partOf?: string;
  /** Keys that lead there, one after the other. */
  readonly keys?: string;
};

export const VIEWS: readonly View[] = [
  { path: "/", title: "Home", keys: "g h", Body: lazy(() => import("../views/home/home.tsx")) },
  { path: "/traces", title: "Traces", keys: "g t", Body: lazy(() => import("../views/traces/traces.tsx")) },
  { path: "/trace/:id", partOf: "/traces", Body: lazy(() => import("../views/trace/trace.tsx")) },
  { path: "/compare", partOf: "/traces", Body: lazy(() => import("../views/compare/compare.tsx")) },
  { path: "/sessions", title: "Sessions", keys: "g s", Body: lazy(() => import("../views/sessions/sessions.tsx")) },
  { path: "/session/:id", partOf: "/sessions", Body: lazy(() => import("../views/sessions/session.tsx")) },
  { path: "/logs", title: "Logs", keys: "g l", Body: lazy(() => import("../views/logs/logs.tsx")) },
  { path: "/errors", title: "Errors", keys: "g e", Body: lazy(() => import("../views/errors/errors.tsx")) },
  { path: "/cost", title: "Cost", keys: "g c", Body: lazy(() => import("../views/cost/cost.tsx")) },
  { path: "/models", title: "Models & tools", keys: "g m", Body: lazy(() => import("../views/models/models.tsx")) },
  { path: "/alerts", title: "Alerts", keys: "g a", Body: lazy(() => import("../views/alerts/alerts.tsx")) },
  { path: "/alert/:name", partOf: "/alerts", Body: lazy(() => import("../views/alerts/alert.tsx")) },
  { path: "/health", title: "Health", keys: "g y", Body: lazy(() => import("../views/health/health.tsx")) },
  {
    path: "/dashboards",
    title: "Dashboards",
    keys: "g d",
    Body: lazy(() => import("../views/dashboards/dashboards.tsx")),
  },
  { path: "/d/:uid", partOf: "/dashboards", Body: lazy(() => import("../views/dashboards/dashboard.tsx")) },
];

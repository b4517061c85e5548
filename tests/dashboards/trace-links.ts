import { buildDashboards } from "../../grafana/source/boards.ts";
import { parseTags } from "../../grafana/source/lint-traces.ts";
import { listPanelQueries, type PanelQuery } from "../../grafana/source/panel-queries.ts";

type Link = {
  readonly dashboard: string;
  readonly panel: string;
  readonly title: string;
  /** The panel's first query: its series are what can be clicked. */
  readonly expr: string;
  readonly instant: boolean;
  readonly datasource: PanelQuery["datasource"];
};

/** A click that leads to Jaeger's search. */
export type TraceLink = Link & {
  /** What is searched for once a series with these labels was clicked. */
  readonly tagsOf: (labels: Readonly<Record<string, string>>) => Readonly<Record<string, string>>;
};

/** A click that leads to log lines. */
export type LogLink = Link & {
  /** What is asked of Loki once a series with these labels was clicked. */
  readonly exprOf: (labels: Readonly<Record<string, string>>) => string;
};

type Organize = { readonly renameByName?: Readonly<Record<string, string>> };
type Panel = {
  readonly title?: string;
  readonly type: string;
  readonly transformations?: readonly { readonly id: string; readonly options: Organize }[];
};

const CLICKED = /\$\{__(?:field\.labels\.(\w+)|data\.fields(?:\.(\w+)|\["([^"]+)"\])):percentencode\}/g;

function linksIn(panel: Panel): { title: string; url: string }[] {
  const found: { title: string; url: string }[] = [];
  JSON.stringify(panel, (_, value: unknown) => {
    if (typeof value === "object" && value !== null && "url" in value)
      found.push(value as { title: string; url: string });
    return value;
  });
  return found;
}

/** The label behind a column: tables show labels under other names. */
function labelOf(panel: Panel, column: string): string {
  const names = panel.transformations?.find(({ id }) => id === "organize")?.options.renameByName ?? {};
  return Object.entries(names).find(([, title]) => title === column)?.[0] ?? column;
}

/** What Explore asks after a click. */
function queryOf(
  panel: Panel,
  url: string,
  labels: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const clicked = url.replaceAll(CLICKED, (_, label?: string, word?: string, quoted?: string) =>
    encodeURIComponent(labels[label ?? labelOf(panel, word ?? quoted ?? "")] ?? ""),
  );
  const panes = JSON.parse(new URLSearchParams(clicked.split("?")[1]).get("panes") ?? "{}");
  return panes.a.queries[0] as Record<string, string>;
}

function tagsOf(panel: Panel, url: string, labels: Readonly<Record<string, string>>): Record<string, string> {
  const { tags = "" } = queryOf(panel, url, labels);
  const pairs = parseTags(tags);
  if (pairs === undefined) throw new Error(`Expected key=value pairs, got ${tags}`);
  return Object.fromEntries([...pairs].map(([key, value]) => [key, value.replaceAll(/^"|"$/g, "")]));
}

function listLinks(
  values: Readonly<Record<string, string>>,
  to: "jaeger" | "loki",
): (Link & { readonly from: Panel; readonly url: string })[] {
  const queries = listPanelQueries(values);
  return buildDashboards().flatMap(({ uid = "", panels = [] }) =>
    (panels as Panel[]).flatMap((from) =>
      linksIn(from)
        .filter(({ url }) => url.startsWith("/explore?") && decodeURIComponent(url).includes(`"type":"${to}"`))
        .map(({ title, url }) => {
          const query = queries.find((one) => one.dashboard === uid && one.panel === from.title);
          const { expr = "", instant = false, datasource = "prometheus" } = query ?? {};
          return { dashboard: uid, panel: from.title ?? "", title, expr, instant, datasource, from, url };
        }),
    ),
  );
}

export const listTraceLinks = (values: Readonly<Record<string, string>>): TraceLink[] =>
  listLinks(values, "jaeger").map(({ from, url, ...link }) => ({
    ...link,
    tagsOf: (labels) => tagsOf(from, url, labels),
  }));

export const listLogLinks = (values: Readonly<Record<string, string>>): LogLink[] =>
  listLinks(values, "loki").map(({ from, url, ...link }) => ({
    ...link,
    exprOf: (labels) =>
      (queryOf(from, url, labels)["expr"] ?? "").replaceAll(/\$\{(\w+):pipe\}/g, (_, name: string) => {
        const value = values[name];
        if (value === undefined) throw new Error(`Expected a value for the variable ${name}`);
        return value;
      }),
  }));

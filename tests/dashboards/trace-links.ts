import { buildDashboards } from "../../grafana/source/boards.ts";
import { parseTags } from "../../grafana/source/lint-traces.ts";
import { listPanelQueries } from "../../grafana/source/panel-queries.ts";

/** A click that leads to Jaeger's search. */
export type TraceLink = {
  readonly dashboard: string;
  readonly panel: string;
  readonly title: string;
  /** The panel's first query: its series are what can be clicked. */
  readonly expr: string;
  readonly instant: boolean;
  /** What is searched for once a series with these labels was clicked. */
  readonly tagsOf: (labels: Readonly<Record<string, string>>) => Readonly<Record<string, string>>;
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

function tagsOf(panel: Panel, url: string, labels: Readonly<Record<string, string>>): Record<string, string> {
  const clicked = url.replaceAll(CLICKED, (_, label?: string, word?: string, quoted?: string) =>
    encodeURIComponent(labels[label ?? labelOf(panel, word ?? quoted ?? "")] ?? ""),
  );
  const panes = JSON.parse(new URLSearchParams(clicked.split("?")[1]).get("panes") ?? "{}");
  const { tags } = panes.a.queries[0] as { tags: string };
  const pairs = parseTags(tags);
  if (pairs === undefined) throw new Error(`Expected key=value pairs, got ${tags}`);
  return Object.fromEntries([...pairs].map(([key, value]) => [key, value.replaceAll(/^"|"$/g, "")]));
}

export function listTraceLinks(values: Readonly<Record<string, string>>): TraceLink[] {
  const queries = listPanelQueries(values);
  return buildDashboards().flatMap(({ uid = "", panels = [] }) =>
    (panels as Panel[]).flatMap((panel) =>
      linksIn(panel)
        .filter(({ url }) => url.startsWith("/explore?") && decodeURIComponent(url).includes('"type":"jaeger"'))
        .map(({ title, url }): TraceLink => {
          const query = queries.find((one) => one.dashboard === uid && one.panel === panel.title);
          const { expr = "", instant = false } = query ?? {};
          return {
            dashboard: uid,
            panel: panel.title ?? "",
            title,
            expr,
            instant,
            tagsOf: (labels) => tagsOf(panel, url, labels),
          };
        }),
    ),
  );
}

import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  type Panel,
  type QueryVariableBuilder,
  RowBuilder,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { type DatasourceName, datasourceVariable } from "./datasources.ts";

/** Every board, in the order of their links. A uid never changes: alerts and bookmarks lead to it. */
export const BOARDS = {
  overview: { uid: "ao-overview", title: "Overview" },
  llmCost: { uid: "ao-llm-cost", title: "LLM & cost" },
  orchestration: { uid: "ao-orchestration", title: "Orchestration" },
  tools: { uid: "ao-tools", title: "Tools & MCP" },
  cache: { uid: "ao-cache", title: "Cache & vector stores" },
  api: { uid: "ao-api", title: "API" },
  system: { uid: "ao-system", title: "System & resources" },
  logs: { uid: "ao-logs", title: "Logs & errors" },
  quality: { uid: "ao-quality", title: "Quality & improvement" },
  slo: { uid: "ao-slo", title: "SLO" },
  stack: { uid: "ao-stack-health", title: "Stack health" },
} as const;

export type BoardName = keyof typeof BOARDS;

/** One line of panels under a heading. The widths add up to 24 or, over several lines, to a multiple of it. */
export type Section = {
  readonly title: string;
  readonly height: number;
  readonly panels: readonly (readonly [width: number, panel: Builder<Panel>])[];
};

export type BoardOptions = {
  readonly description: string;
  readonly datasources: readonly DatasourceName[];
  readonly variables: readonly QueryVariableBuilder[];
  readonly sections: readonly Section[];
};

const GRID_WIDTH = 24;

const linksFrom = (name: BoardName): DashboardLinkBuilder[] =>
  Object.entries(BOARDS)
    .filter(([other]) => other !== name)
    .map(([, { uid, title }]) =>
      new DashboardLinkBuilder(title).type(DashboardLinkType.Link).url(`/d/${uid}`).includeVars(true).keepTime(true),
    );

/** Panels get their ids and places here, in reading order, so that no two can collide. */
function layOut(sections: readonly Section[]): (Panel | ReturnType<RowBuilder["build"]>)[] {
  const panels: (Panel | ReturnType<RowBuilder["build"]>)[] = [];
  let y = 0;
  for (const { title, height, panels: entries } of sections) {
    panels.push({ ...new RowBuilder(title).build(), id: panels.length + 1, gridPos: { x: 0, y, w: GRID_WIDTH, h: 1 } });
    y += 1;
    let x = 0;
    for (const [width, panel] of entries) {
      if (x + width > GRID_WIDTH) {
        x = 0;
        y += height;
      }
      panels.push({ ...panel.build(), id: panels.length + 1, gridPos: { x, y, w: width, h: height } });
      x += width;
    }
    y += height;
  }
  return panels;
}

export function board(name: BoardName, options: BoardOptions): Dashboard {
  const builder = new DashboardBuilder(`agent-observatory: ${BOARDS[name].title}`)
    .uid(BOARDS[name].uid)
    .description(options.description)
    .tags(["agent-observatory"])
    .readonly()
    .timezone("browser")
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: "now-1h", to: "now" })
    .refresh("30s")
    .links(linksFrom(name))
    .variables([...options.datasources.map(datasourceVariable), ...options.variables]);
  return { ...builder.build(), panels: layOut(options.sections) };
}

import { lazy, type ReactNode, Suspense } from "react";
import { Skeleton } from "../../parts/parts.tsx";
import type { Panel } from "../model/dashboard.ts";
import type { Drawn } from "../model/draw-panel.ts";
import { Heatmap } from "./heatmap.tsx";
import { LogsPanel } from "./logs-panel.tsx";
import css from "./panel-card.module.css";
import { TablePanel } from "./table-panel.tsx";
import { TextPanel } from "./text-panel.tsx";
import { TimeSeries } from "./time-series.tsx";
import { Values } from "./values.tsx";

const NodeGraph = lazy(async () => ({ default: (await import("../../graph/node-graph.tsx")).NodeGraph }));

/** Below this a graph goes downwards. */
const NARROW = 700;

type PanelBodyProps = {
  readonly panel: Panel;
  readonly drawn: Drawn;
  readonly isEmpty: boolean;
  readonly startMs: number;
  readonly endMs: number;
};

/** What a panel shows, by its type. */
export function PanelBody({ panel, drawn, isEmpty, startMs, endMs }: PanelBodyProps): ReactNode {
  if (drawn.kind === "text") return <TextPanel panel={panel} />;
  if (drawn.kind === "unknown") {
    return (
      <p className={css.word}>
        <span>
          Cannot draw a panel of type “{panel.type}”. Its answer is under <b>Data</b>.
        </span>
      </p>
    );
  }
  if (isEmpty && drawn.kind !== "values") {
    const { noValue } = panel.fieldConfig.defaults;
    return (
      <p className={css.word}>{noValue === undefined || noValue === "–" ? "No data in this time range" : noValue}</p>
    );
  }
  switch (drawn.kind) {
    case "chart":
      return <TimeSeries panel={panel} chart={drawn.chart} startMs={startMs} endMs={endMs} />;
    case "values":
      return <Values panel={panel} values={drawn.values} />;
    case "table":
      return <TablePanel panel={panel} frame={drawn.frame} columns={drawn.columns} />;
    case "logs":
      return <LogsPanel panel={panel} frame={drawn.frame} />;
    case "heatmap":
      return <Heatmap panel={panel} frame={drawn.frame} startMs={startMs} endMs={endMs} />;
    case "graph":
      return (
        <Suspense fallback={<Skeleton height={200} />}>
          <div className={css.graph}>
            <NodeGraph
              label={panel.title}
              nodes={drawn.graph.nodes}
              edges={drawn.graph.edges}
              direction={innerWidth < NARROW ? "down" : "right"}
            />
          </div>
        </Suspense>
      );
  }
}

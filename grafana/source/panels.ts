import { PanelBuilder as BarGaugeBuilder } from "@grafana/grafana-foundation-sdk/bargauge";
import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import * as common from "@grafana/grafana-foundation-sdk/common";
import {
  BarGaugeDisplayMode,
  BigValueColorMode,
  BigValueGraphMode,
  GraphDrawStyle,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  LogsSortOrder,
  SortOrder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizOrientation,
} from "@grafana/grafana-foundation-sdk/common";
import {
  DashboardLinkBuilder,
  type DynamicConfigValue,
  type Panel,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder as LogsBuilder } from "@grafana/grafana-foundation-sdk/logs";
import { DataqueryBuilder as LokiQueryBuilder } from "@grafana/grafana-foundation-sdk/loki";
import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TableBuilder } from "@grafana/grafana-foundation-sdk/table";
import { PanelBuilder as TimeseriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import type { DataLink } from "./data-links.ts";
import { DATASOURCES } from "./datasources.ts";

/** Colors of a value: green up to `warn`, yellow up to `alert`, red from there on; the other way round where more is better. */
export type Levels = { readonly warn?: number; readonly alert: number; readonly moreIsBetter?: boolean };

export type Query = { readonly expr: string; readonly legend?: string };

type Common = { readonly title: string; readonly description: string };
type Valued = Common & { readonly unit: string; readonly levels?: Levels };

/**
 * The least step of a chart's queries. Grafana makes `$__rate_interval` four times as wide, which holds two samples even of a program
 * that pushes once a minute, the default of OpenTelemetry. The least step of a panel alone does not do that.
 */
const MIN_STEP = "1m";

function thresholdSteps({ warn, alert, moreIsBetter }: Levels): Threshold[] {
  const [low, high] = moreIsBetter ? ["red", "green"] : ["green", "red"];
  const steps: Threshold[] = [{ value: null, color: low as string }];
  const middle = moreIsBetter ? alert : warn;
  if (warn !== undefined) steps.push({ value: middle as number, color: "yellow" });
  steps.push({ value: (moreIsBetter ? (warn ?? alert) : alert) as number, color: high as string });
  return steps;
}

const thresholds = (levels: Levels | undefined): ThresholdsConfigBuilder =>
  new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps(levels === undefined ? [{ value: null, color: "blue" }] : thresholdSteps(levels));

const refId = (index: number): string => String.fromCharCode("A".charCodeAt(0) + index);

const logQuery = ({ expr, legend }: Query, index: number): LokiQueryBuilder => {
  const builder = new LokiQueryBuilder().datasource(DATASOURCES.loki).refId(refId(index)).expr(expr);
  return legend === undefined ? builder : builder.legendFormat(legend);
};

function prometheusQuery(query: Query, index: number): DataqueryBuilder {
  const builder = new DataqueryBuilder().datasource(DATASOURCES.prometheus).refId(refId(index)).expr(query.expr);
  return query.legend === undefined ? builder : builder.legendFormat(query.legend);
}

export type StatOptions = Valued & {
  readonly expr: string;
  /** Where a click on the number leads. */
  readonly links?: readonly DataLink[];
};

/** One number for the whole time range. */
export function stat({ title, description, unit, levels, expr, links = [] }: StatOptions): Builder<Panel> {
  const panel = new StatBuilder()
    .title(title)
    .description(description)
    .datasource(DATASOURCES.prometheus)
    .unit(unit)
    .thresholds(thresholds(levels))
    .colorMode(levels === undefined ? BigValueColorMode.None : BigValueColorMode.Value)
    .graphMode(BigValueGraphMode.None)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(["lastNotNull"]))
    .noValue("–")
    .withTarget(prometheusQuery({ expr }, 0).instant());
  if (links.length > 0) panel.dataLinks(links.map((link) => new DashboardLinkBuilder(link.title).url(link.url)));
  return panel;
}

export type ChartOptions = Valued & {
  readonly queries: readonly Query[];
  /** Numbers made of log lines instead of metrics. */
  readonly source?: "prometheus" | "loki";
  /** Dots that open the trace of one request. */
  readonly exemplars?: boolean;
  readonly stacked?: boolean;
  /** Where a click on a series leads. */
  readonly links?: readonly DataLink[];
  readonly link?: DataLink;
};

/** How something develops over time, a line for each series. */
export function chart(options: ChartOptions): Builder<Panel> {
  const { source = "prometheus" } = options;
  const panel = new TimeseriesBuilder()
    .title(options.title)
    .description(options.description)
    .datasource(DATASOURCES[source])
    .interval(MIN_STEP)
    .unit(options.unit)
    .min(0)
    .thresholds(thresholds(options.levels))
    .drawStyle(GraphDrawStyle.Line)
    .lineWidth(1)
    .fillOpacity(options.stacked ? 40 : 10)
    // A program that ran for a minute is one point.
    .showPoints(VisibilityMode.Auto)
    .legend(
      new common.VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom),
    )
    .tooltip(new common.VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
    .targets(
      options.queries.map((query, index) =>
        source === "loki"
          ? logQuery(query, index).queryType("range")
          : prometheusQuery(query, index)
              .interval(MIN_STEP)
              .range()
              .exemplar(options.exemplars ?? false),
      ),
    );
  if (options.stacked) panel.stacking(new common.StackingConfigBuilder().mode(StackingMode.Normal));
  if (options.levels) {
    panel.thresholdsStyle(new common.GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));
  }
  const links = [...(options.link === undefined ? [] : [options.link]), ...(options.links ?? [])];
  if (links.length > 0) panel.dataLinks(links.map(({ title, url }) => new DashboardLinkBuilder(title).url(url)));
  return panel;
}

/** One bar for each value of a label, over the whole time range. */
export function bars({ title, description, unit, levels, expr, legend }: Valued & Required<Query>): Builder<Panel> {
  return new BarGaugeBuilder()
    .title(title)
    .description(description)
    .datasource(DATASOURCES.prometheus)
    .unit(unit)
    .min(0)
    .thresholds(thresholds(levels))
    .orientation(VizOrientation.Horizontal)
    .displayMode(BarGaugeDisplayMode.Basic)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(["lastNotNull"]))
    .withTarget(prometheusQuery({ expr, legend }, 0).instant());
}

export type Column = { readonly title: string; readonly expr: string; readonly unit: string; readonly levels?: Levels };

export type TableOptions = Common & {
  /** Labels that make a row, with their column titles. Every column's query must yield exactly these labels. */
  readonly rows: Readonly<Record<string, string>>;
  readonly columns: readonly Column[];
  /** Where a click on a cell of the first column leads. */
  readonly links?: readonly DataLink[];
  readonly link?: DataLink;
};

function columnProperties({ unit, levels }: Column): DynamicConfigValue[] {
  const properties: DynamicConfigValue[] = [{ id: "unit", value: unit }];
  if (levels !== undefined) {
    properties.push(
      { id: "thresholds", value: { mode: ThresholdsMode.Absolute, steps: thresholdSteps(levels) } },
      { id: "custom.cellOptions", value: { type: "color-text" } },
    );
  }
  return properties;
}

/** One row for each combination of labels, with several numbers for the whole time range. */
export function table({ title, description, rows, columns, link, links = [] }: TableOptions): Builder<Panel> {
  // Grafana's name for the value of a query, which is another one where there is only one query.
  const fieldOf = (index: number): string => (columns.length === 1 ? "Value" : `Value #${refId(index)}`);
  const values = columns.map((column, index) => [fieldOf(index), column.title] as const);
  const order = [...Object.keys(rows), ...values.map(([field]) => field)];
  const panel = new TableBuilder()
    .title(title)
    .description(description)
    .datasource(DATASOURCES.prometheus)
    .unit("short")
    .filterable(true)
    .targets(columns.map(({ expr }, index) => prometheusQuery({ expr }, index).instant().format(PromQueryFormat.Table)))
    .withTransformation({ id: "merge", options: {} })
    .withTransformation({
      id: "organize",
      options: {
        excludeByName: { Time: true },
        indexByName: Object.fromEntries(order.map((field, index) => [field, index])),
        renameByName: { ...rows, ...Object.fromEntries(values) },
      },
    });
  for (const column of columns) panel.overrideByName(column.title, columnProperties(column));
  const first = Object.values(rows)[0];
  const all = [...(link === undefined ? [] : [link]), ...links];
  if (all.length > 0 && first !== undefined) {
    panel.overrideByName(first, [{ id: "links", value: all.map((one) => ({ ...one, targetBlank: false })) }]);
  }
  return panel;
}

/** Log lines of Loki, newest first. */
export function logs({ title, description, expr }: Common & { readonly expr: string }): Builder<Panel> {
  return new LogsBuilder()
    .title(title)
    .description(description)
    .datasource(DATASOURCES.loki)
    .showTime(true)
    .wrapLogMessage(true)
    .enableLogDetails(true)
    .sortOrder(LogsSortOrder.Descending)
    .withTarget(
      new LokiQueryBuilder().datasource(DATASOURCES.loki).refId("A").expr(expr).queryType("range").maxLines(100),
    );
}

export type TraceSearch = { readonly service: string; readonly tags: string; readonly limit: number };

/** Traces that Jaeger finds. The SDK has no builder for Jaeger's queries. */
export function traces({ title, description, search }: Common & { readonly search: TraceSearch }): Builder<Panel> {
  const query = { datasource: DATASOURCES.jaeger, refId: "A", queryType: "search", ...search };
  return new TableBuilder()
    .title(title)
    .description(description)
    .datasource(DATASOURCES.jaeger)
    .withTarget({ build: () => query as unknown as Dataquery });
}

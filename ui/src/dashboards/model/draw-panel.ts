import { type Chart, chartOf } from "./chart-model.ts";
import type { Panel } from "./dashboard.ts";
import { type Cell, displayNameOf, type Field, type Frame, lengthOf } from "./frame.ts";
import { membersOf, numberOf } from "./json.ts";
import { configured } from "./matchers.ts";
import { type PanelGraph, panelGraph } from "./panel-graph.ts";
import { type Shown, shownValue } from "./shown-value.ts";
import { type SingleValue, singleValues } from "./single-values.ts";
import { transform } from "./transformations.ts";

/** What is drawn of a panel: all numbers and texts, nothing of how they look. The tables of `drawnTables` are made of the same. */
export type Drawn =
  | { readonly kind: "chart"; readonly chart: Chart }
  | { readonly kind: "values"; readonly values: readonly SingleValue[] }
  | { readonly kind: "table"; readonly frame: Frame; readonly columns: readonly Column[] }
  | { readonly kind: "logs"; readonly frame: Frame }
  | { readonly kind: "graph"; readonly graph: PanelGraph }
  | { readonly kind: "heatmap"; readonly frame: Frame }
  | { readonly kind: "text" }
  | { readonly kind: "unknown" };
export type Column = { readonly name: string; readonly field: Field };

export type DrawnPanel = { readonly drawn: Drawn; readonly notices: readonly string[]; readonly isEmpty: boolean };

const CHARTS = new Set(["timeseries", "trend", "barchart"]);
const VALUES = new Set(["stat", "gauge", "bargauge", "piechart"]);
/** Panels without queries. */
export const STILL = new Set(["text", "row"]);
export const KNOWN_TYPES: ReadonlySet<string> = new Set([
  ...CHARTS,
  ...VALUES,
  "table",
  "logs",
  "nodeGraph",
  "heatmap",
  "text",
]);

const EMPTY: Frame = { refId: "", kind: "table", fields: [] };

/** Series in a table panel are below each other with their labels as columns, as Grafana shows the chosen frame. */
const tableFrom = (frames: readonly Frame[], index: number): Frame => {
  const shown = frames.filter(({ kind }) => kind !== "exemplars");
  return shown[index] ?? shown[0] ?? EMPTY;
};

const hasValues = (frame: Frame): boolean => frame.fields.some(({ values }) => values.length > 0);

export function drawPanel(panel: Panel, answered: readonly Frame[]): DrawnPanel {
  const { frames: changed, unknown } = transform(answered, panel.transformations);
  const { defaults, overrides } = panel.fieldConfig;
  const frames = configured(changed, defaults, overrides);
  const notices = unknown.map((id) => `The transformation “${id}” is not known here: what is drawn is without it.`);
  const isEmpty = !frames.some((frame) => frame.kind !== "exemplars" && hasValues(frame));
  return { drawn: drawnOf(panel, frames), notices, isEmpty };
}

function drawnOf(panel: Panel, frames: readonly Frame[]): Drawn {
  const { type, options } = panel;
  if (CHARTS.has(type)) {
    // A table without times has bars instead: a chart over categories.
    const hasTime = frames.some(({ fields }) => fields.some((one) => one.type === "time"));
    return hasTime || type !== "barchart"
      ? { kind: "chart", chart: chartOf(panel, frames) }
      : { kind: "values", values: singleValues({ ...panel, options: { reduceOptions: { values: true } } }, frames) };
  }
  if (VALUES.has(type)) return { kind: "values", values: singleValues(panel, frames) };
  if (type === "table") {
    const frame = tableFrom(frames, numberOf(options["frameIndex"]) ?? 0);
    const columns = frame.fields
      .filter(({ config }) => config.custom["hidden"] !== true && membersOf(config.custom["hideFrom"])["viz"] !== true)
      .map((field) => ({ name: displayNameOf(field, frame, [frame]), field }));
    return { kind: "table", frame, columns };
  }
  if (type === "logs") return { kind: "logs", frame: logsOf(frames) };
  if (type === "nodeGraph") return { kind: "graph", graph: panelGraph(panel, frames) };
  if (type === "heatmap")
    return { kind: "heatmap", frame: frames.find(({ kind }) => kind === "heatmap") ?? bucketsOf(frames) };
  return { kind: type === "text" ? "text" : "unknown" };
}

/** Series that are buckets already, one above the other. */
function bucketsOf(frames: readonly Frame[]): Frame {
  const series = frames.filter(({ kind }) => kind === "series");
  const times = [...new Set(series.flatMap(({ fields: [time] }) => time?.values ?? []))].sort(
    (a, b) => Number(a) - Number(b),
  );
  const fields = series.flatMap((frame): Field[] => {
    const [time, value] = frame.fields;
    if (time === undefined || value === undefined) return [];
    const at = new Map(time.values.map((each, row) => [each, value.values[row]]));
    return [{ ...value, name: displayNameOf(value, frame, frames), values: times.map((each) => at.get(each)) }];
  });
  const [first] = series;
  const time = first?.fields[0];
  return {
    refId: first?.refId ?? "",
    kind: "heatmap",
    fields: time === undefined ? [] : [{ ...time, values: times }, ...fields],
  };
}

function logsOf(frames: readonly Frame[]): Frame {
  const logs = frames.filter(({ kind }) => kind === "logs");
  const [first, ...others] = logs;
  if (first === undefined) return { ...EMPTY, kind: "logs" };
  if (others.length === 0) return first;
  const names = [...new Set(logs.flatMap(({ fields }) => fields.map(({ name }) => name)))];
  const fields = names.map((name): Field => {
    const model = logs.flatMap((frame) => frame.fields).find((one) => one.name === name) as Field;
    const values = logs.flatMap((frame) => {
      const own = frame.fields.find((one) => one.name === name);
      return own === undefined ? Array.from({ length: lengthOf(frame) }, (): Cell => undefined) : [...own.values];
    });
    return { ...model, values };
  });
  const time = fields.find(({ name }) => name === "Time");
  const order = (time?.values ?? [])
    .map((_, row) => row)
    .sort((a, b) => Number(time?.values[b]) - Number(time?.values[a]));
  return { ...first, fields: fields.map((one) => ({ ...one, values: order.map((row) => one.values[row]) })) };
}

/** A table of what is drawn. A cell has the value itself and its text. */
export type DrawnTable = {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Shown[])[];
};

const plain = (raw: Cell): Shown => ({
  prefix: "",
  text: raw === undefined ? "" : String(raw),
  suffix: "",
  color: undefined,
  raw,
});
const timeShown = (ms: number): Shown => shownValue({ mappings: [], links: [], custom: {} }, "time", ms);

function chartTables({ lines, dots }: Chart): readonly DrawnTable[] {
  const times = [...new Set(lines.flatMap((line) => line.times))].sort((a, b) => a - b);
  const columns = lines.map((line) => new Map(line.times.map((time, row) => [time, line.values[row]])));
  const series: DrawnTable = {
    title: "Series",
    columns: ["Time", ...lines.map(({ name }) => name)],
    rows: times.map((time) => [
      timeShown(time),
      ...lines.map(({ config }, index) => {
        const value = columns[index]?.get(time);
        return value === undefined ? plain(undefined) : shownValue(config, "number", value);
      }),
    ]),
  };
  if (dots.length === 0) return [series];
  const config = lines[0]?.config ?? { mappings: [], links: [], custom: {} };
  return [
    series,
    {
      title: "Exemplars",
      columns: ["Time", "Value", "Trace", "Series"],
      rows: dots.map((dot) => [
        timeShown(dot.timeMs),
        shownValue(config, "number", dot.value),
        plain(dot.traceId),
        plain(dot.series),
      ]),
    },
  ];
}

const frameTable = (frame: Frame, columns: readonly Column[]): DrawnTable => ({
  title: "Rows",
  columns: columns.map(({ name }) => name),
  rows: Array.from({ length: lengthOf(frame) }, (_, row) =>
    columns.map(({ field }) => shownValue(field.config, field.type, field.values[row])),
  ),
});

export function drawnTables(drawn: Drawn): readonly DrawnTable[] {
  switch (drawn.kind) {
    case "chart":
      return chartTables(drawn.chart);
    case "values":
      return [
        {
          title: "Values",
          columns: ["Name", "Value"],
          rows: drawn.values.map(({ name, shown }) => [plain(name), shown]),
        },
      ];
    case "table":
      return [frameTable(drawn.frame, drawn.columns)];
    case "logs":
    case "heatmap":
      return [
        frameTable(
          drawn.frame,
          drawn.frame.fields.map((field) => ({ name: field.name, field })),
        ),
      ];
    case "graph": {
      const names = [...new Set([...drawn.graph.numbers.values()].flatMap((one) => Object.keys(one)))];
      return [
        {
          title: "Nodes and edges",
          columns: ["id", ...names],
          rows: [...drawn.graph.numbers].map(([id, numbers]) => [
            plain(id),
            ...names.map((name) => plain(numbers[name])),
          ]),
        },
      ];
    }
    default:
      return [];
  }
}

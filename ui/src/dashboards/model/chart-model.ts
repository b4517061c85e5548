import { cssColor, seriesColor } from "./colors.ts";
import type { Panel } from "./dashboard.ts";
import type { FieldConfig } from "./field-config.ts";
import { displayNameOf, type Field, type Frame, type Labels } from "./frame.ts";
import { membersOf, numberOf, textOf, textsOf } from "./json.ts";
import { reduced, reducerOf } from "./reduce.ts";
import { shownValue, textOfShown, thresholdColor, thresholdsOf } from "./shown-value.ts";

/** A time series panel as it is drawn. */

export type Line = {
  readonly name: string;
  readonly labels: Labels;
  readonly config: FieldConfig;
  readonly color: string;
  readonly times: readonly number[];
  readonly values: readonly (number | undefined)[];
  /** Further apart than this are two points with a gap between them; undefined where nothing is a gap. */
  readonly gapMs: number | undefined;
  readonly style: "line" | "bars" | "points";
  readonly width: number;
  /** 0 to 1. */
  readonly fill: number;
  readonly isStepped: boolean;
  readonly isDashed: boolean;
  readonly points: "auto" | "always" | "never";
  /** Lines of one name stand on each other. */
  readonly stack: string | undefined;
  readonly isPercentStack: boolean;
  /** Lines with the same share an axis. */
  readonly scale: string;
  readonly side: "left" | "right" | "hidden";
  readonly inLegend: boolean;
};
export type Dot = {
  readonly timeMs: number;
  readonly value: number;
  readonly traceId: string | undefined;
  readonly series: string;
};
export type ChartThreshold = { readonly value: number; readonly color: string; readonly isArea: boolean };
export type Chart = {
  readonly lines: readonly Line[];
  readonly dots: readonly Dot[];
  readonly thresholds: readonly ChartThreshold[];
  readonly isLogarithmic: boolean;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly legend: {
    readonly isShown: boolean;
    readonly isTable: boolean;
    readonly isRight: boolean;
    readonly calcs: readonly string[];
  };
  readonly hasTooltipOfAll: boolean;
};

/** Two dots closer than this part of the range look like one: the higher is kept. */
const DOT_PARTS = 120;

function colorOf(config: FieldConfig, values: readonly (number | undefined)[], index: number): string {
  const { mode, fixedColor } = config.color ?? {};
  if ((mode === "fixed" || mode === "shades") && fixedColor !== undefined)
    return cssColor(fixedColor) ?? seriesColor(index);
  if (mode === "thresholds") {
    const last = reduced(values, "lastNotNull");
    const name =
      typeof last === "number" ? thresholdColor(thresholdsOf(config), last, config.min, config.max) : undefined;
    return cssColor(name) ?? seriesColor(index);
  }
  return seriesColor(index);
}

function lineOf(one: Field, time: Field, name: string, index: number): Line {
  const { config } = one;
  const { custom } = config;
  const stacking = membersOf(custom["stacking"]);
  const mode = textOf(stacking["mode"]) ?? "none";
  const spans = custom["spanNulls"];
  const style = custom["drawStyle"] === "bars" ? "bars" : custom["drawStyle"] === "points" ? "points" : "line";
  const values = one.values.map((value) => (typeof value === "number" && Number.isFinite(value) ? value : undefined));
  const placement = custom["axisPlacement"];
  const interval = time.intervalMs;
  return {
    name,
    labels: one.labels ?? {},
    config,
    color: colorOf(config, values, index),
    times: time.values.map(Number),
    values,
    gapMs:
      spans === true
        ? undefined
        : typeof spans === "number"
          ? spans
          : interval === undefined
            ? undefined
            : interval * 1.5,
    style,
    width: numberOf(custom["lineWidth"]) ?? 1,
    fill: Math.min(100, numberOf(custom["fillOpacity"]) ?? 0) / 100,
    isStepped: textOf(custom["lineInterpolation"])?.startsWith("step") ?? false,
    isDashed: membersOf(custom["lineStyle"])["fill"] === "dash",
    points: custom["showPoints"] === "always" ? "always" : custom["showPoints"] === "never" ? "never" : "auto",
    stack: mode === "none" ? undefined : `${textOf(stacking["group"]) ?? "A"} ${mode}`,
    isPercentStack: mode === "percent",
    scale: config.unit ?? "",
    side: placement === "right" ? "right" : placement === "hidden" ? "hidden" : "left",
    inLegend: membersOf(custom["hideFrom"])["legend"] !== true,
  };
}

const isInChart = ({ config }: Field): boolean => membersOf(config.custom["hideFrom"])["viz"] !== true;

function linesOf(frames: readonly Frame[]): readonly Line[] {
  const lines: Line[] = [];
  for (const frame of frames) {
    const time = frame.fields.find(({ type }) => type === "time");
    if (time === undefined) continue;
    for (const one of frame.fields) {
      if (one.type !== "number" || !isInChart(one)) continue;
      lines.push(lineOf(one, time, displayNameOf(one, frame, frames), lines.length));
    }
  }
  // The second unit has the other side.
  const first = lines.find(({ side }) => side === "left")?.scale;
  return lines.map((line) => (line.side === "left" && line.scale !== first ? { ...line, side: "right" } : line));
}

function dotsOf(frames: readonly Frame[]): readonly Dot[] {
  const dots = frames
    .filter(({ kind }) => kind === "exemplars")
    .flatMap(({ fields: [time, value, trace, series] }) =>
      (time?.values ?? []).map((at, row): Dot => {
        const traceId = trace?.values[row];
        return {
          timeMs: Number(at),
          value: Number(value?.values[row]),
          traceId: typeof traceId === "string" ? traceId : undefined,
          series: String(series?.values[row] ?? ""),
        };
      }),
    )
    .filter(({ value, traceId }) => Number.isFinite(value) && traceId !== undefined);
  const times = dots.map(({ timeMs }) => timeMs);
  const width = (Math.max(...times) - Math.min(...times)) / DOT_PARTS || 1;
  const highest = new Map<number, Dot>();
  for (const dot of dots) {
    const part = Math.floor(dot.timeMs / width);
    const there = highest.get(part);
    if (there === undefined || there.value < dot.value) highest.set(part, dot);
  }
  return [...highest.values()].sort((a, b) => a.timeMs - b.timeMs);
}

function thresholdsOfChart(defaults: FieldConfig): readonly ChartThreshold[] {
  const mode = textOf(membersOf(defaults.custom["thresholdsStyle"])["mode"]) ?? "off";
  if (mode === "off" || defaults.thresholds === undefined || defaults.thresholds.isPercentage) return [];
  return defaults.thresholds.steps
    .filter(({ value }) => Number.isFinite(value))
    .map(({ value, color }) => ({ value, color: cssColor(color) ?? "var(--text-3)", isArea: mode.includes("area") }));
}

export function chartOf(panel: Panel, frames: readonly Frame[]): Chart {
  const { defaults } = panel.fieldConfig;
  const { displayMode, placement, showLegend, calcs } = membersOf(panel.options["legend"]);
  return {
    lines: linesOf(frames.filter(({ kind }) => kind !== "exemplars" && kind !== "logs")),
    dots: dotsOf(frames),
    thresholds: thresholdsOfChart(defaults),
    isLogarithmic: membersOf(defaults.custom["scaleDistribution"])["type"] === "log",
    min: defaults.min ?? numberOf(defaults.custom["axisSoftMin"]),
    max: defaults.max,
    legend: {
      isShown: showLegend !== false && displayMode !== "hidden",
      isTable: displayMode === "table",
      isRight: placement === "right",
      calcs: textsOf(calcs),
    },
    hasTooltipOfAll: membersOf(panel.options["tooltip"])["mode"] !== "single",
  };
}

/** `Max 12 ms`, for each calculation that the legend asks for. */
export const legendCalcs = (
  { values, config }: Line,
  calcs: readonly string[],
): readonly { readonly name: string; readonly text: string }[] =>
  calcs.map((id) => {
    const value = reduced(values, id);
    return { name: reducerOf(id)?.name ?? id, text: textOfShown(shownValue(config, "number", value)) };
  });

/** Columns for a plot: all times, and for each line its value, `null` where there is a gap, `undefined` where only others have a point. */
export type PlotData = {
  readonly times: readonly number[];
  readonly rows: readonly (readonly (number | null | undefined)[])[];
};

export function plotData(lines: readonly Line[]): PlotData {
  const all = new Set<number>();
  for (const { times, gapMs } of lines) {
    let before: number | undefined;
    for (const time of times) {
      // A point in the middle of a gap, so that there is something to leave out.
      if (gapMs !== undefined && before !== undefined && time - before > gapMs) all.add(before + gapMs / 1.5);
      all.add(time);
      before = time;
    }
  }
  const times = [...all].sort((a, b) => a - b);
  const at = new Map(times.map((time, index) => [time, index]));
  const rows = lines.map((line) => {
    const row = new Array<number | null | undefined>(times.length).fill(undefined);
    let before: number | undefined;
    line.times.forEach((time, index) => {
      const place = at.get(time) as number;
      if (line.gapMs !== undefined && before !== undefined && time - before > line.gapMs) {
        for (let gap = (at.get(before) as number) + 1; gap < place; gap++) row[gap] = null;
      }
      row[place] = line.values[index] ?? (line.gapMs === undefined ? undefined : null);
      before = time;
    });
    return row;
  });
  return { times, rows: stacked(lines, rows, times.length) };
}

/** A line that stands on others begins where they end; of percent the whole is 100. */
function stacked(lines: readonly Line[], rows: (number | null | undefined)[][], length: number): PlotData["rows"] {
  const groups = new Map<string, number[]>();
  lines.forEach(({ stack, scale }, index) => {
    if (stack === undefined) return;
    const key = `${stack} ${scale}`;
    groups.set(key, [...(groups.get(key) ?? []), index]);
  });
  for (const members of groups.values()) {
    for (let at = 0; at < length; at++) {
      const total = members.reduce((sum, index) => sum + (rows[index]?.[at] ?? 0), 0);
      let below = 0;
      for (const index of members) {
        const row = rows[index];
        const value = row?.[at];
        if (row === undefined || value === null || value === undefined) continue;
        below += value;
        row[at] = lines[index]?.isPercentStack ? (total === 0 ? 0 : below / total) : below;
      }
    }
  }
  return rows;
}

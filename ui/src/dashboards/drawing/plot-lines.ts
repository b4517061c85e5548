import uPlot from "uplot";
import type { Chart, Line } from "../model/chart-model.ts";

/** With so many points a line is seen without them. */
const MANY_POINTS = 40;

/** Points that no line leads to. */
const lonely = (row: readonly (number | null | undefined)[]): number[] => {
  const there = row.flatMap((value, at) => (value === undefined ? [] : [at]));
  return there.filter((at, index) => {
    const [before, after] = [there[index - 1], there[index + 1]];
    return (
      row[at] !== null && (before === undefined || row[before] === null) && (after === undefined || row[after] === null)
    );
  });
};

/** From where to where an axis goes. */
export function scaleOf(chart: Chart, lines: readonly Line[]): uPlot.Scale {
  const [first] = lines;
  const min = chart.min ?? first?.config.min;
  const max = first?.isPercentStack ? 1 : (first?.config.max ?? chart.max);
  return {
    distr: chart.isLogarithmic ? 3 : 1,
    range: (_, low, high) => {
      if (chart.isLogarithmic) return uPlot.rangeLog(low ?? 1, high ?? 10, 10, true);
      const [from, to] = uPlot.rangeNum(min ?? low ?? 0, max ?? high ?? 1, {
        min: { pad: 0.1, soft: 0, mode: 3 },
        max: { pad: 0.1, soft: 0, mode: 3 },
      });
      const bottom = min ?? from ?? 0;
      const top = max ?? to ?? 1;
      return [bottom, top > bottom ? top : bottom + 1];
    },
  };
}

export function seriesOptions(line: Line, color: string, points: number): uPlot.Series {
  const isBars = line.style === "bars";
  const paths = isBars
    ? uPlot.paths.bars?.({ size: [0.7, 40] })
    : line.isStepped
      ? uPlot.paths.stepped?.({ align: 1 })
      : undefined;
  return {
    label: line.name,
    scale: line.scale,
    stroke: line.style === "points" ? "transparent" : color,
    width: line.width,
    ...(line.isDashed && { dash: [8, 6] }),
    ...(paths !== undefined && { paths }),
    ...(line.stack === undefined &&
      line.fill > 0 && { fill: `color-mix(in srgb, ${color} ${line.fill * 100}%, transparent)` }),
    points: {
      show: line.points !== "never" || line.style === "points",
      size: 4,
      fill: color,
      stroke: color,
      // Few points are worth seeing; a single one between two gaps would not be seen otherwise.
      filter: (self, index) =>
        line.points === "always" || line.style === "points" || (!isBars && points < MANY_POINTS)
          ? null
          : lonely([...(self.data[index] ?? [])]),
    },
  };
}

/** Fills between a line and the one that it stands on. */
export function bandsOf(
  lines: readonly Line[],
  colors: readonly string[],
): { bands: uPlot.Band[]; bottoms: ReadonlySet<number> } {
  const below = new Map<string, number>();
  const bands: uPlot.Band[] = [];
  const bottoms = new Set<number>();
  lines.forEach(({ stack, scale, fill }, index) => {
    if (stack === undefined || fill === 0) return;
    const key = `${stack} ${scale}`;
    const under = below.get(key);
    if (under === undefined) bottoms.add(index);
    else
      bands.push({
        series: [index + 1, under + 1],
        fill: `color-mix(in srgb, ${colors[index]} ${fill * 100}%, transparent)`,
      });
    below.set(key, index);
  });
  return { bands, bottoms };
}

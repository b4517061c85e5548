import type { Labels, Series } from "../../../../src/backends/index.ts";
import type { ChartSeries } from "../../charts/chart-series.ts";
import { formatBytes, formatCount, formatRatio, formatSeconds, formatUsd } from "../../format/quantity.ts";

/** Whether a series is about what the alert is about: no label that both have differs. */
export function isAbout(series: Labels, alert: Labels): boolean {
  return Object.entries(series).every(
    ([name, value]) => name === "__name__" || name === "slo" || alert[name] === undefined || alert[name] === value,
  );
}

const nameOf = (labels: Labels, hidden: ReadonlySet<string>): string => {
  const told = Object.entries(labels).filter(([name, value]) => !hidden.has(name) && value !== "");
  return told.length === 0 ? "value" : told.map(([name, value]) => `${name}=${value}`).join(" ");
};

/** What is the same in all of them says nothing. */
function commonNames(all: readonly Labels[]): ReadonlySet<string> {
  const [first = {}, ...others] = all;
  const same = Object.entries(first).filter(([name, value]) => others.every((one) => one[name] === value));
  return new Set(["__name__", ...(others.length === 0 ? [] : same.map(([name]) => name))]);
}

const MAX_SERIES = 8;

/** The series of one alert, or of all where none is chosen; those with the most to say first. */
export function valueSeries(
  series: readonly Series[],
  about: Labels | undefined,
  lower: boolean,
): readonly ChartSeries[] {
  const chosen = about === undefined ? series : series.filter(({ labels }) => isAbout(labels, about));
  const shown = chosen.length === 0 ? series : chosen;
  const extreme = ({ points }: Series): number =>
    points.reduce(
      (worst, { value }) => (Number.isFinite(value) && (lower ? value < worst : value > worst) ? value : worst),
      lower ? Infinity : -Infinity,
    );
  const sorted = [...shown]
    .sort((a, b) => (lower ? extreme(a) - extreme(b) : extreme(b) - extreme(a)))
    .slice(0, MAX_SERIES);
  const hidden = commonNames(sorted.map(({ labels }) => labels));
  return sorted.map(({ labels, points }) => ({ name: nameOf(labels, hidden), points }));
}

/** The unit, from how the metrics are named. */
export function formatOf(expression: string): (value: number) => string {
  if (/burn:factor/.test(expression)) return (value) => `${formatCount(value)}×`;
  if (/(?::|_)ratio|utilization/.test(expression) || /^\s*1\s*-/.test(expression)) return formatRatio;
  if (/heap_used|_bytes\b/.test(expression) && !expression.includes("/")) return formatBytes;
  if (/_usd\b|cost_usd/.test(expression)) return formatUsd;
  if (/:count|count\d+[smhd]/.test(expression)) return formatCount;
  if (/_seconds|time\(\)/.test(expression)) return formatSeconds;
  return formatCount;
}

import type { ChartSeries } from "../../charts/time-chart.tsx";
import type { Line } from "../../measures/answer.ts";

/** Lines of a chart from an answer. Pure. */

/** The one line of a part. */
export const lineOf = (lines: readonly Line[] | undefined, name: string, color: string): readonly ChartSeries[] =>
  (lines ?? []).map(({ points }) => ({ name, color, points }));

/** The lines of a part, each named by a label. */
export const linesBy = (
  lines: readonly Line[] | undefined,
  label: string,
  name: (value: string) => string = (value) => value,
): readonly ChartSeries[] => (lines ?? []).map(({ labels, points }) => ({ name: name(labels[label] ?? ""), points }));

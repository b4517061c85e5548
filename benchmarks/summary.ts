/** Median and spread of one figure of one variant. */
export type Summary = {
  readonly median: number;
  readonly p10: number;
  readonly p90: number;
  readonly samples: number;
  /** Median minus the median of bare; `undefined` for bare itself. */
  readonly overBare?: number;
};

/** Linear interpolation between the two nearest ranks. `sorted` must not be empty. */
function quantile(sorted: readonly number[], at: number): number {
  const rank = (sorted.length - 1) * at;
  const below = sorted[Math.floor(rank)]!;
  const above = sorted[Math.ceil(rank)]!;
  return below + (above - below) * (rank - Math.floor(rank));
}

/** `undefined` without samples. */
export function summarize(samples: readonly number[], bareMedian: number | undefined): Summary | undefined {
  if (samples.length === 0) return undefined;
  const sorted = samples.toSorted((a, b) => a - b);
  const median = quantile(sorted, 0.5);
  return {
    median,
    p10: quantile(sorted, 0.1),
    p90: quantile(sorted, 0.9),
    samples: sorted.length,
    ...(bareMedian !== undefined && { overBare: median - bareMedian }),
  };
}

/** `123 (118–140) +12`: median, p10–p90, difference to bare. */
export function formatSummary(summary: Summary | undefined, digits: number): string {
  if (summary === undefined) return "–";
  const [median, p10, p90] = [summary.median, summary.p10, summary.p90].map((value) => value.toFixed(digits));
  const over = summary.overBare;
  const difference = over === undefined ? "" : ` **${over < 0 ? "−" : "+"}${Math.abs(over).toFixed(digits)}**`;
  return `${median} (${p10}–${p90})${difference}`;
}

/** A Markdown table, padded so that it reads in a terminal as well. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`;
  const rule = `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`;
  return [line(rows[0]!), rule, ...rows.slice(1).map(line)].join("\n");
}

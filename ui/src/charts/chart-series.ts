export type ChartSeries = {
  readonly name: string;
  /** Ascending in time. A value that is no number is a gap. */
  readonly points: readonly { readonly timeMs: number; readonly value: number }[];
  /** A CSS color; one of --series-1 to --series-8 in turn where it is not given. */
  readonly color?: string | undefined;
};

export type ValueType = "scalar" | "vector" | "matrix" | "string";

/** Types as Prometheus names them to its users. */
export const typeName = (type: ValueType): string =>
  type === "vector" ? "instant vector" : type === "matrix" ? "range vector" : type;

export type Signature = {
  readonly args: readonly ValueType[];
  /** Arguments beyond the last but one of `args` that may be given, of the last type; -1 for any number. */
  readonly variadic: number;
  readonly returns: ValueType;
};

const signature = (args: readonly ValueType[], returns: ValueType = "vector", variadic = 0): Signature => ({
  args,
  variadic,
  returns,
});

const of = (names: string, one: Signature): readonly (readonly [string, Signature])[] =>
  names.split(" ").map((name) => [name, one]);

/** Every stable function. */
export const SIGNATURES: ReadonlyMap<string, Signature> = new Map([
  ...of(
    "abs absent acos acosh asin asinh atan atanh ceil cos cosh deg exp floor ln log10 log2 rad sgn sin sinh sqrt tan tanh " +
      "sort sort_desc timestamp histogram_avg histogram_count histogram_sum histogram_stddev histogram_stdvar",
    signature(["vector"]),
  ),
  ...of(
    "absent_over_time avg_over_time changes count_over_time delta deriv first_over_time idelta increase irate last_over_time " +
      "max_over_time min_over_time present_over_time rate resets stddev_over_time stdvar_over_time sum_over_time",
    signature(["matrix"]),
  ),
  ...of(
    "days_in_month day_of_month day_of_week day_of_year hour minute month year",
    signature(["vector"], "vector", 1),
  ),
  ...of("pi time", signature([], "scalar")),
  ...of("clamp_max clamp_min", signature(["vector", "scalar"])),
  ...of("clamp", signature(["vector", "scalar", "scalar"])),
  ...of("histogram_fraction", signature(["scalar", "scalar", "vector"])),
  ...of("histogram_quantile", signature(["scalar", "vector"])),
  ...of("label_join", signature(["vector", "string", "string", "string"], "vector", -1)),
  ...of("label_replace", signature(["vector", "string", "string", "string", "string"])),
  ...of("predict_linear", signature(["matrix", "scalar"])),
  ...of("quantile_over_time", signature(["scalar", "matrix"])),
  ...of("round", signature(["vector", "scalar"], "vector", 1)),
  ...of("scalar", signature(["vector"], "scalar")),
  ...of("vector", signature(["scalar"])),
]);

/** Functions that Prometheus has behind --enable-feature=promql-experimental-functions, and this engine not at all. */
export const EXPERIMENTAL_FUNCTIONS: ReadonlySet<string> = new Set([
  "double_exponential_smoothing",
  "end",
  "histogram_quantiles",
  "info",
  "mad_over_time",
  "max_of",
  "min_of",
  "range",
  "sort_by_label",
  "sort_by_label_desc",
  "start",
  "start_timestamp",
  "step",
  "ts_of_first_over_time",
  "ts_of_last_over_time",
  "ts_of_max_over_time",
  "ts_of_min_over_time",
]);

export const EXPERIMENTAL_AGGREGATORS: ReadonlySet<string> = new Set(["limitk", "limit_ratio"]);

/** Whose value depends on the time of evaluation even where their arguments do not. */
export const TIME_DEPENDENT_FUNCTIONS: ReadonlySet<string> = new Set([
  "days_in_month",
  "day_of_month",
  "day_of_week",
  "day_of_year",
  "hour",
  "minute",
  "month",
  "predict_linear",
  "time",
  "timestamp",
  "year",
]);

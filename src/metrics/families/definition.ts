/** How one metric is defined. The catalogue is the only place where a metric's name, help, unit, labels or buckets stand. */
export type MetricDefinition = {
  /** Prometheus name: snake case, base unit, counters end in `_total`. */
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  /** UCUM unit as OTLP writes it: `s`, `By`, `{request}`, `USD`. */
  readonly unit: string;
  readonly labels: readonly string[];
  /** Upper bounds of histogram buckets, in the metric's unit, ascending, without +Inf. */
  readonly buckets?: readonly number[];
  /** Name in OTLP where it is not the Prometheus name; Prometheus' translation of it must give `name`. */
  readonly otlpName?: string;
};

/** From a cache hit to a ten-minute agent run; 2 s and 5 s are the response target and alert threshold. */
export const DURATION_BUCKETS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600] as const;

/** From one call to a small model to a long run of a large one; 0.01 and 0.05 dollars are the target and the alert threshold. */
export const COST_BUCKETS = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

/** Buckets that the GenAI semantic conventions prescribe for client durations. */
export const GENAI_DURATION_BUCKETS = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
] as const;

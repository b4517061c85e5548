import {
  AnswerMismatch,
  anything,
  list,
  members,
  number,
  optional,
  type Reader,
  record,
  sampleValue,
  text,
} from "./answer.ts";

export type Labels = Readonly<Record<string, string>>;
export type Point = { readonly timeMs: number; readonly value: number };
/** A native histogram at one time. */
export type HistogramPoint = {
  readonly timeMs: number;
  readonly count: number;
  readonly sum: number;
  readonly buckets: readonly { readonly lower: number; readonly upper: number; readonly count: number }[];
};

export type Sample = Point & { readonly labels: Labels };
export type Series = {
  readonly labels: Labels;
  readonly points: readonly Point[];
  /** Empty but for native histograms. */
  readonly histograms: readonly HistogramPoint[];
};

/** What a PromQL query, or a LogQL query that counts, results in. A series of a vector has one point. */
export type Values =
  | { readonly type: "vector" | "matrix"; readonly series: readonly Series[] }
  | { readonly type: "scalar"; readonly timeMs: number; readonly value: number }
  | { readonly type: "string"; readonly timeMs: number; readonly text: string };

export const labels = record(text);

/** Prometheus' timestamps are seconds with a fraction. */
export const secondsToMs = (seconds: number): number => Math.round(seconds * 1000);

function pair(value: unknown, at: string): readonly [number, unknown] {
  const [seconds, second] = list(anything)(value, at);
  return [secondsToMs(number(seconds, `${at}[0]`)), second];
}

const point: Reader<Point> = (value, at) => {
  const [timeMs, given] = pair(value, at);
  return { timeMs, value: sampleValue(given, `${at}[1]`) };
};

const histogramPoint: Reader<HistogramPoint> = (value, at) => {
  const [timeMs, given] = pair(value, at);
  const histogram = members(given, `${at}[1]`);
  // The first number of a bucket tells which of its ends belong to it.
  const buckets = optional(list(list(anything)), [])(histogram["buckets"], `${at}[1].buckets`);
  return {
    timeMs,
    count: sampleValue(histogram["count"], `${at}[1].count`),
    sum: sampleValue(histogram["sum"], `${at}[1].sum`),
    buckets: buckets.map(([, lower, upper, count], index) => {
      const place = `${at}[1].buckets[${index}]`;
      return {
        lower: sampleValue(lower, place),
        upper: sampleValue(upper, place),
        count: sampleValue(count, place),
      };
    }),
  };
};

const vectorSeries: Reader<Series> = (value, at) => {
  const { metric, value: single, histogram } = members(value, at);
  return {
    labels: labels(metric, `${at}.metric`),
    points: histogram === undefined ? [point(single, `${at}.value`)] : [],
    histograms: histogram === undefined ? [] : [histogramPoint(histogram, `${at}.histogram`)],
  };
};

const matrixSeries: Reader<Series> = (value, at) => {
  const { metric, values, histograms } = members(value, at);
  return {
    labels: labels(metric, `${at}.metric`),
    points: optional(list(point), [])(values, `${at}.values`),
    histograms: optional(list(histogramPoint), [])(histograms, `${at}.histograms`),
  };
};

/** The `data` of a query's answer. */
export const values: Reader<Values> = (value, at) => {
  const { resultType, result } = members(value, at);
  const place = `${at}.result`;
  if (resultType === "vector") return { type: resultType, series: list(vectorSeries)(result, place) };
  if (resultType === "matrix") return { type: resultType, series: list(matrixSeries)(result, place) };
  if (resultType === "scalar") return { type: resultType, ...point(result, place) };
  if (resultType === "string") {
    const [timeMs, given] = pair(result, place);
    return { type: resultType, timeMs, text: text(given, place) };
  }
  throw new AnswerMismatch(`${at}.resultType`, "vector, matrix, scalar or string", resultType);
};

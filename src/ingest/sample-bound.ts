import type { MetricPoint } from "./metric-point.ts";
import { MAX_SAMPLES, tooManySamples } from "./otlp-error.ts";

/** The last bucket, sum and count. */
const BESIDE_BUCKETS = 3;
/** An exponential histogram has no more (docs/otlp.md). */
const MOST_EXPONENTIAL = 160;

function samplesOf(point: MetricPoint): number {
  switch (point.kind) {
    case "histogram":
      return point.bounds.length + BESIDE_BUCKETS;
    case "exponentialHistogram": {
      const buckets = point.positive.counts.length + point.negative.counts.length;
      return Math.min(buckets, MOST_EXPONENTIAL) + BESIDE_BUCKETS;
    }
    case "summary":
      return point.quantiles.length + BESIDE_BUCKETS;
    default:
      return 1;
  }
}

/** Throws `OtlpError` where the points of one request become more samples than one may have. */
export function refuseTooManySamples(points: readonly MetricPoint[]): void {
  let samples = 0;
  for (const point of points) samples += samplesOf(point);
  if (samples > MAX_SAMPLES) throw tooManySamples();
}

/** Buckets of one classic histogram at one time, in order of their bounds; counts are cumulative. Filled anew for every time. */
export type Buckets = { readonly bounds: Float64Array; readonly counts: Float64Array; length: number };

// Smaller differences between neighbours come from rounding; the number is Prometheus'.
const ROUNDING = 1e-12;
const LEAST_NORMAL = 2 ** -1022;

function isRounding(one: number, other: number): boolean {
  const sum = Math.abs(one) + Math.abs(other);
  const difference = Math.abs(one - other);
  if (one === 0 || other === 0 || sum < LEAST_NORMAL) return difference < ROUNDING * LEAST_NORMAL;
  return difference / Math.min(sum, Number.MAX_VALUE) < ROUNDING;
}

/** Makes one of buckets with the same bound. */
function coalesce(buckets: Buckets): void {
  const { bounds, counts, length } = buckets;
  let last = 0;
  for (let index = 1; index < length; index += 1) {
    if (bounds[index] === bounds[last]) counts[last] = (counts[last] as number) + (counts[index] as number);
    else {
      last += 1;
      bounds[last] = bounds[index] as number;
      counts[last] = counts[index] as number;
    }
  }
  buckets.length = last + 1;
}

export type Repair = { readonly minBound: number; readonly maxBound: number; readonly maxDifference: number };

/** Raises counts that are below those before them. Answers where, unless it was rounding alone. */
function makeMonotonic({ bounds, counts, length }: Buckets): Repair | undefined {
  let before = counts[0] as number;
  let [minBound, maxBound, maxDifference] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  let isRepaired = false;
  for (let index = 1; index < length; index += 1) {
    const count = counts[index] as number;
    if (count === before) continue;
    if (isRounding(before, count)) counts[index] = before;
    else if (count < before) {
      const bound = bounds[index] as number;
      counts[index] = before;
      isRepaired = true;
      minBound = Math.min(minBound, bound);
      maxBound = Math.max(maxBound, bound);
      maxDifference = Math.max(maxDifference, before - count);
    } else before = count;
  }
  return isRepaired ? { minBound, maxBound, maxDifference } : undefined;
}

/** The quantile by linear interpolation in the bucket that it falls into. */
export function quantileOfBuckets(
  quantile: number,
  buckets: Buckets,
): { readonly value: number; readonly repair?: Repair } {
  const { bounds, counts } = buckets;
  if (Number.isNaN(quantile)) return { value: Number.NaN };
  if (quantile < 0) return { value: Number.NEGATIVE_INFINITY };
  if (quantile > 1) return { value: Number.POSITIVE_INFINITY };
  if (bounds[buckets.length - 1] !== Number.POSITIVE_INFINITY) return { value: Number.NaN };
  coalesce(buckets);
  const repair = makeMonotonic(buckets);
  const found = (value: number) => (repair === undefined ? { value } : { value, repair });
  const last = buckets.length - 1;
  const observations = counts[last] as number;
  if (last < 1 || observations === 0) return found(Number.NaN);
  let rank = quantile * observations;
  let index = 0;
  while (index < last && !((counts[index] as number) >= rank)) index += 1;
  if (index === last) return found(bounds[last - 1] as number);
  const end = bounds[index] as number;
  if (index === 0 && end <= 0) return found(end);
  let [start, count] = [0, counts[index] as number];
  if (index > 0) {
    start = bounds[index - 1] as number;
    count -= counts[index - 1] as number;
    rank -= counts[index - 1] as number;
  }
  return found(start + (end - start) * (rank / count));
}

/** How many observations lie below a value, interpolated; undefined for one above all bounds. */
function rankOf(value: number, { bounds, counts, length }: Buckets): number | undefined {
  let lower = (bounds[0] as number) <= 0 ? Number.NEGATIVE_INFINITY : 0;
  let below = 0;
  for (let index = 0; index < length; index += 1) {
    const [upper, count] = [bounds[index] as number, counts[index] as number];
    if (lower >= value) return below;
    if (upper > value) {
      return lower === Number.NEGATIVE_INFINITY ? count : below + ((count - below) * (value - lower)) / (upper - lower);
    }
    lower = upper;
    below = count;
  }
  return undefined;
}

/** The share of observations between two values. */
export function fractionOfBuckets(lower: number, upper: number, buckets: Buckets): number {
  if (buckets.bounds[buckets.length - 1] !== Number.POSITIVE_INFINITY) return Number.NaN;
  coalesce(buckets);
  const count = buckets.counts[buckets.length - 1] as number;
  if (count === 0 || Number.isNaN(lower) || Number.isNaN(upper)) return Number.NaN;
  if (lower >= upper) return 0;
  const rank = (value: number): number => Math.min(rankOf(value, buckets) ?? count, count);
  return (rank(upper) - rank(lower)) / count;
}

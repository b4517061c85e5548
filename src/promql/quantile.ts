/** The quantile of the first `length` values, which are put in order; between two values in proportion. NaN counts as the least. */
export function quantileOf(quantile: number, values: Float64Array, length: number): number {
  if (length === 0 || Number.isNaN(quantile)) return Number.NaN;
  if (quantile < 0) return Number.NEGATIVE_INFINITY;
  if (quantile > 1) return Number.POSITIVE_INFINITY;
  const sorted = values.subarray(0, length).sort();
  // Typed arrays sort NaN to the end; here it belongs to the begin.
  let numbers = length;
  while (numbers > 0 && Number.isNaN(sorted[numbers - 1])) numbers -= 1;
  const missing = length - numbers;
  const at = (index: number): number => (index < missing ? Number.NaN : (sorted[index - missing] as number));
  const rank = quantile * (length - 1);
  const lower = Math.max(0, Math.floor(rank));
  const weight = rank - Math.floor(rank);
  return at(lower) * (1 - weight) + at(Math.min(length - 1, lower + 1)) * weight;
}

/** What Prometheus warns of. */
export const isOddQuantile = (quantile: number): boolean => !(quantile >= 0 && quantile <= 1);
export const ODD_QUANTILE = "quantile value should be between 0 and 1, got";

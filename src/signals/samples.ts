/** Samples of one series in order of time: `timesMs[i]` (whole milliseconds since the epoch) belongs to `values[i]`. */
export type Samples = { readonly timesMs: Float64Array; readonly values: Float64Array };

/**
 * The end of a series is written as one certain NaN, as in Prometheus (model/value). An ordinary NaN is a value; the two differ in
 * their bits alone, which arithmetic does not keep. So: never assign a value to another place where it may be stale, but copy bits
 * (`set`, `subarray`, `copyWithin`), and ask `isStale` before a value is read.
 */
const STALE_HIGH = 0x7ff00000;
const STALE_LOW = 0x00000002;

const highOf = (index: number): number => index * 2 + 1;
const lowOf = (index: number): number => index * 2;

export function isStale(values: Float64Array, index: number): boolean {
  // Nearly every sample is a number; only a NaN is looked at closely.
  if (!Number.isNaN(values[index])) return false;
  const words = new Uint32Array(values.buffer, values.byteOffset + index * 8, 2);
  return words[highOf(0)] === STALE_HIGH && words[lowOf(0)] === STALE_LOW;
}

export function setStale(values: Float64Array, index: number): void {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
  words[highOf(index)] = STALE_HIGH;
  words[lowOf(index)] = STALE_LOW;
}

/**
 * The index of the first time after `timeMs`, searched onwards from `from`. A function of its own: V8 leaves and enters optimized code at
 * every turn of a loop that has a short one inside, which costs a hundred times what the loop does.
 */
export function firstAfter(timesMs: Float64Array, from: number, timeMs: number): number {
  let index = from;
  while (index < timesMs.length && (timesMs[index] as number) <= timeMs) index += 1;
  return index;
}

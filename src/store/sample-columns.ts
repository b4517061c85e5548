import type { Samples } from "../signals/index.ts";

/** Room for samples. `words` are the bits of `values`: what may be a NaN with a meaning is copied through them. */
export type SampleColumns = Samples & { readonly words: Uint32Array };

export function createSampleColumns(capacity: number): SampleColumns {
  const values = new Float64Array(capacity);
  return { timesMs: new Float64Array(capacity), values, words: new Uint32Array(values.buffer) };
}

/** Samples of one buffer of `createColumnSpace`. */
const SPACE_SAMPLES = 8192;

/** Gives out columns that share buffers: of a hundred thousand series with buffers of their own, those took more than what is in them. */
export function createColumnSpace(): (capacity: number) => SampleColumns {
  let space = createSampleColumns(0);
  let used = 0;
  return (capacity) => {
    if (used + capacity > space.timesMs.length) {
      space = createSampleColumns(Math.max(SPACE_SAMPLES, capacity));
      used = 0;
    }
    const [from, to] = [used, used + capacity];
    used = to;
    const { timesMs, values, words } = space;
    return {
      timesMs: timesMs.subarray(from, to),
      values: values.subarray(from, to),
      words: words.subarray(from * 2, to * 2),
    };
  };
}

/** The first `length` samples in order of time, one for each time: the first that stands there. In place where they are so already. */
export function normalize(columns: SampleColumns, length: number): Samples {
  const { timesMs, values, words } = columns;
  let sorted = true;
  for (let index = 1; index < length && sorted; index += 1)
    sorted = (timesMs[index] as number) > (timesMs[index - 1] as number);
  if (sorted) return { timesMs: timesMs.subarray(0, length), values: values.subarray(0, length) };
  const order = Uint32Array.from({ length }, (_, index) => index).sort(
    (a, b) => (timesMs[a] as number) - (timesMs[b] as number) || a - b,
  );
  const result = createSampleColumns(length);
  let count = 0;
  for (const index of order) {
    const time = timesMs[index] as number;
    if (count > 0 && result.timesMs[count - 1] === time) continue;
    result.timesMs[count] = time;
    result.words[count * 2] = words[index * 2] as number;
    result.words[count * 2 + 1] = words[index * 2 + 1] as number;
    count += 1;
  }
  return { timesMs: result.timesMs.subarray(0, count), values: result.values.subarray(0, count) };
}

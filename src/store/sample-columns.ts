import type { Samples } from "../signals/index.ts";

/** Room for samples. `words` are the bits of `values`: what may be a NaN with a meaning is copied through them. */
export type SampleColumns = Samples & { readonly words: Uint32Array };

export function createSampleColumns(capacity: number): SampleColumns {
  const values = new Float64Array(capacity);
  return { timesMs: new Float64Array(capacity), values, words: new Uint32Array(values.buffer) };
}

/**
 * Gives out columns that share buffers: of a hundred thousand series with buffers of their own, those took more than what is in them. Within
 * `scoped` they are the buffers of the time before: made anew for each question, megabytes of them, they leave the C library's heap in
 * pieces that are never given back.
 */
export type ColumnSpace = {
  readonly take: (capacity: number) => SampleColumns;
  /** Room that is used until the next call. */
  readonly scratch: (capacity: number) => SampleColumns;
  /** What `work` takes is not used any more when it returns. */
  readonly scoped: <Result>(work: () => Result) => Result;
};

/** 256 kB of times and as much of values. */
const BUFFER_SAMPLES = 32_768;
/** 32 MB: enough for 24 hours of 200 series. */
const MOST_KEPT_BUFFERS = 64;
/** A day of a series, a sample every 15 seconds. */
const FIRST_SCRATCH_SAMPLES = 5760;

export function createColumnSpace(): ColumnSpace {
  const kept: SampleColumns[] = [];
  let isScoped = false;
  let scratch = createSampleColumns(0);
  let [buffer, used, next] = [createSampleColumns(0), 0, 0];

  const begin = (): void => {
    [buffer, used, next] = [createSampleColumns(0), 0, 0];
  };
  const nextBuffer = (): SampleColumns => {
    const found = isScoped ? kept[next] : undefined;
    if (found !== undefined) {
      next += 1;
      return found;
    }
    const made = createSampleColumns(BUFFER_SAMPLES);
    if (isScoped && kept.length < MOST_KEPT_BUFFERS) {
      kept.push(made);
      next += 1;
    }
    return made;
  };

  return {
    take: (capacity) => {
      if (capacity > BUFFER_SAMPLES) return createSampleColumns(capacity);
      if (used + capacity > buffer.timesMs.length) [buffer, used] = [nextBuffer(), 0];
      const [from, to] = [used, used + capacity];
      used = to;
      return {
        timesMs: buffer.timesMs.subarray(from, to),
        values: buffer.values.subarray(from, to),
        words: buffer.words.subarray(from * 2, to * 2),
      };
    },
    scratch: (capacity) => {
      if (scratch.timesMs.length < capacity) scratch = createSampleColumns(Math.max(capacity, FIRST_SCRATCH_SAMPLES));
      return scratch;
    },
    scoped: (work) => {
      if (isScoped) return work();
      isScoped = true;
      begin();
      try {
        return work();
      } finally {
        isScoped = false;
        begin();
      }
    },
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

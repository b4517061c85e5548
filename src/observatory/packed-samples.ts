import { createLabels, type Labels } from "../signals/index.ts";

/** A sample whose labels cross threads. */
export type PlainSample = {
  readonly labels: Labels;
  readonly timeMs: number;
  readonly value: number;
  readonly stale?: true;
};

/**
 * Samples as they cross threads. Thousands of series have few different texts, and cloning makes each text anew wherever it stands: this way
 * each is made once, and the labels on the other side share it.
 */
export type PackedSamples = {
  readonly texts: readonly string[];
  /** For each sample how many labels it has, then the places in `texts` of their names and values. */
  readonly labels: Uint32Array;
  readonly timesMs: Float64Array;
  readonly values: Float64Array;
  readonly stale: Uint8Array;
};

export function packSamples(samples: readonly PlainSample[]): PackedSamples {
  const places = new Map<string, number>();
  const placeOf = (text: string): number => {
    const place = places.get(text) ?? places.size;
    if (place === places.size) places.set(text, place);
    return place;
  };
  const labels: number[] = [];
  for (const sample of samples) {
    const names = Object.keys(sample.labels);
    labels.push(names.length);
    for (const name of names) labels.push(placeOf(name), placeOf(sample.labels[name] as string));
  }
  return {
    texts: [...places.keys()],
    labels: Uint32Array.from(labels),
    timesMs: Float64Array.from(samples, ({ timeMs }) => timeMs),
    values: Float64Array.from(samples, ({ value }) => value),
    stale: Uint8Array.from(samples, ({ stale }) => (stale === true ? 1 : 0)),
  };
}

export function unpackSamples({ texts, labels, timesMs, values, stale }: PackedSamples): PlainSample[] {
  const samples: PlainSample[] = [];
  let at = 0;
  const next = (): number => labels[at++] as number;
  for (let index = 0; index < timesMs.length; index += 1) {
    const pairs = Array.from({ length: next() }, () => [texts[next()] as string, texts[next()] as string] as const);
    samples.push({
      labels: createLabels(pairs),
      timeMs: timesMs[index] as number,
      value: values[index] as number,
      ...(stale[index] === 1 && { stale: true }),
    });
  }
  return samples;
}

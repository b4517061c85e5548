import { ObservatoryError } from "../base/index.ts";
import { createLabels, type Exemplar, type Labels, type Matcher, type Samples } from "../signals/index.ts";
import { SERIES_FACTOR } from "./compaction.ts";
import type { Connection } from "./connection.ts";
import { DAY_MS, type DayFile } from "./files.ts";
import { createHeadMirror } from "./head-mirror.ts";
import { chunkFault, decoded, sampleCountOf } from "./integrity.ts";
import type { LabelReader, StoredLabels } from "./label-reader.ts";
import { decodeSamples } from "./sample-codec.ts";
import { type ColumnSpace, normalize } from "./sample-columns.ts";
import type { SampleSelection } from "./sample-selection.ts";

export type StoredExemplars = StoredLabels & { readonly exemplars: readonly Exemplar[] };

/** Counts down what one selection may hold; `take` throws AO_STORE_LIMIT. */
export type SampleBudget = { readonly take: (samples: number) => void };

export type SeriesReader = {
  readonly labels: LabelReader;
  readonly select: (
    matchers: readonly Matcher[],
    startMs: number,
    endMs: number,
    budget: SampleBudget,
    into: SampleSelection,
  ) => void;
  /** Numbers of the series that match any of the selectors. */
  readonly match: (selectors: readonly (readonly Matcher[])[]) => Uint32Array;
  /** The same; throws AO_STORE_LIMIT where they are more than one may hold at once. */
  readonly matchFew: (selectors: readonly (readonly Matcher[])[]) => Uint32Array;
  readonly exemplars: (
    selectors: readonly (readonly Matcher[])[],
    startMs: number,
    endMs: number,
  ) => readonly StoredExemplars[];
};

const limitError = (what: string, most: number): ObservatoryError =>
  new ObservatoryError("AO_STORE_LIMIT", {
    expected: `a selection of at most ${most.toLocaleString("en")} ${what}`,
    received: "a larger one",
  });

export function createSampleBudget(most: number): SampleBudget {
  let left = most;
  return {
    take: (samples) => {
      left -= samples;
      if (left < 0) throw limitError("samples", most);
    },
  };
}

function firstNotBefore(timesMs: Float64Array, timeMs: number): number {
  let [low, high] = [0, timesMs.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((timesMs[middle] as number) < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

function within({ timesMs, values }: Samples, startMs: number, endMs: number): Samples {
  const from = firstNotBefore(timesMs, startMs);
  const to = firstNotBefore(timesMs, endMs + 1);
  return { timesMs: timesMs.subarray(from, to), values: values.subarray(from, to) };
}

export function createSeriesReader(
  connection: Connection,
  file: DayFile,
  labels: LabelReader,
  maxSelectedSeries: number,
  space: ColumnSpace,
): SeriesReader {
  const head = createHeadMirror(connection);
  const findChunks = connection.prepare(
    `SELECT id, samples, data FROM chunks WHERE id >= coalesce((SELECT max(id) FROM chunks WHERE id BETWEEN ?1 AND ?2), ?2)
    AND id <= ?3 ORDER BY id`,
  );
  const findExemplars = connection.prepare(
    "SELECT time_ms, value, labels FROM exemplars WHERE series = ? AND time_ms BETWEEN ? AND ? ORDER BY time_ms, id",
  );

  const matchAny = (selectors: readonly (readonly Matcher[])[]): Uint32Array => {
    if (selectors.length === 1) return labels.match(selectors[0] as readonly Matcher[]);
    const all = new Set<number>();
    for (const selector of selectors) for (const id of labels.match(selector)) all.add(id);
    return Uint32Array.from(all).sort();
  };

  const few = (ids: Uint32Array): Uint32Array => {
    if (ids.length > maxSelectedSeries) throw limitError("series", maxSelectedSeries);
    return ids;
  };

  return {
    labels,
    match: matchAny,
    matchFew: (selectors) => few(matchAny(selectors)),
    select: (matchers, startMs, endMs, budget, into) => {
      const ids = few(labels.match(matchers));
      if (ids.length === 0) return;
      const from = Math.max(0, startMs - file.startMs);
      const to = Math.min(DAY_MS - 1, endMs - file.startMs);
      head.refresh();
      const { columns, starts } = head.collect(ids, labels.count(), from, to, space);
      for (let slot = 0; slot < ids.length; slot += 1) {
        const id = ids[slot] as number;
        const base = id * SERIES_FACTOR;
        const chunks = findChunks.all(base, base + from, base + to);
        const [headFrom, headTo] = [starts[slot] as number, starts[slot + 1] as number];
        let total = headTo - headFrom;
        for (const [chunk, count] of chunks) total += sampleCountOf(connection.path, chunk, count);
        if (total === 0) continue;
        const joined = space.scratch(total);
        let at = 0;
        for (const [chunk, count, data] of chunks) {
          const expected = Number(count);
          const decoded = decodeSamples(data as Uint8Array, joined.timesMs, joined.values, at, file.startMs, expected);
          if (decoded !== expected) throw chunkFault(connection.path, chunk);
          at += expected;
        }
        joined.words.set(columns.words.subarray(headFrom * 2, headTo * 2), at * 2);
        for (let index = headFrom; index < headTo; index += 1, at += 1)
          joined.timesMs[at] = (columns.timesMs[index] as number) + file.startMs;
        const samples = within(normalize(joined, total), startMs, endMs);
        if (samples.timesMs.length === 0) continue;
        budget.take(samples.timesMs.length);
        into.add(labels.get(id), samples);
      }
    },
    exemplars: (selectors, startMs, endMs) => {
      const ids = few(matchAny(selectors));
      const found: { readonly id: number; readonly exemplars: readonly Exemplar[] }[] = [];
      for (const id of ids) {
        const rows = findExemplars.all(id, startMs, endMs);
        if (rows.length === 0) continue;
        const exemplars = rows.map(([timeMs, value, text]) => ({
          timeMs: Number(timeMs),
          // SQLite has no NaN: it keeps NULL.
          value: value === null ? Number.NaN : Number(value),
          labels: decoded(connection.path, () => createLabels(Object.entries(JSON.parse(String(text)) as Labels))),
        }));
        found.push({ id, exemplars });
      }
      const sets = labels.load(Uint32Array.from(found, ({ id }) => id));
      return found.map(({ exemplars }, index) => ({ ...(sets[index] as StoredLabels), exemplars }));
    },
  };
}

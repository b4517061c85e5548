import type { Samples, SelectedSeries } from "../signals/index.ts";
import type { StoredLabels } from "./label-reader.ts";
import { type ColumnSpace, normalize, type SampleColumns } from "./sample-columns.ts";

/** What one question selects, gathered file by file: the samples of a series lie together from the first file on. */
export type SampleSelection = {
  /** A file is read now: the share of the time that lies up to its end, and whether it is the last one. */
  readonly enter: (share: number, isLast: boolean) => void;
  /** Copies the samples behind those that the series has already. */
  readonly add: (stored: StoredLabels, samples: Samples) => void;
  /** In order of time; of samples at one time those of the earlier file. */
  readonly series: () => SelectedSeries[];
};

type Growing = { readonly stored: StoredLabels; columns: SampleColumns; length: number };

/** A file that has the first minute of a month says little of the rest. */
const LEAST_SHARE = 0.1;
/** Of a series that began within the time, less comes from the first file than its share. */
const MORE_THAN_EXPECTED = 1.05;

export function createSampleSelection(space: ColumnSpace): SampleSelection {
  const all: Growing[] = [];
  // Only where there are several files.
  const byText = new Map<string, Growing>();
  let [part, isOnly] = [1, true];

  /** Room for what is still to come, if it comes as densely. */
  const roomFor = (length: number): SampleColumns =>
    space.take(part === 1 ? length : Math.ceil((length / part) * MORE_THAN_EXPECTED));

  return {
    enter: (share, isLast) => {
      isOnly = isLast && all.length === 0;
      part = isLast ? 1 : Math.min(1, Math.max(LEAST_SHARE, share));
    },
    add: (stored, samples) => {
      const { length } = samples.timesMs;
      let one = byText.get(stored.text);
      if (one === undefined) {
        one = { stored, columns: roomFor(length), length: 0 };
        all.push(one);
        if (!isOnly) byText.set(stored.text, one);
      } else if (one.length + length > one.columns.timesMs.length) {
        const { timesMs, values } = one.columns;
        one.columns = roomFor(one.length + length);
        one.columns.timesMs.set(timesMs.subarray(0, one.length));
        one.columns.values.set(values.subarray(0, one.length));
      }
      one.columns.timesMs.set(samples.timesMs, one.length);
      one.columns.values.set(samples.values, one.length);
      one.length += length;
    },
    series: () => all.map(({ stored, columns, length }) => ({ labels: stored.labels, ...normalize(columns, length) })),
  };
}

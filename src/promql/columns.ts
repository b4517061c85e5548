import type { Labels } from "../signals/index.ts";
import type { Budget } from "./budget.ts";
import { sameLabelSet } from "./error.ts";
import { labelsKey } from "./label-sets.ts";

/** One series of an instant vector over all steps of a grid: `values[i]` counts where `present[i]` is 1. */
export type Column = {
  readonly labels: Labels;
  /** The metric name is to go at the end of the query (delayed name removal). */
  readonly dropName: boolean;
  readonly values: Float64Array;
  readonly present: Uint8Array;
};

export function createColumn(labels: Labels, dropName: boolean, count: number, budget: Budget): Column {
  budget.hold(count);
  return { labels, dropName, values: new Float64Array(count), present: new Uint8Array(count) };
}

export const isEmpty = ({ present }: Column): boolean => !present.includes(1);

/** Steps at which any of the columns has a value. */
export function presenceOf(columns: readonly Column[], count: number): Uint8Array {
  const first = columns[0];
  if (first !== undefined && columns.length === 1) return first.present;
  const any = new Uint8Array(count);
  for (const { present } of columns) {
    for (let step = 0; step < count; step += 1) if (present[step] === 1) any[step] = 1;
  }
  return any;
}

/** Values of `from` where `kept` is 1. Shares the values. */
export const withPresence = (from: Column, kept: Uint8Array): Column => ({ ...from, present: kept });

function join(one: Column, other: Column): Column {
  const [values, present] = [one.values.slice(), one.present.slice()];
  for (let step = 0; step < present.length; step += 1) {
    if (other.present[step] !== 1) continue;
    if (present[step] === 1) throw sameLabelSet();
    present[step] = 1;
    values[step] = other.values[step] as number;
  }
  return { ...one, values, present };
}

/** The columns without those that are empty, and with those of the same labels made one. Throws where two of them have a value at once. */
export function mergeColumns(columns: readonly Column[]): Column[] {
  const filled = columns.filter((column) => !isEmpty(column));
  if (filled.length < 2) return filled;
  const byLabels = new Map<string, Column>();
  for (const column of filled) {
    const key = labelsKey(column.labels);
    const known = byLabels.get(key);
    byLabels.set(key, known === undefined ? column : join(known, column));
  }
  return byLabels.size === filled.length ? filled : [...byLabels.values()];
}

export function hasSameLabels(columns: readonly { readonly labels: Labels }[]): boolean {
  if (columns.length < 2) return false;
  return new Set(columns.map(({ labels }) => labelsKey(labels))).size < columns.length;
}

import { formatFloat } from "../gotext/index.ts";
import { type Column, mergeColumns } from "./columns.ts";
import { PromqlError } from "./error.ts";
import type { Evaluation } from "./evaluation.ts";
import type { Grid } from "./grid.ts";
import type { Group } from "./grouping.ts";

type Entry = { readonly column: Column; readonly value: number };
type IsLess = (one: number, other: number) => boolean;

/** Smallest first, for topk; NaN is the smallest of all. */
const ascending: IsLess = (one, other) => Number.isNaN(one) || one < other;
const descending: IsLess = (one, other) => Number.isNaN(one) || one > other;

/** Go's binary heap, so that of equal values the same ones stay as in Prometheus. */
function push(heap: Entry[], entry: Entry, isLess: IsLess): void {
  heap.push(entry);
  let at = heap.length - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const [one, other] = [heap[at] as Entry, heap[parent] as Entry];
    if (!isLess(one.value, other.value)) return;
    heap[at] = other;
    heap[parent] = one;
    at = parent;
  }
}

function replaceTop(heap: Entry[], entry: Entry, isLess: IsLess): void {
  heap[0] = entry;
  let at = 0;
  for (;;) {
    let child = at * 2 + 1;
    if (child >= heap.length) return;
    const right = heap[child + 1];
    if (right !== undefined && isLess(right.value, (heap[child] as Entry).value)) child += 1;
    const [one, other] = [heap[at] as Entry, heap[child] as Entry];
    if (!isLess(other.value, one.value)) return;
    heap[at] = other;
    heap[child] = one;
    at = child;
  }
}

/** The k entries of a group at a step that come first, the very first first. */
function extremesAt({ columns }: Group, step: number, k: number, isLess: IsLess): Entry[] {
  const heap: Entry[] = [];
  for (const column of columns) {
    if (column.present[step] !== 1) continue;
    const entry = { column, value: column.values[step] as number };
    const worst = heap[0];
    if (worst === undefined || heap.length < k) push(heap, entry, isLess);
    else if (!Number.isNaN(entry.value) && isLess(worst.value, entry.value)) replaceTop(heap, entry, isLess);
  }
  return heap.sort((one, other) => Number(isLess(one.value, other.value)) - Number(isLess(other.value, one.value)));
}

const MOST_K = 2 ** 63;

function checkParameters(parameters: Float64Array): void {
  if (parameters.some(Number.isNaN)) throw new PromqlError("execution", "Parameter value is NaN");
  const least = parameters.reduce((one, other) => Math.min(one, other));
  const most = parameters.reduce((one, other) => Math.max(one, other));
  if (least <= -MOST_K)
    throw new PromqlError("execution", `Scalar value ${formatFloat(least, "g", -1)} underflows int64`);
  if (most >= MOST_K) throw new PromqlError("execution", `Scalar value ${formatFloat(most, "g", -1)} overflows int64`);
}

/** topk and bottomk: the columns themselves, with the values that are among the k largest or smallest of their group at the time. */
export function selectExtremes(
  isTop: boolean,
  groups: readonly Group[],
  parameters: Float64Array,
  { count }: Grid,
  { budget }: Evaluation,
): Column[] {
  if (parameters.every((k) => k < 1)) return [];
  checkParameters(parameters);
  const isLess = isTop ? ascending : descending;
  const kept = new Map<Column, Uint8Array>();
  for (const group of groups) {
    for (let step = 0; step < count; step += 1) {
      const k = Math.trunc(parameters[step] as number);
      if (k < 1) continue;
      for (const { column } of extremesAt(group, step, k, isLess)) {
        let present = kept.get(column);
        if (present === undefined) {
          present = new Uint8Array(count);
          kept.set(column, present);
        }
        present[step] = 1;
      }
      budget.work(group.columns.length);
    }
  }
  return mergeColumns([...kept].map(([column, present]) => ({ ...column, present })));
}

import type { Labels } from "./labels.ts";

type Names = readonly string[];

function compare(one: Labels, ones: Names, other: Labels, others: Names): number {
  const shared = Math.min(ones.length, others.length);
  for (let index = 0; index < shared; index += 1) {
    const [a, b] = [ones[index] as string, others[index] as string];
    if (a !== b) return a < b ? -1 : 1;
    const [x, y] = [one[a] as string, other[b] as string];
    if (x !== y) return x < y ? -1 : 1;
  }
  return ones.length - others.length;
}

const namesOf = (labels: Labels): Names => Object.keys(labels).sort();

/** Orders label sets as Prometheus and Loki do: name by name and value by value, a set that ends first before the longer one. */
export const compareLabels = (one: Labels, other: Labels): number => compare(one, namesOf(one), other, namesOf(other));

/** In that order, each set once sorted by its names and not at every comparison. */
export function sortByLabels<Item>(items: readonly Item[], labelsOf: (item: Item) => Labels): Item[] {
  const keyed = items.map((item) => ({ item, labels: labelsOf(item), names: namesOf(labelsOf(item)) }));
  keyed.sort((one, other) => compare(one.labels, one.names, other.labels, other.names));
  return keyed.map(({ item }) => item);
}

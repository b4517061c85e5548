import type { Labels } from "../signals/index.ts";

/** A JSON object of labels in order of their names. */
export function labelsJson(labels: Labels): string {
  let text = "";
  for (const name of Object.keys(labels).sort()) {
    text += `${text === "" ? "{" : ","}${JSON.stringify(name)}:${JSON.stringify(labels[name])}`;
  }
  return text === "" ? "{}" : `${text}}`;
}

/** Orders label sets as Prometheus does: name by name and value by value, a set that ends first before the longer one. */
export function compareLabels(one: Labels, other: Labels): number {
  const [ones, others] = [Object.keys(one).sort(), Object.keys(other).sort()];
  for (let index = 0; index < Math.min(ones.length, others.length); index += 1) {
    const [a, b] = [ones[index] as string, others[index] as string];
    if (a !== b) return a < b ? -1 : 1;
    const [left, right] = [one[a] as string, other[b] as string];
    if (left !== right) return left < right ? -1 : 1;
  }
  return ones.length - others.length;
}

/** In that order, each set once sorted by its names and not at every comparison. */
export const sortedByLabels = <Item>(items: readonly Item[], labelsOf: (item: Item) => Labels): Item[] =>
  items.length < 2 ? [...items] : items.toSorted((one, other) => compareLabels(labelsOf(one), labelsOf(other)));

import { quote } from "../gotext/index.ts";
import type { Labels } from "../signals/index.ts";

/** `{a="b", c="d"}`, sorted by name. */
export function metricText(labels: Labels): string {
  const names = Object.keys(labels).sort();
  return `{${names.map((name) => `${name}=${quote(labels[name] ?? "")}`).join(", ")}}`;
}

/** Order of label sets as Prometheus and Loki have it: name by name, value by value, the shorter first. */
export function compareLabels(a: Labels, b: Labels): number {
  const [left, right] = [Object.keys(a).sort(), Object.keys(b).sort()];
  for (const [index, name] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    if (name !== other) return name < other ? -1 : 1;
    const [value, otherValue] = [a[name] ?? "", b[name] ?? ""];
    if (value !== otherValue) return value < otherValue ? -1 : 1;
  }
  return left.length - right.length;
}

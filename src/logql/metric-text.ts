import { quote } from "../gotext/index.ts";
import type { Labels } from "../signals/index.ts";

/** `{a="b", c="d"}`, sorted by name. */
export function metricText(labels: Labels): string {
  const names = Object.keys(labels).sort();
  return `{${names.map((name) => `${name}=${quote(labels[name] ?? "")}`).join(", ")}}`;
}

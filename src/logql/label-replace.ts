import { compilePattern, expandReplacement } from "../re2/index.ts";
import { createLabelSet, type LabelSet } from "../signals/index.ts";
import type { LabelReplaceExpr } from "./syntax.ts";
import type { Sample } from "./vector.ts";

/** `label_replace` on the series of one step. */
export function createLabelReplace(expression: LabelReplaceExpr): (samples: Sample[]) => Sample[] {
  const { target, replacement, source } = expression;
  const pattern = compilePattern(`^(?:${expression.pattern})$`);
  const replaced = (series: LabelSet): LabelSet => {
    const match = pattern.find(series.labels[source] ?? "");
    if (match === undefined) return series;
    const value = expandReplacement(replacement, match, pattern);
    const labels = Object.create(null) as Record<string, string>;
    for (const name in series.labels) {
      const old = series.labels[name] ?? "";
      if (name !== target && old !== "") labels[name] = old;
    }
    if (value !== "") labels[target] = value;
    return createLabelSet(labels);
  };
  return (samples) => samples.map(({ series, value }) => ({ series: replaced(series), value }));
}

import { compilePattern } from "../re2/index.ts";
import { createLabelSet, type LabelSet } from "../signals/index.ts";
import type { LabelReplaceExpr } from "./syntax.ts";
import { expandReplacement } from "./templates/regex-replace.ts";
import type { Sample } from "./vector.ts";

/** `label_replace` on the series of one step. */
export function createLabelReplace(expression: LabelReplaceExpr): (samples: Sample[]) => Sample[] {
  const { target, replacement, source } = expression;
  const pattern = compilePattern(`^(?:${expression.pattern})$`);
  const replaced = (series: LabelSet): LabelSet => {
    const match = pattern.find(series.labels[source] ?? "");
    if (match === undefined) return series;
    const value = expandReplacement(replacement, match, pattern);
    const { [target]: _old, ...labels } = series.labels;
    return createLabelSet(Object.assign(Object.create(null), labels, value === "" ? {} : { [target]: value }));
  };
  return (samples) => samples.map(({ series, value }) => ({ series: replaced(series), value }));
}

import { createLabelSet, type LabelSet, type Labels, labelsKey } from "../signals/index.ts";
import { mergeValues } from "./arithmetic.ts";
import { LogqlError } from "./error.ts";
import { type BinaryExpr, isComparison, type Matching } from "./syntax.ts";
import type { Sample } from "./vector.ts";

/** Combines the series of two sides at one step. Throws `LogqlError` where it is not clear which belong together. */
export function combineVectors(expression: BinaryExpr, left: Sample[], right: Sample[]): Sample[] {
  const signature = createSignature(expression.matching);
  switch (expression.operator) {
    case "and":
    case "unless": {
      const keys = new Set(right.map(signature));
      return left.filter((sample) => keys.has(signature(sample)) === (expression.operator === "and"));
    }
    case "or": {
      const keys = new Set(left.map(signature));
      return [...left, ...right.filter((sample) => !keys.has(signature(sample)))];
    }
    default:
      return matchVectors(expression, left, right, signature);
  }
}

function pickLabels(labels: Labels, isKept: (name: string) => boolean): Labels {
  const kept = Object.create(null) as Record<string, string>;
  for (const name in labels) if (labels[name] !== "" && isKept(name)) kept[name] = labels[name] as string;
  return kept;
}

function createSignature({ on, labels }: Matching): (sample: Sample) => string {
  const keys = new WeakMap<LabelSet, string>();
  return ({ series }) => {
    let key = keys.get(series);
    if (key === undefined) {
      key = labelsKey(pickLabels(series.labels, (name) => labels.includes(name) === on));
      keys.set(series, key);
    }
    return key;
  };
}

function resultLabels(many: Labels, one: Labels, { cardinality, on, labels, include }: Matching): Labels {
  const isKept = (name: string): boolean => cardinality !== "one-to-one" || labels.includes(name) === on;
  const result = pickLabels(many, isKept) as Record<string, string>;
  for (const name of include) {
    const value = one[name] ?? "";
    if (value !== "") result[name] = value;
    else delete result[name];
  }
  return result;
}

function matchVectors(
  expression: BinaryExpr,
  left: Sample[],
  right: Sample[],
  signature: (sample: Sample) => string,
): Sample[] {
  const { matching, operator, returnBool } = expression;
  const swapped = matching.cardinality === "one-to-many";
  const [many, one] = swapped ? [right, left] : [left, right];
  const byKey = new Map<string, Sample>();
  for (const sample of one) {
    const key = signature(sample);
    if (byKey.has(key)) {
      throw new LogqlError(
        "execution",
        `found duplicate series on the ${swapped ? "left" : "right"} hand-side;many-to-many matching not allowed: ` +
          "matching labels must be unique on one side",
      );
    }
    byKey.set(key, sample);
  }
  const matched = new Map<string, Set<string>>();
  const results: Sample[] = [];
  for (const sample of many) {
    const key = signature(sample);
    const other = byKey.get(key);
    if (other === undefined) continue;
    const series = createLabelSet(resultLabels(sample.series.labels, other.series.labels, matching));
    const seen = matched.get(key);
    if (matching.cardinality === "one-to-one" ? seen !== undefined : seen?.has(series.key) === true) {
      throw new LogqlError(
        "execution",
        matching.cardinality === "one-to-one"
          ? "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)"
          : "multiple matches for labels: grouping labels must ensure unique matches",
      );
    }
    if (seen === undefined) matched.set(key, new Set([series.key]));
    else seen.add(series.key);
    const [a, b] = swapped ? [other.value, sample.value] : [sample.value, other.value];
    const value = mergeValues(operator, a, b);
    if (!isComparison(operator) || returnBool) results.push({ series, value });
    else if (value === 1) results.push({ series, value: a });
  }
  return results;
}

/** Combines every series of a step with a number. */
export function combineWithLiteral(
  { operator, returnBool }: BinaryExpr,
  samples: Sample[],
  literal: number,
  literalIsLeft: boolean,
): Sample[] {
  return samples.flatMap(({ series, value }) => {
    const merged = literalIsLeft ? mergeValues(operator, literal, value) : mergeValues(operator, value, literal);
    if (!isComparison(operator) || returnBool) return [{ series, value: merged }];
    return merged === 1 ? [{ series, value }] : [];
  });
}

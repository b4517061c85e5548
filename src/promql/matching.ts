import { type Labels, labelsKey } from "../signals/index.ts";
import type { Binary, Matching } from "./ast.ts";
import { type Column, createColumn, isEmpty, presenceOf } from "./columns.ts";
import { elementOf } from "./element.ts";
import { PromqlError } from "./error.ts";
import type { Evaluation } from "./evaluation.ts";
import type { Grid } from "./grid.ts";
import { onlyLabels, showLabels, signatureBy, withLabel, withoutLabels, withoutMetadata } from "./label-sets.ts";

type Pair = { readonly many: Column; readonly one: Column };

const meets = ({ many, one }: Pair, step: number): boolean => many.present[step] === 1 && one.present[step] === 1;

function resultLabels({ many, one }: Pair, matching: Matching, dropsMetric: boolean): Labels {
  let labels = dropsMetric ? withoutMetadata(many.labels) : many.labels;
  if (matching.cardinality === "one-to-one") {
    labels = matching.on ? onlyLabels(labels, matching.labels) : withoutLabels(labels, new Set(matching.labels));
  }
  for (const name of matching.include) labels = withLabel(labels, name, one.labels[name] ?? "");
  return labels;
}

/** Two of the "one" side with the same signature at the same time cannot be matched with anything. */
function checkOneSide(group: readonly Column[], many: readonly Column[], matching: Matching, count: number): void {
  if (group.length < 2) return;
  const anyMany = presenceOf(many, count);
  for (let step = 0; step < count; step += 1) {
    if (anyMany[step] !== 1) continue;
    const [first, second] = group.filter(({ present }) => present[step] === 1);
    if (first === undefined || second === undefined) continue;
    const matched = matching.on
      ? onlyLabels(second.labels, matching.labels)
      : withoutLabels(second.labels, new Set([...matching.labels, "__name__"]));
    const side = matching.cardinality === "one-to-many" ? "left" : "right";
    const series = [first, second].map(({ labels }) => showLabels(labels)).sort();
    throw new PromqlError(
      "execution",
      `found duplicate series for the match group ${showLabels(matched)} on the ${side} hand-side of the operation: ` +
        `[${series.join(", ")}];many-to-many matching not allowed: matching labels must be unique on one side`,
    );
  }
}

/** Remembers pairs under a key, and throws where two of the same key meet at the same time. */
function createPairCheck(count: number, message: string): (key: string, pair: Pair) => void {
  const seen = new Map<string, Pair[]>();
  return (key, pair) => {
    const others = seen.get(key);
    if (others === undefined) {
      seen.set(key, [pair]);
      return;
    }
    for (const other of others) {
      for (let step = 0; step < count; step += 1) {
        if (meets(other, step) && meets(pair, step)) throw new PromqlError("execution", message);
      }
    }
    others.push(pair);
  };
}

const AMBIGUOUS = "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)";
const NOT_UNIQUE = "multiple matches for labels: grouping labels must ensure unique matches";

/** Arithmetic or comparison between two vectors: each column of the "many" side with its partner of the "one" side. */
export function matchVectors(
  { operator, returnBool, matching }: Binary,
  [left, right]: readonly [readonly Column[], readonly Column[]],
  { count }: Grid,
  { budget, delayedNameRemoval }: Evaluation,
): Column[] {
  const manyIsLeft = matching.cardinality !== "one-to-many";
  const [many, one] = manyIsLeft ? [left, right] : [right, left];
  if (many.length === 0 || one.length === 0) return [];
  const element = elementOf(operator, returnBool);
  const signature = signatureBy(matching.on, matching.labels);
  const ones = new Map<string, Column[]>();
  for (const column of one) {
    const key = signature(column.labels);
    const group = ones.get(key);
    if (group === undefined) ones.set(key, [column]);
    else group.push(column);
  }
  for (const group of ones.values()) checkOneSide(group, many, matching, count);

  const isOneToOne = matching.cardinality === "one-to-one";
  const checkPair = createPairCheck(count, isOneToOne ? AMBIGUOUS : NOT_UNIQUE);
  const dropsMetric = element.changesMetric || (returnBool && !delayedNameRemoval);
  const results: Column[] = [];
  for (const column of many) {
    const key = signature(column.labels);
    for (const partner of ones.get(key) ?? []) {
      const pair = { many: column, one: partner };
      const labels = resultLabels(pair, matching, dropsMetric);
      checkPair(isOneToOne ? key : `${key}\n${labelsKey(labels)}`, pair);
      const held = budget.held();
      const result = createColumn(labels, returnBool, count, budget);
      const [first, second] = manyIsLeft ? [column, partner] : [partner, column];
      for (let step = 0; step < count; step += 1) {
        if (!meets(pair, step)) continue;
        const [a, b] = [first.values[step] as number, second.values[step] as number];
        if (!element.keeps(a, b)) continue;
        result.present[step] = 1;
        result.values[step] = element.value(a, b);
      }
      budget.work(count);
      if (isEmpty(result)) budget.settle(held, 0);
      else results.push(result);
    }
  }
  return results;
}

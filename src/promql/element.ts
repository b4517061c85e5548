import { ARITHMETIC, COMPARISON } from "./arithmetic.ts";
import { type BinaryOperator, isComparison, isSetOperator } from "./ast.ts";

/** A binary operator between two samples. */
export type Element = {
  /** Whether the pair has a value at all: a comparison without `bool` filters. */
  readonly keeps: (left: number, right: number) => boolean;
  readonly value: (left: number, right: number) => number;
  /** Whether the result is another metric than its operands. */
  readonly changesMetric: boolean;
};

const always = (): boolean => true;

export function elementOf(operator: BinaryOperator, returnBool: boolean): Element {
  if (isSetOperator(operator)) throw new TypeError(`${operator} is no operator between samples`);
  if (!isComparison(operator)) return { keeps: always, value: ARITHMETIC[operator], changesMetric: true };
  const compare = COMPARISON[operator];
  return returnBool
    ? { keeps: always, value: (left, right) => (compare(left, right) ? 1 : 0), changesMetric: false }
    : { keeps: compare, value: (left) => left, changesMetric: false };
}

import type { Matching, SetOperator } from "./ast.ts";
import { type Column, presenceOf, withPresence } from "./columns.ts";
import type { Grid } from "./grid.ts";
import { signatureBy } from "./label-sets.ts";

/** When, by signature, any of the columns has a value. */
function presenceBySignature(
  columns: readonly Column[],
  signatureOf: (column: Column) => string,
  count: number,
): Map<string, Uint8Array> {
  const groups = new Map<string, Column[]>();
  for (const column of columns) {
    const signature = signatureOf(column);
    const group = groups.get(signature);
    if (group === undefined) groups.set(signature, [column]);
    else group.push(column);
  }
  return new Map([...groups].map(([signature, group]) => [signature, presenceOf(group, count)]));
}

/** `and`, `or`, `unless`: which columns have a value when, decided by who of the other side has one with the same labels. */
export function combineSets(
  operator: SetOperator,
  { on, labels }: Matching,
  [left, right]: readonly [readonly Column[], readonly Column[]],
  { count }: Grid,
): Column[] {
  const signature = signatureBy(on, labels);
  const signatureOf = (column: Column): string => signature(column.labels);
  const others = presenceBySignature(operator === "or" ? left : right, signatureOf, count);
  const filtered = (column: Column, whereOther: 0 | 1): Column[] => {
    const other = others.get(signatureOf(column));
    if (other === undefined) return whereOther === 1 ? [] : [column];
    return [
      withPresence(
        column,
        column.present.map((one, step) => (other[step] === whereOther ? one : 0)),
      ),
    ];
  };
  if (operator === "and") return left.flatMap((column) => filtered(column, 1));
  if (operator === "unless") return left.flatMap((column) => filtered(column, 0));
  return [...left, ...right.flatMap((column) => filtered(column, 0))];
}

import { type Labels, METRIC_NAME } from "../signals/index.ts";
import type { Aggregate } from "./ast.ts";
import type { Column } from "./columns.ts";
import { NO_LABELS, onlyLabels, signatureBy, withoutLabels } from "./label-sets.ts";

/** Columns that an aggregation makes one of, and the labels that one gets. */
export type Group = { readonly labels: Labels; readonly columns: Column[] };

type Grouping = Pick<Aggregate, "grouping" | "without">;

export function groupLabels({ without, grouping }: Grouping, labels: Labels): Labels {
  if (without) return withoutLabels(labels, new Set([...grouping, METRIC_NAME]));
  return grouping.length === 0 ? NO_LABELS : onlyLabels(labels, grouping);
}

export function groupColumns(by: Grouping, columns: readonly Column[]): Group[] {
  const signature = signatureBy(!by.without, by.grouping);
  const groups = new Map<string, Group>();
  for (const column of columns) {
    const key = signature(column.labels);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { labels: groupLabels(by, column.labels), columns: [column] });
    else group.columns.push(column);
  }
  return [...groups.values()];
}

import { createLabelSet, type LabelSet, type Labels, labelsKey, METRIC_NAME } from "../signals/index.ts";
import type { AggregationExpr, Grouping } from "./syntax.ts";
import type { Sample } from "./vector.ts";

type Group = { readonly series: LabelSet; readonly members: Sample[] };

function groupLabels(labels: Labels, { without, labels: names }: Grouping): Labels {
  const kept = Object.create(null) as Record<string, string>;
  if (without) {
    for (const name in labels)
      if (!names.includes(name) && name !== METRIC_NAME && labels[name] !== "") kept[name] = labels[name] as string;
  } else {
    for (const name of names) if (labels[name] !== undefined) kept[name] = labels[name];
  }
  return kept;
}

/** Remembers the groups of series, which come again at every step. */
function createGrouper(grouping: Grouping): (series: LabelSet) => LabelSet {
  let known = new Map<string, LabelSet>();
  return (series) => {
    let group = known.get(series.key);
    if (group === undefined) {
      // More than these only come from series that do not come again.
      if (known.size > 10_000) known = new Map();
      const labels = groupLabels(series.labels, grouping);
      group = { labels, key: labelsKey(labels) };
      known.set(series.key, group);
    }
    return group;
  };
}

/** NaN stands behind everything, whichever way the rest is sorted. */
function sortByValue(members: readonly Sample[], descending: boolean): Sample[] {
  return members.toSorted((a, b) => {
    const [left, right] = [Number.isNaN(a.value), Number.isNaN(b.value)];
    if (left || right) return Number(left) - Number(right);
    return descending ? b.value - a.value : a.value - b.value;
  });
}

function variance(members: readonly Sample[]): number {
  let [count, mean, squares] = [0, 0, 0];
  for (const { value } of members) {
    count += 1;
    const delta = value - mean;
    mean += delta / count;
    squares += delta * (value - mean);
  }
  return squares / count;
}

function chosen(members: readonly Sample[], isBetter: (value: number, best: number) => boolean): number {
  let best = Number.NaN;
  for (const { value } of members) if (Number.isNaN(best) || isBetter(value, best)) best = value;
  return best;
}

function mean(members: readonly Sample[]): number {
  let [average, count] = [0, 0];
  for (const { value } of members) {
    count += 1;
    average = count === 1 ? value : average + (value - average) / count;
  }
  return average;
}

function aggregate({ operation, parameter }: AggregationExpr, { series, members }: Group): readonly Sample[] {
  const one = (value: number): readonly Sample[] => [{ series, value }];
  switch (operation) {
    case "sum":
      return one(members.reduce((sum, { value }) => sum + value, 0));
    case "avg":
      return one(mean(members));
    case "count":
      return one(members.length);
    case "max":
      return one(chosen(members, (value, best) => value > best));
    case "min":
      return one(chosen(members, (value, best) => value < best));
    case "stdvar":
      return one(variance(members));
    case "stddev":
      return one(Math.sqrt(variance(members)));
    case "topk":
    case "sort_desc":
      return sortByValue(members, true).slice(0, operation === "topk" ? parameter : undefined);
    case "bottomk":
    case "sort":
      return sortByValue(members, false).slice(0, operation === "bottomk" ? parameter : undefined);
    case "approx_topk":
      throw new RangeError("approx_topk is refused by the parser");
  }
}

/** Aggregates the series of one step. */
export function createAggregation(expression: AggregationExpr): (samples: readonly Sample[]) => Sample[] {
  const groupOf = createGrouper(expression.grouping);
  return (samples) => {
    const groups = new Map<string, Group>();
    for (const sample of samples) {
      const series = groupOf(sample.series);
      const group = groups.get(series.key);
      if (group === undefined) groups.set(series.key, { series, members: [sample] });
      else group.members.push(sample);
    }
    return [...groups.values()].flatMap((group) => aggregate(expression, group));
  };
}

export const EMPTY_SERIES: LabelSet = createLabelSet(Object.create(null) as Labels);

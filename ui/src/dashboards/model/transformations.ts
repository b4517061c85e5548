import type { Transformation } from "./dashboard.ts";
import type { Frame } from "./frame.ts";
import type { Members } from "./json.ts";
import { frameTest } from "./matchers.ts";
import { calculateField } from "./transform-calculate.ts";
import {
  filterFieldsByName,
  filterFieldsByRefId,
  labelsToFields,
  organize,
  renameByRegex,
} from "./transform-fields.ts";
import { concatenate, joinByField, merge, seriesToRows } from "./transform-join.ts";
import { convertFieldType, filterByValue, groupBy, limit, reduceFrames, sortBy } from "./transform-rows.ts";

/** Grafana's transformations, by their ids: frames in, frames out. */
export type Transform = (frames: readonly Frame[], options: Members) => readonly Frame[];

const TRANSFORMS: Readonly<Record<string, Transform>> = {
  merge,
  organize,
  calculateField,
  joinByField,
  seriesToColumns: joinByField,
  filterByRefId: filterFieldsByRefId,
  filterFieldsByName,
  reduce: reduceFrames,
  groupBy,
  sortBy,
  limit,
  renameByRegex,
  labelsToFields,
  seriesToRows,
  filterByValue,
  concatenate,
  convertFieldType,
};

export type Transformed = {
  readonly frames: readonly Frame[];
  /** Transformations that are not known here: the values are those without them. */
  readonly unknown: readonly string[];
};

export function transform(frames: readonly Frame[], transformations: readonly Transformation[]): Transformed {
  let all = frames;
  const unknown: string[] = [];
  for (const { id, options, filter } of transformations) {
    const apply = Object.hasOwn(TRANSFORMS, id) ? TRANSFORMS[id] : undefined;
    if (apply === undefined) {
      unknown.push(id);
      continue;
    }
    // What shows single requests and log lines is not among the values.
    const isMeant = filter === undefined ? () => true : frameTest(filter);
    const meant = all.filter((frame) => frame.kind !== "exemplars" && isMeant(frame));
    all = [...apply(meant, options), ...all.filter((frame) => !meant.includes(frame))];
  }
  return { frames: all, unknown };
}

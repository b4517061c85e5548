import type { Labels, QueryAnswer, Series } from "../../../src/backends/index.ts";
import { COLUMN } from "./expression.ts";

/** What a question of several parts was answered with. Pure. */

const seriesOf = ({ result }: QueryAnswer): readonly Series[] => ("series" in result ? result.series : []);

/** A number of each part; a part without one was not answered, which is not 0. */
export type Numbers<Name extends string> = { readonly [name in Name]?: number };

export function readNumbers<Name extends string>(answer: QueryAnswer): Numbers<Name> {
  const read: { [name in Name]?: number } = {};
  for (const { labels, points } of seriesOf(answer)) {
    const [name, value] = [labels[COLUMN] as Name | undefined, points.at(-1)?.value];
    if (name !== undefined && value !== undefined && Number.isFinite(value)) read[name] = value;
  }
  return read;
}

/** A row of a table: its labels, and a number of each part that has one for them. */
export type Row<Name extends string> = { readonly id: string; readonly labels: Labels; readonly of: Numbers<Name> };

/** Rows by the labels `keys`, in the order in which they come. */
export function readRows<Name extends string>(answer: QueryAnswer, keys: readonly string[]): readonly Row<Name>[] {
  type Filled = { id: string; labels: Labels; of: { [name in Name]?: number } };
  const rows = new Map<string, Filled>();
  for (const { labels, points } of seriesOf(answer)) {
    const [name, value] = [labels[COLUMN] as Name | undefined, points.at(-1)?.value];
    if (name === undefined || value === undefined || !Number.isFinite(value)) continue;
    const id = JSON.stringify(keys.map((key) => labels[key] ?? ""));
    let row = rows.get(id);
    if (row === undefined) {
      row = { id, labels: Object.fromEntries(keys.map((key) => [key, labels[key] ?? ""])), of: {} };
      rows.set(id, row);
    }
    row.of[name] = value;
  }
  return [...rows.values()];
}

export type Line = {
  readonly labels: Labels;
  readonly points: readonly { readonly timeMs: number; readonly value: number }[];
};

/** Lines of each part of a question over time; those that never say a number are left out. */
export function readLines<Name extends string>(answer: QueryAnswer): { readonly [name in Name]?: readonly Line[] } {
  const lines: { [name in Name]?: Line[] } = {};
  for (const { labels, points } of seriesOf(answer)) {
    const finite = points.filter(({ value }) => Number.isFinite(value));
    const name = labels[COLUMN] as Name | undefined;
    if (name === undefined || finite.length === 0) continue;
    lines[name] = [...(lines[name] ?? []), { labels, points: finite }];
  }
  return lines;
}

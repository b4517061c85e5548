import { type Cell, displayNameOf, type Field, type Frame, field, lengthOf, typeOf } from "./frame.ts";
import { type Members, textOf } from "./json.ts";

/** Transformations that make one table of several. */

const keyOf = (cells: readonly Cell[]): string => JSON.stringify(cells.map((cell) => cell ?? null));

/**
 * Rows that agree in all columns that every table has become one row. A row that says something else about a column of one that is there
 * stays a row of its own.
 */
export function merge(frames: readonly Frame[], _: Members): readonly Frame[] {
  const filled = frames.filter(({ fields }) => fields.length > 0);
  const [first] = filled;
  if (first === undefined) return frames.slice(0, 1);
  if (filled.length === 1) return [first];
  const columns = new Map<string, Field>();
  for (const { fields } of filled) for (const one of fields) if (!columns.has(one.name)) columns.set(one.name, one);
  const shared = [...columns.keys()].filter((name) =>
    filled.every(({ fields }) => fields.some((one) => one.name === name)),
  );
  if (shared.length === 0) return filled;
  type Row = Map<string, Cell>;
  const rows: Row[] = [];
  const byKey = new Map<string, Row[]>();
  for (const frame of filled) {
    for (let at = 0; at < lengthOf(frame); at++) {
      const row: Row = new Map(frame.fields.map((one) => [one.name, one.values[at]]));
      const key = keyOf(shared.map((name) => row.get(name)));
      const alike = byKey.get(key) ?? [];
      byKey.set(key, alike);
      const fits = alike.find((there) =>
        [...row].every(
          ([name, value]) => there.get(name) === undefined || value === undefined || Object.is(there.get(name), value),
        ),
      );
      if (fits === undefined) {
        alike.push(row);
        rows.push(row);
      } else for (const [name, value] of row) if (value !== undefined) fits.set(name, value);
    }
  }
  return [
    {
      refId: filled.map(({ refId }) => refId).join("-"),
      kind: "table",
      fields: [...columns].map(([name, one]) => ({ ...one, values: rows.map((row) => row.get(name)) })),
    },
  ];
}

/** An outer join unless told otherwise; a column that is there under the same name is not repeated but where the labels tell them apart. */
export function joinByField(frames: readonly Frame[], options: Members): readonly Frame[] {
  const name = textOf(options["byField"]);
  const isInner = options["mode"] === "inner";
  const keyField = (frame: Frame): Field | undefined =>
    frame.fields.find((one) =>
      name === undefined || name === ""
        ? one.type === "time"
        : one.name === name || displayNameOf(one, frame, frames) === name,
    );
  const joined = frames.flatMap((frame) => {
    const key = keyField(frame);
    return key === undefined ? [] : [{ frame, key, rows: new Map(key.values.map((value, row) => [value, row])) }];
  });
  const [first] = joined;
  if (first === undefined || joined.length < 2) return frames;
  let keys = [...new Set(joined.flatMap(({ key }) => key.values))];
  if (isInner) keys = keys.filter((value) => joined.every(({ rows }) => rows.has(value)));
  if (first.key.type === "time" || first.key.type === "number") keys.sort((a, b) => Number(a) - Number(b));
  const seen = new Set<string>();
  const others = joined.flatMap(({ frame, key, rows }) =>
    frame.fields
      .filter((one) => one !== key)
      .filter((one) => {
        const id = `${one.name} ${JSON.stringify(one.labels ?? one.legend ?? null)}`;
        return one.labels !== undefined || (!seen.has(id) && seen.add(id) !== undefined);
      })
      .map((one): Field => ({ ...one, values: keys.map((value) => one.values[rows.get(value) ?? -1]) })),
  );
  return [
    {
      refId: joined.map(({ frame }) => frame.refId).join("-"),
      kind: first.key.type === "time" ? "series" : "table",
      fields: [{ ...first.key, values: keys }, ...others],
    },
  ];
}

/** Time, name and value of all series, one below the other. */
export function seriesToRows(frames: readonly Frame[], _: Members): readonly Frame[] {
  const rows = frames.flatMap((frame) => {
    const time = frame.fields.find(({ type }) => type === "time");
    if (time === undefined) return [];
    return frame.fields
      .filter(({ type }) => type === "number")
      .flatMap((one) =>
        one.values.map((value, at) => ({ time: time.values[at], metric: displayNameOf(one, frame, frames), value })),
      );
  });
  rows.sort((a, b) => Number(b.time) - Number(a.time));
  return [
    {
      refId: "",
      kind: "table",
      fields: [
        field(
          "Time",
          "time",
          rows.map(({ time }) => time),
        ),
        field(
          "Metric",
          "string",
          rows.map(({ metric }) => metric),
        ),
        field(
          "Value",
          "number",
          rows.map(({ value }) => value),
        ),
      ],
    },
  ];
}

/** All columns side by side. */
export function concatenate(frames: readonly Frame[], _: Members): readonly Frame[] {
  const length = Math.max(0, ...frames.map(lengthOf));
  const fields = frames.flatMap((frame) =>
    frame.fields.map((one) => ({ ...one, values: Array.from({ length }, (_unused, row) => one.values[row]) })),
  );
  return fields.length === 0
    ? []
    : [
        {
          refId: "",
          kind: "table",
          fields: fields.map((one) => ({ ...one, type: one.type === "time" ? one.type : typeOf(one.values) })),
        },
      ];
}

import { type Cell, displayNameOf, type Field, type FieldType, type Frame, field, lengthOf, typeOf } from "./frame.ts";
import { listOf, type Members, membersOf, numberOf, textOf, textsOf } from "./json.ts";
import { patternOf } from "./matchers.ts";
import { reduced, reducerOf } from "./reduce.ts";

/** Transformations of rows: fewer of them, in another order, or what they come to. */

const rowsKept = (frame: Frame, rows: readonly number[]): Frame => ({
  ...frame,
  fields: frame.fields.map((one) => ({ ...one, values: rows.map((row) => one.values[row]) })),
});
const allRows = (frame: Frame): number[] => Array.from({ length: lengthOf(frame) }, (_, row) => row);
const named = (frame: Frame, frames: readonly Frame[], name: string): Field | undefined =>
  frame.fields.find((one) => one.name === name || displayNameOf(one, frame, frames) === name);

/** One row for each field with its reduced values, or one row of reduced fields. */
export function reduceFrames(frames: readonly Frame[], options: Members): readonly Frame[] {
  const reducers = textsOf(options["reducers"]);
  const ids = reducers.length === 0 ? ["max"] : reducers;
  if (options["mode"] === "reduceFields") {
    return frames.map((frame) => ({
      ...frame,
      fields: frame.fields
        .filter(({ type }) => type === "number")
        .flatMap((one) =>
          ids.map((id) => ({
            ...one,
            values: [reduced(one.values, id)],
            ...(ids.length > 1 && { name: `${one.name} ${reducerOf(id)?.name ?? id}` }),
          })),
        ),
    }));
  }
  const rows = frames.flatMap((frame) =>
    frame.fields
      .filter(({ type }) => type === "number" || (options["includeTimeField"] === true && type === "time"))
      .map((one) => ({ one, name: displayNameOf(one, frame, frames) })),
  );
  const labels =
    options["labelsToFields"] === true ? [...new Set(rows.flatMap(({ one }) => Object.keys(one.labels ?? {})))] : [];
  return [
    {
      refId: frames.map(({ refId }) => refId).join("-"),
      kind: "table",
      fields: [
        field(
          "Field",
          "string",
          rows.map(({ name, one }) => (labels.length > 0 ? one.name : name)),
        ),
        ...labels.map((label) =>
          field(
            label,
            "string",
            rows.map(({ one }) => one.labels?.[label]),
          ),
        ),
        ...ids.map((id) => {
          const values = rows.map(({ one }) => reduced(one.values, id));
          return field(reducerOf(id)?.name ?? id, typeOf(values), values);
        }),
      ],
    },
  ];
}

/** Rows with equal values of some columns become one, the other columns what they come to. */
export function groupBy(frames: readonly Frame[], options: Members): readonly Frame[] {
  const settings = membersOf(options["fields"]);
  const settingOf = (one: Field, frame: Frame): Members =>
    membersOf(settings[displayNameOf(one, frame, frames)] ?? settings[one.name]);
  return frames.flatMap((frame) => {
    const keys = frame.fields.filter((one) => settingOf(one, frame)["operation"] === "groupby");
    if (keys.length === 0) return [];
    const groups = new Map<string, number[]>();
    for (const row of allRows(frame)) {
      const key = JSON.stringify(keys.map(({ values }) => values[row] ?? null));
      groups.set(key, [...(groups.get(key) ?? []), row]);
    }
    const aggregated = frame.fields.flatMap((one) => {
      const { operation, aggregations } = settingOf(one, frame);
      if (operation !== "aggregate") return [];
      return textsOf(aggregations).map((id) => {
        const values = [...groups.values()].map((rows) =>
          reduced(
            rows.map((row) => one.values[row]),
            id,
          ),
        );
        return {
          ...field(`${displayNameOf(one, frame, frames)} (${id})`, typeOf(values), values),
          config: { ...one.config, displayName: undefined },
        };
      });
    });
    const first = [...groups.values()].map((rows) => rows[0] ?? 0);
    return [
      {
        ...frame,
        kind: "table",
        fields: [...keys.map((one) => ({ ...one, values: first.map((row) => one.values[row]) })), ...aggregated],
      },
    ];
  });
}

const compare = (a: Cell, b: Cell): number => {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? 1 : -1;
  return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
};

export function sortBy(frames: readonly Frame[], options: Members): readonly Frame[] {
  const { field: name, desc } = membersOf(listOf(options["sort"])[0]);
  return frames.map((frame) => {
    const one = named(frame, frames, textOf(name) ?? "");
    if (one === undefined) return frame;
    const factor = desc === true ? -1 : 1;
    return rowsKept(
      frame,
      allRows(frame).sort((a, b) => factor * compare(one.values[a], one.values[b])),
    );
  });
}

export function limit(frames: readonly Frame[], options: Members): readonly Frame[] {
  const most = numberOf(options["limitField"]) ?? Number(options["limitField"] ?? 10);
  return frames.map((frame) => rowsKept(frame, allRows(frame).slice(0, Number.isFinite(most) ? most : 10)));
}

type Test = (value: Cell) => boolean;
function valueTest(config: unknown): Test {
  const { id, options } = membersOf(config);
  const { value, from, to } = membersOf(options);
  const wanted = Number(value);
  switch (id) {
    case "isNull":
      return (cell) => cell === undefined;
    case "isNotNull":
      return (cell) => cell !== undefined;
    case "greater":
      return (cell) => Number(cell) > wanted;
    case "greaterOrEqual":
      return (cell) => Number(cell) >= wanted;
    case "lower":
      return (cell) => Number(cell) < wanted;
    case "lowerOrEqual":
      return (cell) => Number(cell) <= wanted;
    case "range":
      return (cell) => Number(cell) >= Number(from) && Number(cell) <= Number(to);
    case "equal":
      return (cell) => String(cell) === String(value);
    case "notEqual":
      return (cell) => String(cell) !== String(value);
    case "regex": {
      const pattern = patternOf(String(value));
      return (cell) => pattern?.test(String(cell)) ?? true;
    }
    default:
      return () => true;
  }
}

export function filterByValue(frames: readonly Frame[], options: Members): readonly Frame[] {
  const filters = listOf(options["filters"]).map((one) => {
    const { fieldName, config } = membersOf(one);
    return { name: textOf(fieldName) ?? "", test: valueTest(config) };
  });
  const [isExclude, isAll] = [options["type"] === "exclude", options["match"] === "all"];
  return frames.map((frame) => {
    const tests = filters.flatMap(({ name, test }) => {
      const one = named(frame, frames, name);
      return one === undefined ? [] : [(row: number) => test(one.values[row])];
    });
    if (tests.length === 0) return frame;
    return rowsKept(
      frame,
      allRows(frame).filter(
        (row) => (isAll ? tests.every((test) => test(row)) : tests.some((test) => test(row))) !== isExclude,
      ),
    );
  });
}

const CONVERTED: Readonly<Record<string, (value: Cell) => Cell>> = {
  number: (value) => (value === undefined || value === "" ? undefined : Number(value)),
  string: (value) => (value === undefined ? undefined : String(value)),
  time: (value) => (typeof value === "number" ? value : value === undefined ? undefined : Date.parse(String(value))),
  boolean: (value) => (value === undefined ? undefined : value !== "false" && Boolean(value)),
};

export function convertFieldType(frames: readonly Frame[], options: Members): readonly Frame[] {
  const wanted = listOf(options["conversions"]).map(membersOf);
  return frames.map((frame) => ({
    ...frame,
    fields: frame.fields.map((one) => {
      const name = displayNameOf(one, frame, frames);
      const type = textOf(
        wanted.find(({ targetField }) => targetField === name || targetField === one.name)?.["destinationType"],
      );
      const convert = CONVERTED[type ?? ""];
      return convert === undefined ? one : { ...one, type: type as FieldType, values: one.values.map(convert) };
    }),
  }));
}

import type { Panel } from "./dashboard.ts";
import type { FieldConfig } from "./field-config.ts";
import { type Cell, displayNameOf, type Field, type Frame, type Labels, lengthOf } from "./frame.ts";
import { membersOf, numberOf, textOf, textsOf } from "./json.ts";
import { patternOf } from "./matchers.ts";
import { reduced } from "./reduce.ts";
import { type Shown, shownValue } from "./shown-value.ts";

/** What stat, gauge, bar gauge and pie show: fields that came to one value each, or each row. */
export type SingleValue = {
  readonly name: string;
  readonly shown: Shown;
  /** The value, where it is a number. */
  readonly value: number | undefined;
  readonly labels: Labels;
  readonly config: FieldConfig;
  /** From the least to the most, as far as the configuration or the values tell. */
  readonly min: number;
  readonly max: number;
  readonly row: ReadonlyMap<string, Shown>;
  /** The values that it came from, for a small line. */
  readonly history: readonly number[];
};

const MAX_VALUES = 200;

function isChosen(fields: string): (one: Field, frame: Frame, frames: readonly Frame[]) => boolean {
  if (fields === "") return ({ type }) => type === "number";
  const pattern = fields.startsWith("/") ? patternOf(fields) : undefined;
  return (one, frame, frames) => {
    const name = displayNameOf(one, frame, frames);
    return pattern === undefined ? name === fields || one.name === fields : pattern.test(name);
  };
}

const rowOf = (frame: Frame, frames: readonly Frame[], row: number): ReadonlyMap<string, Shown> =>
  new Map(
    frame.fields.map((one) => [displayNameOf(one, frame, frames), shownValue(one.config, one.type, one.values[row])]),
  );

type Found = {
  readonly one: Field;
  readonly name: string;
  readonly value: Cell;
  readonly row: ReadonlyMap<string, Shown>;
};

function foundIn(panel: Panel, frames: readonly Frame[]): readonly Found[] {
  const { calcs, fields, values, limit } = membersOf(panel.options["reduceOptions"]);
  const isMeant = isChosen(textOf(fields) ?? "");
  const calc = textsOf(calcs)[0] ?? "lastNotNull";
  return frames
    .flatMap((frame) => {
      const meant = frame.fields.filter((one) => isMeant(one, frame, frames));
      const rows = Array.from({ length: Math.min(lengthOf(frame), numberOf(limit) ?? MAX_VALUES) }, (_, row) => row);
      if (values === true) {
        // A row is called by the texts in it.
        const texts = frame.fields.filter(({ type }) => type === "string");
        return meant.flatMap((one) =>
          rows.map((row): Found => {
            const name = texts.map((text) => text.values[row] ?? "").join(" ");
            const own = displayNameOf(one, frame, frames);
            return {
              one,
              name: name === "" ? own : meant.length > 1 ? `${name} ${own}` : name,
              value: one.values[row],
              row: rowOf(frame, frames, row),
            };
          }),
        );
      }
      return meant.map(
        (one): Found => ({
          one,
          name: displayNameOf(one, frame, frames),
          value: reduced(one.values, calc),
          row: rowOf(frame, frames, lengthOf(frame) - 1),
        }),
      );
    })
    .slice(0, MAX_VALUES);
}

/** Nothing found is one value that says so. */
export function singleValues(panel: Panel, frames: readonly Frame[]): readonly SingleValue[] {
  const found = foundIn(
    panel,
    frames.filter(({ kind }) => kind !== "exemplars"),
  );
  const numbers = found.flatMap(({ value }) => (typeof value === "number" && Number.isFinite(value) ? [value] : []));
  const { defaults } = panel.fieldConfig;
  if (found.length === 0) {
    const shown: Shown = {
      prefix: "",
      text: defaults.noValue ?? "No data",
      suffix: "",
      color: undefined,
      raw: undefined,
    };
    return [
      { name: "", shown, value: undefined, labels: {}, config: defaults, min: 0, max: 1, row: new Map(), history: [] },
    ];
  }
  return found.map(({ one, name, value, row }) => {
    const { config } = one;
    const isPercent = config.unit === "percent" ? 100 : config.unit === "percentunit" ? 1 : undefined;
    const min = config.min ?? Math.min(0, ...numbers);
    const max = config.max ?? isPercent ?? Math.max(...numbers, min + Number.EPSILON);
    return {
      name,
      shown: shownValue({ ...config, min, max }, one.type, value),
      value: typeof value === "number" ? value : undefined,
      labels: one.labels ?? {},
      config,
      min,
      max,
      row,
      history: one.values.filter((each): each is number => typeof each === "number" && Number.isFinite(each)),
    };
  });
}

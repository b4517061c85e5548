import { type Cell, displayNameOf, type Field, type Frame, field, lengthOf } from "./frame.ts";
import { listOf, type Members, membersOf, textOf, textsOf } from "./json.ts";
import { fieldTest } from "./matchers.ts";
import { reduced, reducerOf } from "./reduce.ts";
import { joinByField } from "./transform-join.ts";

/** `calculateField`: a column that is computed from others. */

const BINARY: Readonly<Record<string, (left: number, right: number) => number>> = {
  "+": (left, right) => left + right,
  "-": (left, right) => left - right,
  "*": (left, right) => left * right,
  "/": (left, right) => left / right,
  "%": (left, right) => left % right,
  "**": (left, right) => left ** right,
};
const UNARY: Readonly<Record<string, (value: number) => number>> = {
  abs: Math.abs,
  exp: Math.exp,
  ln: Math.log,
  floor: Math.floor,
  ceil: Math.ceil,
  round: Math.round,
};

type Column = readonly Cell[];

function operandOf(operand: unknown, frame: Frame, frames: readonly Frame[]): Column | undefined {
  const { fixed, matcher } = membersOf(operand);
  const constant = typeof operand === "string" ? operand : textOf(fixed);
  const named = (name: string): Field | undefined =>
    frame.fields.find((one) => fieldTest({ id: "byName", options: name })(one, frame, frames));
  if (constant !== undefined && constant !== "") {
    // In older files a plain text is the name of a field, or a number.
    const found = typeof operand === "string" ? named(constant) : undefined;
    if (found !== undefined) return found.values;
    const number = Number(constant);
    return Number.isNaN(number) ? undefined : Array.from({ length: lengthOf(frame) }, () => number);
  }
  const { id, options } = membersOf(matcher);
  const test = fieldTest({ id: textOf(id) ?? "", options });
  return frame.fields.find((one) => test(one, frame, frames))?.values;
}

function computed(
  frame: Frame,
  frames: readonly Frame[],
  options: Members,
): { name: string; values: Column } | undefined {
  const mode = textOf(options["mode"]) ?? "reduceRow";
  if (mode === "index") return { name: "Row", values: Array.from({ length: lengthOf(frame) }, (_, row) => row) };
  if (mode === "binary") {
    const { left, operator, right } = membersOf(options["binary"]);
    const operate = BINARY[textOf(operator) ?? ""];
    const [a, b] = [operandOf(left, frame, frames), operandOf(right, frame, frames)];
    if (operate === undefined || a === undefined || b === undefined) return undefined;
    return {
      name: `Calculation`,
      values: a.map((value, row) => {
        const other = b[row];
        return value === undefined || other === undefined ? undefined : operate(Number(value), Number(other));
      }),
    };
  }
  if (mode === "unary") {
    const { operator, fieldName } = membersOf(options["unary"]);
    const operate = UNARY[textOf(operator) ?? ""];
    const values = operandOf(fieldName, frame, frames);
    if (operate === undefined || values === undefined) return undefined;
    return {
      name: `${textOf(operator)}(${textOf(fieldName)})`,
      values: values.map((value) => (typeof value === "number" ? operate(value) : undefined)),
    };
  }
  if (mode !== "reduceRow") return undefined;
  const { reducer, include } = membersOf(options["reduce"]);
  const id = textOf(reducer) ?? "sum";
  const names = new Set(textsOf(include));
  const numbers = frame.fields.filter(
    (one) =>
      one.type === "number" &&
      (listOf(include).length === 0 || names.has(displayNameOf(one, frame, frames)) || names.has(one.name)),
  );
  if (numbers.length === 0) return undefined;
  return {
    name: reducerOf(id)?.name ?? id,
    values: Array.from({ length: lengthOf(frame) }, (_, row) =>
      reduced(
        numbers.map(({ values }) => values[row]),
        id,
      ),
    ),
  };
}

export function calculateField(frames: readonly Frame[], options: Members): readonly Frame[] {
  // Unless it is told not to, Grafana joins several series by time before it computes.
  const joined =
    options["timeSeries"] === false || frames.length < 2 ? frames : joinByField(frames, { byField: "Time" });
  return joined.map((frame) => {
    const result = computed(frame, joined, options);
    if (result === undefined) return frame;
    const alias = textOf(options["alias"]);
    const added = field(alias === undefined || alias === "" ? result.name : alias, "number", result.values);
    const kept = options["replaceFields"] === true ? frame.fields.filter(({ type }) => type === "time") : frame.fields;
    return { ...frame, fields: [...kept, added] };
  });
}

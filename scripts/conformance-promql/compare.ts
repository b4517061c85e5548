import type { MatrixResult, QueryResult } from "../../src/promql/index.ts";
import { type Labels, labelsKey } from "../../src/signals/index.ts";
import type { Eval, Text } from "./script.ts";

const TOLERANCE = 1e-6;
const LEAST_NORMAL = 2 ** -1022;

/** Equal up to a millionth of their sum, as Prometheus compares in its tests. */
export function isClose(one: number, other: number): boolean {
  if (Number.isNaN(one) && Number.isNaN(other)) return true;
  if (one === other) return true;
  const sum = Math.abs(one) + Math.abs(other);
  const difference = Math.abs(one - other);
  if (one === 0 || other === 0 || sum < LEAST_NORMAL) return difference < TOLERANCE * LEAST_NORMAL;
  return difference / Math.min(sum, Number.MAX_VALUE) < TOLERANCE;
}

const show = (labels: Labels): string => JSON.stringify({ ...labels });

function notesProblem(
  expected: readonly Text[],
  none: boolean,
  given: readonly string[],
  what: string,
): string | undefined {
  if (none && given.length > 0) return `unexpected ${what}: ${given.join("; ")}`;
  if (expected.length === 0) return undefined;
  const missing = expected.find((text) => !given.some((one) => text.matches(one)));
  if (missing !== undefined) return `no ${what} like "${missing.shown}", but: ${given.join("; ") || "none"}`;
  const extra = given.find((one) => !expected.some((text) => text.matches(one)));
  return extra === undefined ? undefined : `unexpected ${what}: ${extra}`;
}

function matrixProblem(evaluation: Eval, result: MatrixResult): string | undefined {
  const expected = new Map(evaluation.series.map((one) => [labelsKey(one.labels), one]));
  for (const { labels, timesMs, values } of result.series) {
    const wanted = expected.get(labelsKey(labels));
    if (wanted === undefined) return `unexpected series ${show(labels)} with ${values.join(" ")}`;
    expected.delete(labelsKey(labels));
    const points = wanted.points.flatMap((point, index) =>
      point === undefined ? [] : [{ timeMs: evaluation.startMs + index * evaluation.stepMs, value: point as number }],
    );
    const isEqual =
      points.length === values.length &&
      points.every(({ timeMs, value }, index) => timesMs[index] === timeMs && isClose(value, values[index] as number));
    if (!isEqual) {
      const given = Array.from(values, (value, index) => `${value}@${timesMs[index]}`).join(" ");
      return `${show(labels)}: expected ${points.map(({ timeMs, value }) => `${value}@${timeMs}`).join(" ")}, got ${given}`;
    }
  }
  const [missing] = expected.values();
  return missing === undefined ? undefined : `series ${show(missing.labels)} is missing`;
}

export type Sample = { readonly labels: Labels; readonly value: number };

export function vectorProblem(evaluation: Eval, samples: readonly Sample[]): string | undefined {
  const expected = new Map(evaluation.series.map((one, position) => [labelsKey(one.labels), { one, position }]));
  const found = new Set<string>();
  for (const [position, { labels, value }] of samples.entries()) {
    const key = labelsKey(labels);
    const wanted = expected.get(key);
    if (wanted === undefined) return `unexpected ${show(labels)} ${value}`;
    if (evaluation.isOrdered && wanted.position !== position) return `${show(labels)} is at the wrong position`;
    const point = wanted.one.points[0];
    if (!isClose(point as number, value)) return `${show(labels)}: expected ${point}, got ${value}`;
    found.add(key);
  }
  const missing = [...expected].find(([key]) => !found.has(key))?.[1].one;
  return missing === undefined ? undefined : `${show(missing.labels)} is missing`;
}

export function scalarProblem({ scalar }: Eval, value: number): string | undefined {
  if (scalar === undefined) return `a scalar came: ${value}`;
  return isClose(scalar, value) ? undefined : `expected ${scalar}, got ${value}`;
}

/** What is wrong with a result; undefined where nothing is. */
export function resultProblem(evaluation: Eval, result: QueryResult): string | undefined {
  const notes =
    notesProblem(evaluation.warnings, evaluation.noWarnings, result.warnings, "warning") ??
    notesProblem(evaluation.infos, evaluation.noInfos, result.infos, "info");
  if (notes !== undefined) return notes;
  if (result.type === "scalar") return scalarProblem(evaluation, result.value);
  if (result.type === "string") {
    return result.value === (evaluation.string ?? "")
      ? undefined
      : `expected "${evaluation.string}", got "${result.value}"`;
  }
  if (evaluation.scalar !== undefined) return "a scalar was expected";
  return result.type === "matrix" ? matrixProblem(evaluation, result) : vectorProblem(evaluation, result.samples);
}

import type { Expr } from "../../src/promql/index.ts";
import {
  PromqlError,
  type PromqlLimits,
  parsePromql,
  printPromql,
  queryInstant,
  queryRange,
} from "../../src/promql/index.ts";
import type { SeriesSource } from "../../src/signals/index.ts";
import { resultProblem, scalarProblem, vectorProblem } from "./compare.ts";
import { BeyondEngine, createDatabase } from "./database.ts";
import { type Eval, parseScript } from "./script.ts";

/** As Prometheus runs these scripts: names are removed late. */
const LIMITS: PromqlLimits = { delayedNameRemoval: true };

const BEYOND = /is not enabled|and not enabled|is experimental and must be enabled|which are not supported/;

const NATIVE = "native histograms";

const TIME_DEPENDENT =
  /^(?:days_in_month|day_of_month|day_of_week|day_of_year|hour|minute|month|year|predict_linear|time|timestamp)$/;
const OF_QUERY_TIMES = /(?:start|end|range|step)\(\)/;

/** The query with every selector pinned to a time; undefined where its value depends on the time of evaluation all the same. */
function pinned(query: string, timeMs: number): string | undefined {
  let dependsOnTime = false;
  const pin = (expr: Expr): Expr => {
    const at = <T extends { readonly at?: number | "start" | "end" }>(one: T): T =>
      typeof one.at === "number" ? one : { ...one, at: timeMs };
    switch (expr.kind) {
      case "vector":
      case "subquery":
        return at(expr);
      case "matrix":
        return { ...expr, selector: at(expr.selector) };
      case "paren":
      case "unary":
        return { ...expr, expr: pin(expr.expr) };
      case "binary":
        return { ...expr, left: pin(expr.left), right: pin(expr.right) };
      case "aggregate":
        return {
          ...expr,
          expr: pin(expr.expr),
          ...(expr.parameter === undefined ? {} : { parameter: pin(expr.parameter) }),
        };
      case "call":
        dependsOnTime ||= TIME_DEPENDENT.test(expr.name);
        return { ...expr, args: expr.args.map(pin) };
      default:
        return expr;
    }
  };
  const text = printPromql(pin(parsePromql(query)));
  return dependsOnTime ? undefined : text;
}

function rangeModeProblem(evaluation: Eval, query: string, timeMs: number, database: SeriesSource, isScalar: boolean) {
  const minute = 60_000;
  const { series } = queryRange(database, query, timeMs - minute, timeMs + minute, minute, LIMITS);
  if (evaluation.isOrdered) return undefined;
  const samples = series.flatMap(({ labels, timesMs, values }) => {
    const index = timesMs.indexOf(timeMs);
    return index < 0 ? [] : [{ labels, value: values[index] as number }];
  });
  return isScalar ? scalarProblem(evaluation, samples[0]?.value ?? Number.NaN) : vectorProblem(evaluation, samples);
}

function instantProblem(evaluation: Eval, query: string, timeMs: number, database: SeriesSource): string | undefined {
  const result = queryInstant(database, query, timeMs, LIMITS);
  if (evaluation.fail !== undefined) return "no error, though one was expected";
  const problem = resultProblem(evaluation, result);
  if (problem !== undefined || evaluation.onlyInstant || OF_QUERY_TIMES.test(query)) return problem;
  const inRange = rangeModeProblem(evaluation, query, timeMs, database, result.type === "scalar");
  return inRange === undefined ? undefined : `as a range query: ${inRange}`;
}

function rangeProblem(evaluation: Eval, database: SeriesSource): string | undefined {
  const { query, startMs, endMs, stepMs } = evaluation;
  const result = queryRange(database, query, startMs, endMs, stepMs, LIMITS);
  if (evaluation.fail !== undefined) return "no error, though one was expected";
  return resultProblem(evaluation, result);
}

/** Runs one query, and says what is wrong: with its result, or with its error. */
function tried(evaluation: Eval, run: () => string | undefined): string | undefined {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof PromqlError)) throw error;
    if (BEYOND.test(error.message))
      throw new BeyondEngine(`experimental: ${error.message.replace(/^.*parse error: /, "")}`);
    if (evaluation.fail === undefined) return `error: ${error.message}`;
    return evaluation.fail.matches(error.message)
      ? undefined
      : `expected an error like "${evaluation.fail.shown}", got: ${error.message}`;
  }
}

function evaluationProblem(evaluation: Eval, database: SeriesSource): string | undefined {
  const { query, endMs: timeMs } = evaluation;
  if (evaluation.series.some(({ points }) => points.includes("native histogram"))) {
    throw new BeyondEngine(NATIVE);
  }
  if (evaluation.isRange) return tried(evaluation, () => rangeProblem(evaluation, database));
  const first = tried(evaluation, () => instantProblem(evaluation, query, timeMs, database));
  if (first !== undefined) return first;
  const fixed = tried(evaluation, () => pinned(query, timeMs) ?? "");
  if (fixed === undefined || fixed === "") return undefined;
  const others = timeMs === 0 ? [-1000, 0, 1000] : [-10 * timeMs, 0, Math.trunc(timeMs / 5), timeMs, 10 * timeMs];
  for (const other of others) {
    const problem = tried(evaluation, () => instantProblem(evaluation, fixed, other, database));
    if (problem !== undefined) return `${fixed} at ${other} ms: ${problem}`;
  }
  return undefined;
}

/** Whether an evaluation that touches native histograms has its result without them: most functions pass over them. */
function holdsForFloats(evaluation: Eval, floats: SeriesSource): boolean {
  try {
    return evaluationProblem(evaluation, floats) === undefined;
  } catch (error) {
    if (error instanceof BeyondEngine) return false;
    throw error;
  }
}

export type Failure = { readonly line: number; readonly query: string; readonly problem: string };

export type Outcome = {
  readonly passed: number;
  readonly failures: readonly Failure[];
  /** Evaluations that were not judged, by the reason. */
  readonly apart: ReadonlyMap<string, number>;
};

/** Runs a script of Prometheus' test language through this engine. Every evaluation is asked as Prometheus asks it: also pinned, also as a range. */
export function runScript(text: string): Outcome {
  let database = createDatabase();
  let passed = 0;
  const failures: Failure[] = [];
  const apart = new Map<string, number>();
  for (const command of parseScript(text)) {
    if (command.command === "clear") database = createDatabase();
    else if (command.command === "load") database.load(command);
    else {
      try {
        const problem = evaluationProblem(command, database);
        if (problem === undefined) passed += 1;
        else failures.push({ line: command.line, query: command.query, problem });
      } catch (error) {
        if (!(error instanceof BeyondEngine)) throw error;
        const alike = error.message === NATIVE && holdsForFloats(command, database.floats);
        const reason = alike ? `${NATIVE}, though the result is right without them` : error.message;
        apart.set(reason, (apart.get(reason) ?? 0) + 1);
      }
    }
  }
  return { passed, failures, apart };
}

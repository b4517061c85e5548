import { deepEqual, equal, ok } from "node:assert/strict";
import { describe, it } from "node:test";
import { parsePromql } from "../../src/promql/index.ts";
import { formatCount } from "../../ui/src/format/quantity.ts";
import { readLines, readNumbers, readRows } from "../../ui/src/measures/answer.ts";
import { tellingExemplars } from "../../ui/src/measures/exemplars.ts";
import { filledIn, literal, rateIntervalOf, stepOf, together } from "../../ui/src/measures/expression.ts";
import { levelBelow, levelOf } from "../../ui/src/measures/levels.ts";
import { calendarAt, projectDay, projectMonth } from "../../ui/src/measures/spending.ts";
import { BUDGET_COLUMNS, SUMS, spendCourse, spenders, UNPRICED_CALLS } from "../../ui/src/views/cost/questions.ts";
import { COUNTS, COURSE, DURATIONS, SCALARS } from "../../ui/src/views/home/questions.ts";
import * as models from "../../ui/src/views/models/questions.ts";

const HOUR_MS = 3_600_000;
const RANGE = { startMs: 0, endMs: HOUR_MS };

/** An answer of Prometheus to a question of several parts. */
const answer = (...series: readonly (readonly [labels: Record<string, string>, ...values: number[]])[]) => ({
  result: {
    type: "vector" as const,
    series: series.map(([labels, ...values]) => ({
      labels,
      points: values.map((value, index) => ({ timeMs: index * 60_000, value })),
      histograms: [],
    })),
  },
  warnings: [],
  hints: [],
});

describe("questions", () => {
  it("have the variables of the boards filled in, all of everything", () => {
    equal(filledIn('x{job=~"$job"}[$__range]', RANGE), "x{}[3600s]");
    equal(filledIn('x{job=~"$job", agent=~"$agent", a="b"}', RANGE), 'x{a="b"}');
    equal(filledIn('x{a="b", job=~"$job", c="d"}', RANGE), 'x{a="b", c="d"}');
    equal(filledIn("rate(x[$__rate_interval])", RANGE), "rate(x[240s])");
  });

  it("are valid PromQL, each of them", () => {
    const all: Readonly<Record<string, Readonly<Record<string, string>>>> = {
      scalars: SCALARS,
      counts: COUNTS,
      durations: DURATIONS,
      course: COURSE,
      sums: SUMS,
      byAgent: spenders("agent"),
      byModel: spenders("model"),
      spendCourse: spendCourse("agent"),
      budgets: BUDGET_COLUMNS,
      unpriced: UNPRICED_CALLS,
      models: models.MODELS,
      modelErrors: models.MODEL_ERRORS,
      callers: models.callersOf('a"b\\c$x'),
      modelCourse: models.modelCourse("gpt-4o"),
      allTools: models.TOOLS,
      toolAgents: models.TOOL_AGENTS,
      toolErrors: models.ERRORS_OF_TOOLS,
      oneTool: models.agentsOf("search"),
      toolCourse: models.toolCourse("search"),
      mcp: models.MCP,
    };
    for (const [name, parts] of Object.entries(all))
      ok(parsePromql(filledIn(together(parts), RANGE)), `${name} can be parsed`);
  });

  it("hold whatever a program calls its model, as text", () => {
    const hostile = 'x"} or vector(1) # $model \\ \n';
    const written = filledIn(`m{model=${literal(hostile)}}`, RANGE);
    const parsed = parsePromql(written) as unknown as { matchers: { name: string; value: string }[] };
    equal(parsed.matchers.find(({ name }) => name === "model")?.value, hostile);
  });

  it("have a step that gives a chart some hundred points, and at least a minute", () => {
    equal(stepOf(RANGE), 60_000);
    equal(stepOf({ startMs: 0, endMs: 24 * HOUR_MS }), 12 * 60_000);
    equal(rateIntervalOf(60_000), 240_000);
    equal(rateIntervalOf(720_000), 780_000);
  });
});

describe("answers", () => {
  it("are numbers by their part; what is not a number is not there", () => {
    const read = readNumbers<"runs" | "share">(
      answer([{ page_column: "runs" }, 12], [{ page_column: "share" }, Number.NaN]),
    );
    deepEqual(read, { runs: 12 });
  });

  it("are rows by their labels, with what each part says of them", () => {
    const rows = readRows<"runs" | "cost">(
      answer(
        [{ page_column: "runs", agent: "desk" }, 3],
        [{ page_column: "runs", agent: "planner" }, 1],
        [{ page_column: "cost", agent: "desk", job: "a" }, 0.5],
      ),
      ["agent"],
    );
    deepEqual(
      rows.map(({ labels, of }) => [labels, of]),
      [
        [{ agent: "desk" }, { runs: 3, cost: 0.5 }],
        [{ agent: "planner" }, { runs: 1 }],
      ],
    );
    equal(new Set(rows.map(({ id }) => id)).size, 2);
  });

  it("are lines by their part, without points that are no numbers and lines without points", () => {
    const lines = readLines<"p95" | "p50">(
      answer([{ page_column: "p95" }, 1, Number.NaN, 3], [{ page_column: "p50" }, Number.NaN]),
    );
    deepEqual(
      lines.p95?.map(({ points }) => points.map(({ value }) => value)),
      [[1, 3]],
    );
    equal(lines.p50, undefined);
  });

  it("show of many exemplars the highest, each trace once", () => {
    const exemplars = (labels: Record<string, string>, ...values: number[]) => ({
      labels: {},
      exemplars: values.map((value) => ({ labels, value, timeMs: 0 })),
    });
    const told = tellingExemplars([
      exemplars({ trace_id: "a" }, 1, 9, 4),
      exemplars({ trace_id: "b" }, 5),
      exemplars({}, 100),
    ]);
    deepEqual(
      told.map(({ labels, value }) => [labels["trace_id"], value]),
      [
        ["a", 9],
        ["b", 5],
      ],
    );
  });
});

describe("numbers", () => {
  it("of many things are shortened without becoming others", () => {
    deepEqual(
      [0, 9999, 10_000, 133_400, 2_500_000, -20_000].map((value) => formatCount(value)),
      ["0", "9999", "10 k", "133 k", "2.5 M", "-20 k"],
    );
  });

  it("are at a level by target and limit, whichever way is better", () => {
    deepEqual(
      [undefined, 0.01, 0.02, 0.06].map((value) => levelOf(value, 0.01, 0.05)),
      ["plain", "plain", "warn", "bad"],
    );
    deepEqual(
      [undefined, 0.95, 0.92, 0.5].map((value) => levelBelow(value, 0.95, 0.9)),
      ["plain", "plain", "warn", "bad"],
    );
  });
});

describe("projections", () => {
  it("go on at the pace of the last hour until midnight, and of the last day until the end of the month", () => {
    const nowMs = new Date(2026, 10, 21, 18, 0).getTime();
    equal(projectDay({ today: 3, lastHour: 0.5 }, nowMs), 3 + 6 * 0.5);
    equal(projectMonth({ month: 10, lastDay: 2 }, nowMs), 10 + 9.25 * 2);
  });

  it("know days and months of the calendar, the last of a year as well", () => {
    const { dayStartMs, dayEndMs, monthStartMs, monthEndMs } = calendarAt(new Date(2026, 11, 31, 23, 59).getTime());
    deepEqual(
      [dayStartMs, dayEndMs, monthStartMs, monthEndMs],
      [new Date(2026, 11, 31), new Date(2027, 0, 1), new Date(2026, 11, 1), new Date(2027, 0, 1)].map(Number),
    );
  });
});

import { deepEqual, equal } from "node:assert/strict";
import { describe, it } from "node:test";
import type { JaegerBackend, LogEntry, Trace } from "../../src/backends/index.ts";
import { findPricedTraces } from "../../ui/src/views/cost/ask-traces.ts";
import { formatAmount, leftOf, limitsIn } from "../../ui/src/views/cost/budgets.ts";
import { courseOf, spentIn } from "../../ui/src/views/cost/spent-in-traces.ts";
import { topLines } from "../../ui/src/views/cost/top-lines.ts";
import { START_MS, traceOf } from "./spans.ts";

const call = (costUsd: number | undefined, more: Record<string, string> = {}) => ({
  "gen_ai.operation.name": "chat",
  "gen_ai.usage.input_tokens": 100,
  "gen_ai.usage.output_tokens": 10,
  ...(costUsd !== undefined && { "agent_observatory.cost.usd": costUsd }),
  ...more,
});

describe("who spent it", () => {
  it("is the one that a call names, else the nearest above it", () => {
    const { spenders } = spentIn(
      [
        traceOf(
          { id: "request", at: 0, ms: 100, attributes: { "user.id": "ada" } },
          { id: "agent", parent: "request", at: 1, ms: 90, attributes: { "user.id": "ben" } },
          { id: "one", parent: "agent", at: 2, ms: 10, attributes: call(0.5) },
          { id: "two", parent: "agent", at: 20, ms: 10, attributes: call(0.25, { "user.id": "cleo" }) },
          { id: "three", parent: "request", at: 40, ms: 10, attributes: call(0.125) },
        ),
      ],
      "user",
    );
    deepEqual(
      spenders.map(({ name, costUsd }) => [name, costUsd]),
      [
        ["ben", 0.5],
        ["cleo", 0.25],
        ["ada", 0.125],
      ],
    );
  });

  it("is the only one in the trace where nothing above a call says it; of several it is nobody", () => {
    const only = traceOf(
      { id: "a", at: 0, ms: 9, attributes: call(1) },
      { id: "b", at: 0, ms: 9, attributes: { "session.id": "s-1" } },
    );
    const several = traceOf(
      { id: "a", at: 0, ms: 9, attributes: call(2) },
      { id: "b", at: 0, ms: 9, attributes: { "session.id": "s-1" } },
      { id: "c", at: 0, ms: 9, attributes: { "gen_ai.conversation.id": "s-2" } },
    );
    deepEqual(
      spentIn([only, several], "session").spenders.map(({ name, costUsd, traces }) => [name, costUsd, traces]),
      [
        ["", 2, 1],
        ["s-1", 1, 1],
      ],
    );
  });

  it("adds up calls, tokens and traces; a call without a price counts, and costs nothing that is known", () => {
    const trace = traceOf(
      { id: "a", at: 0, ms: 9, attributes: call(1, { "user.id": "ada" }) },
      { id: "b", at: 5000, ms: 9, attributes: call(undefined, { "user.id": "ada" }) },
    );
    deepEqual(spentIn([trace, trace], "user").spenders, [
      {
        name: "ada",
        costUsd: 2,
        calls: 4,
        unpricedCalls: 2,
        inputTokens: 400,
        outputTokens: 40,
        traces: 2,
        latestMs: START_MS + 5000,
      },
    ]);
  });

  it("over time is in dollars an hour, and comes to what was spent", () => {
    const range = { startMs: 0, endMs: 600_000 };
    const calls = [
      { name: "ada", timeMs: 0, costUsd: 1 },
      { name: "ada", timeMs: 59_000, costUsd: 1 },
      { name: "ben", timeMs: 599_999, costUsd: 3 },
      { name: "late", timeMs: 600_000, costUsd: 9 },
    ];
    const course = courseOf(calls, range, 60_000);
    deepEqual(
      course.map(({ name }) => name),
      ["ada", "ben"],
    );
    for (const [index, spent] of [2, 3].entries())
      equal(
        course[index]?.points.reduce((sum, { value }) => sum + value / 60, 0),
        spent,
      );
  });
});

describe("traces with a price", () => {
  /** As Jaeger answers: the latest first, no more than asked for. */
  const jaegerWith = (traces: readonly Trace[], asked: number[]): JaegerBackend =>
    ({
      services: async () => ["desk"],
      findTraces: async ({ limit, startMs, endMs, tags = {} }: Parameters<JaegerBackend["findTraces"]>[0]) => {
        asked.push(limit);
        const [[name, value] = ["", ""]] = Object.entries(tags);
        return traces
          .filter(({ spans }) =>
            spans.some((span) => span.startMs >= startMs && span.startMs <= endMs && span.attributes[name] === value),
          )
          .toReversed()
          .slice(0, limit);
      },
    }) as unknown as JaegerBackend;
  const priced = (count: number): Trace[] =>
    Array.from({ length: count }, (_, index) => {
      const { spans } = traceOf({
        id: `s${index}`,
        at: index * 1000,
        ms: 9,
        attributes: call(1, { "agent_observatory.cost.status": "priced" }),
      });
      const traceId = String(index).padStart(32, "0");
      return { traceId, spans: spans.map((span) => ({ ...span, traceId })) };
    });

  it("are all that there are", async () => {
    const range = { startMs: START_MS, endMs: START_MS + 3_600_000 };
    const { traces, isCut, sinceMs } = await findPricedTraces(jaegerWith(priced(150), []), range);
    deepEqual([traces.length, isCut, sinceMs], [150, false, START_MS]);
  });

  it("are the latest of many, page by page, and it is said since when they are whole", async () => {
    const asked: number[] = [];
    const range = { startMs: START_MS, endMs: START_MS + 3_600_000 };
    const { traces, isCut, sinceMs } = await findPricedTraces(jaegerWith(priced(1000), asked), range);
    deepEqual([traces.length, isCut, sinceMs], [300, true, START_MS + 700_000]);
    equal(Math.max(...asked), 100);
  });
});

describe("lines of a chart", () => {
  const line = (name: string, ...values: number[]) => ({
    name,
    points: values.map((value, index) => ({ timeMs: index, value })),
  });

  it("are those with the most; the others are one line, and nothing is lost", () => {
    const lines = topLines(Array.from({ length: 12 }, (_, index) => line(`m${index}`, index, 1)));
    deepEqual(
      lines.map(({ name }) => name),
      ["m11", "m10", "m9", "m8", "m7", "m6", "m5", "5 others"],
    );
    deepEqual(lines.at(-1)?.points, [
      { timeMs: 0, value: 10 },
      { timeMs: 1, value: 5 },
    ]);
  });
});

describe("budgets", () => {
  const record = (name: string, limit: string, timeMs: number, unit = "usd"): LogEntry =>
    ({
      timeMs,
      line: "",
      labels: {
        agent_observatory_budget_name: name,
        agent_observatory_budget_limit: limit,
        agent_observatory_budget_unit: unit,
        agent_observatory_budget_per: "session",
      },
    }) as unknown as LogEntry;

  it("have the limit that was told last; what is no limit is none", () => {
    const limits = limitsIn([record("a", "1", 10), record("a", "2", 20), record("a", "1", 5), record("b", "much", 1)]);
    deepEqual([limits.get("a")?.limit, limits.has("b")], [2, false]);
  });

  it("say what is left, as an amount where the limit is known, and never less than nothing", () => {
    const limit = { limit: 0.5, unit: "usd", per: "day" };
    deepEqual(
      [leftOf(0.75, limit), leftOf(1.2, limit), leftOf(0.25, undefined)],
      [{ share: 0.25, amount: "$0.13" }, { share: 0, amount: "$0" }, { share: 0.75 }],
    );
    deepEqual(
      [formatAmount(1, "calls"), formatAmount(12_000, "tokens"), formatAmount(90, "seconds")],
      ["1 call", "12 k tokens", "1 min 30 s"],
    );
  });
});

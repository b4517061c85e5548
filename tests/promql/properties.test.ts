import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PromqlError, parsePromql, printPromql, queryInstant, queryRange } from "../../src/promql/index.ts";
import { labelsKey } from "../../src/signals/index.ts";
import { createDatabase, MINUTE_MS, type Points } from "./database.ts";
import { createExpressions, createRandom } from "./expressions.ts";

const random = createRandom(7);

/** Counters with resets, gauges with gaps, NaN and ends. */
function points(index: number): Points {
  let value = 0;
  return Array.from({ length: 120 }, () => {
    const chance = random();
    value = chance < 0.02 ? 0 : value + Math.floor(random() * 10);
    if (chance > 0.97) return "stale";
    if (chance > 0.9) return undefined;
    return chance > 0.88 ? Number.NaN : index % 2 === 0 ? value : Math.round(random() * 100) / 10;
  });
}

const database = createDatabase(
  ["requests_total", "errors_total", "temperature", "lat_bucket"].flatMap((name, family) =>
    ["a", "b", "c"].map((job, index) => {
      const le = name === "lat_bucket" ? { le: ["0.1", "1", "+Inf"][index] ?? "" } : {};
      return [name, { job: name === "lat_bucket" ? "a" : job, ...le }, points(family + index)] as const;
    }),
  ),
);

/** Results by labels, or the error that came instead. */
function outcomeOf(run: () => Map<string, number>): Map<string, number> | "error" {
  try {
    return run();
  } catch (error) {
    assert.ok(error instanceof PromqlError, String(error));
    assert.equal(error.kind, "execution");
    return "error";
  }
}

function instantAt(query: string, timeMs: number): Map<string, number> {
  const result = queryInstant(database, query, timeMs);
  if (result.type === "scalar") return new Map([["", result.value]]);
  assert.ok(result.type === "vector");
  return new Map(result.samples.map(({ labels, value }) => [labelsKey(labels), value]));
}

describe("generated expressions", () => {
  const expressions = createExpressions(createRandom(2026));

  it("have in a range at every step the value of the instant query", () => {
    const [startMs, endMs, stepMs] = [10 * MINUTE_MS, 70 * MINUTE_MS, 7 * MINUTE_MS];
    let compared = 0;
    for (let index = 0; index < 400; index += 1) {
      const query = expressions.vector(3);
      const steps = Array.from({ length: 9 }, (_, step) => startMs + step * stepMs);
      const instants = steps.map((timeMs) => outcomeOf(() => instantAt(query, timeMs)));
      const range = outcomeOf(() => {
        const { series } = queryRange(database, query, startMs, endMs, stepMs);
        return new Map(
          series.flatMap(({ labels, timesMs, values }) =>
            Array.from(values, (value, at) => [`${timesMs[at]} ${labelsKey(labels)}`, value] as const),
          ),
        );
      });
      // A step that fails lets the whole range fail; so does a series whose name went from under it.
      if (range === "error" || instants.includes("error")) continue;
      const wanted = new Map(
        instants.flatMap((one, step) =>
          one === "error" ? [] : [...one].map(([key, value]) => [`${steps[step]} ${key}`, value]),
        ),
      );
      assert.deepEqual(new Map([...range].sort()), new Map([...wanted].sort() as [string, number][]), query);
      compared += 1;
    }
    assert.ok(compared > 250, `${compared} compared`);
  });

  it("are the same after they were written and read", () => {
    for (let index = 0; index < 1000; index += 1) {
      const query = expressions.vector(4);
      const printed = printPromql(parsePromql(query));
      assert.equal(printPromql(parsePromql(printed)), printed, query);
    }
  });
});

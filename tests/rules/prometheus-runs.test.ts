import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import type { ObservatoryError } from "../../src/base/index.ts";
import { formatFloat } from "../../src/gotext/index.ts";
import { queryInstant } from "../../src/promql/index.ts";
import { createRuleManager, parseMetric, parseRuleFile, parseSeriesValues, vectorOf } from "../../src/rules/index.ts";
import { createLabelSet, createMemorySeries, isStale, type Labels } from "../../src/signals/index.ts";

/**
 * Made-up rules over made-up series, and what the rule engine of Prometheus 3.15 did with them: samples it wrote (`time:value`, `*n` for n
 * steps of it), alerts it sent (step, startsAt, endsAt, labels) and errors of rules (step, rule, error).
 */
type Run = {
  readonly rules: string;
  readonly replaced: Readonly<Record<string, string>>;
  readonly stepS: number;
  readonly steps: number;
  readonly input: readonly (readonly [series: string, values: string])[];
  readonly written: Readonly<Record<string, string>>;
  readonly sent: readonly (readonly [step: number, startsAt: number, endsAt: number, labels: string])[];
  readonly errors: readonly (readonly [step: number, rule: string, error: string])[];
};
const runs = JSON.parse(readFileSync(new URL("prometheus-runs.json", import.meta.url), "utf8")) as Run[];

const sorted = (labels: Labels): string =>
  JSON.stringify(Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))));
const ordered = <T>(rows: readonly T[]): string[] => rows.map((row) => JSON.stringify(row)).sort();

function unpack(written: string, stepMs: number): string[] {
  return written.split(" ").flatMap((run) => {
    const [, time = "0", value = "", count = "1"] = /^(\d+):(.*?)(?:\*(\d+))?$/.exec(run) ?? [];
    return Array.from({ length: Number(count) }, (_, index) => `${Number(time) + index * stepMs}:${value}`);
  });
}

function groupsOf(text: string) {
  const { groups, problems } = parseRuleFile("rules.yml", text);
  assert.deepEqual(problems, []);
  return groups;
}

async function replay(run: Run) {
  const store = createMemorySeries();
  const stepMs = run.stepS * 1000;
  const sent: unknown[] = [];
  const errors: unknown[] = [];
  let step = 0;
  const manager = createRuleManager({
    groups: groupsOf(run.rules),
    clock: { nowMs: () => step * stepMs },
    externalUrl: "http://x",
    externalLabels: { ext: "lab" },
    defaultIntervalMs: stepMs,
    concurrency: 1,
    query: async (expr, timeMs) => vectorOf(queryInstant(store, expr, timeMs)),
    append: async (samples) => {
      for (const sample of samples) store.append(sample);
    },
    notify: (alerts) => {
      for (const { startsAtMs, endsAtMs, labels } of alerts) sent.push([step, startsAtMs, endsAtMs, sorted(labels)]);
    },
    onFault: (_: ObservatoryError) => {},
  });
  const input = run.input.map(([series, values]) => ({
    series: createLabelSet(parseMetric(series).labels),
    slots: parseSeriesValues(values),
  }));
  for (step = 0; step < run.steps; step++) {
    const other = run.replaced[step];
    if (other !== undefined) await manager.replace(groupsOf(other));
    for (const { series, slots } of input) {
      const slot = slots[step];
      const sample = { series, timeMs: step * stepMs, value: slot === "stale" ? 0 : (slot ?? 0) };
      if (slot !== undefined) store.append(slot === "stale" ? { ...sample, stale: true } : sample);
    }
    await manager.evaluateAt(step * stepMs);
    for (const { rules } of manager.groups()) {
      for (const { name, lastError } of rules) if (lastError !== undefined) errors.push([step, name, lastError]);
    }
  }
  await manager.close();
  const written = new Map<string, string[]>();
  for (const { labels, timesMs, values } of store.select([], 0, Number.MAX_SAFE_INTEGER)) {
    if (labels["__name__"] === "m") continue;
    const samples = Array.from(timesMs, (timeMs, index) =>
      isStale(values, index) ? `${timeMs}:stale` : `${timeMs}:${formatFloat(values[index] ?? 0, "g", -1)}`,
    );
    written.set(sorted(labels), samples);
  }
  return { written, sent, errors };
}

describe("the rule engine does what Prometheus' does", () => {
  for (const [index, run] of runs.entries()) {
    const what = Object.keys(run.replaced).length > 0 ? ", with rules that are replaced" : "";
    it(`in run ${index + 1}: ${run.steps} evaluations, ${run.sent.length} alerts sent${what}`, async () => {
      const { written, sent, errors } = await replay(run);
      const expected = Object.entries(run.written).map(([labels, samples]) => [
        labels,
        unpack(samples, run.stepS * 1000),
      ]);
      assert.deepEqual(Object.fromEntries(written), Object.fromEntries(expected));
      assert.deepEqual(ordered(sent), ordered(run.sent));
      assert.deepEqual(ordered(errors), ordered(run.errors));
    });
  }

  it("in runs that have what matters", () => {
    assert.ok(runs.some(({ replaced }) => Object.keys(replaced).length > 0));
    assert.ok(runs.some(({ errors }) => errors.some(([, , error]) => error.includes("same labelset"))));
    assert.ok(runs.some(({ errors }) => errors.some(([, , error]) => error.includes("exceeded limit"))));
    for (const word of [/keep_firing_for: [1-9]/, /query_offset: [1-9]/, / for: [1-9]/, /limit: [1-9]/]) {
      assert.ok(
        runs.some(({ rules }) => word.test(rules)),
        String(word),
      );
    }
    assert.ok(runs.some(({ written }) => Object.values(written).some((samples) => samples.includes("stale"))));
  });
});

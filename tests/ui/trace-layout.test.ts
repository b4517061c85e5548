import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { layOutTrace } from "../../ui/src/trace/layout.ts";
import { traceOf } from "./spans.ts";

const call = (inputTokens: number, outputTokens: number, costUsd?: number) => ({
  "gen_ai.operation.name": "chat",
  "gen_ai.usage.input_tokens": inputTokens,
  "gen_ai.usage.output_tokens": outputTokens,
  ...(costUsd !== undefined && { "agent_observatory.cost.usd": costUsd }),
});

test("rows are depth first in order of start, and know what is below them", () => {
  const { rows, roots } = layOutTrace(
    traceOf(
      { id: "root", at: 0, ms: 100 },
      { id: "b", parent: "root", at: 50, ms: 20 },
      { id: "a", parent: "root", at: 10, ms: 30 },
      { id: "a1", parent: "a", at: 60, ms: 5 },
    ),
  );
  deepEqual(
    rows.map(({ span, depth, parent, end }) => [span.spanId, depth, parent, end]),
    [
      ["root", 0, -1, 4],
      ["a", 1, 0, 3],
      ["a1", 2, 1, 3],
      ["b", 1, 0, 4],
    ],
  );
  deepEqual(roots, [0]);
});

test("self time leaves out what children cover, each moment once", () => {
  const { rows } = layOutTrace(
    traceOf(
      { id: "root", at: 0, ms: 100 },
      { id: "a", parent: "root", at: 10, ms: 30 },
      { id: "b", parent: "root", at: 20, ms: 30 },
      { id: "late", parent: "root", at: 90, ms: 500 },
    ),
  );
  equal(rows[0]?.selfMs, 50);
});

test("tokens and dollars come from calls of models and add up to the roots", () => {
  const { rows, total } = layOutTrace(
    traceOf(
      { id: "agent", at: 0, ms: 100, attributes: { ...call(999, 999, 9), "gen_ai.operation.name": "invoke_agent" } },
      { id: "one", parent: "agent", at: 1, ms: 10, attributes: call(100, 10, 0.1) },
      { id: "two", parent: "agent", at: 20, ms: 10, attributes: call(200, 20, 0.2) },
      { id: "free", parent: "agent", at: 40, ms: 10, attributes: call(5, 5) },
    ),
  );
  equal(rows[0]?.own.calls, 0);
  deepEqual(rows[0]?.total, total);
  equal(total.inputTokens, 305);
  equal(total.outputTokens, 35);
  equal(total.costUsd, 0.3);
  equal(total.unpricedCalls, 1);
});

test("an error is counted where it began", () => {
  const { rows } = layOutTrace(
    traceOf(
      { id: "root", at: 0, ms: 100, status: "error" },
      { id: "tool", parent: "root", at: 10, ms: 30, status: "error" },
      { id: "http", parent: "tool", at: 11, ms: 20, status: "error" },
      { id: "other", parent: "root", at: 50, ms: 20, status: "error" },
    ),
  );
  deepEqual(
    rows.map(({ isErrorOrigin, errors }) => [isErrorOrigin, errors]),
    [
      [false, 2],
      [false, 1],
      [true, 1],
      [true, 1],
    ],
  );
});

test("the critical path is the work that decided how long it took", () => {
  const { rows, criticalPath } = layOutTrace(
    traceOf(
      { id: "root", at: 0, ms: 100 },
      { id: "short", parent: "root", at: 10, ms: 20 },
      { id: "long", parent: "root", at: 10, ms: 50 },
      { id: "inner", parent: "long", at: 20, ms: 30 },
      { id: "last", parent: "root", at: 60, ms: 30 },
      { id: "after", parent: "last", at: 80, ms: 400 },
    ),
  );
  deepEqual(
    criticalPath.map(({ row, startMs, endMs }) => [rows[row]?.span.spanId, startMs, endMs]),
    [
      ["root", 0, 10],
      ["long", 10, 20],
      ["inner", 20, 50],
      ["long", 50, 60],
      ["last", 60, 80],
      ["after", 80, 90],
      ["root", 90, 100],
    ],
  );
  equal(rows.find(({ span }) => span.spanId === "long")?.criticalMs, 20);
  equal(rows.find(({ span }) => span.spanId === "short")?.criticalMs, 0);
});

test("several roots follow each other on the critical path", () => {
  const { criticalPath, rows } = layOutTrace(
    traceOf({ id: "request", at: 0, ms: 100 }, { id: "follow-up", parent: "gone", at: 150, ms: 50 }),
  );
  deepEqual(
    criticalPath.map(({ row, startMs, endMs }) => [rows[row]?.span.spanId, startMs, endMs]),
    [
      ["request", 0, 100],
      ["follow-up", 150, 200],
    ],
  );
});

test("a missing parent, a circle and a span that is its own parent all stay in the trace", () => {
  const { rows, orphans } = layOutTrace(
    traceOf(
      { id: "a", parent: "b", at: 0, ms: 1 },
      { id: "b", parent: "a", at: 1, ms: 1 },
      { id: "self", parent: "self", at: 2, ms: 1 },
      { id: "lost", parent: "nowhere", at: 3, ms: 1 },
    ),
  );
  equal(rows.length, 4);
  equal(new Set(rows.map(({ span }) => span.spanId)).size, 4);
  ok(orphans >= 1);
});

test("a child that begins before its parent shows that clocks differ", () => {
  const { rows, skews } = layOutTrace(
    traceOf(
      { id: "client", at: 0, ms: 100, service: "web" },
      { id: "server", parent: "client", at: -40, ms: 50, service: "desk" },
      { id: "close", parent: "client", at: -0.5, ms: 50, service: "desk" },
    ),
  );
  equal(rows.find(({ span }) => span.spanId === "server")?.skewMs, 40);
  deepEqual(skews, [{ service: "desk", parentService: "web", spans: 1, mostMs: 40 }]);
});

test("a run in progress is open-ended", () => {
  const { rows, summary } = layOutTrace(
    traceOf({ id: "run", at: 0, ms: 100, attributes: { "agent_observatory.run.state": "running" } }),
  );
  equal(rows[0]?.state, "running");
  equal(summary.state, "running");
});

test("nothing at all is laid out as well", () => {
  const { rows, criticalPath, durationMs } = layOutTrace({ traceId: "a".repeat(32), spans: [] });
  deepEqual([rows.length, criticalPath.length], [0, 0]);
  ok(durationMs > 0);
});

test("fifty thousand spans, wide or deep, take time that grows with their number", () => {
  const count = 50_000;
  for (const parentOf of [
    (index: number) => (index === 0 ? undefined : "0"),
    (index: number) => (index === 0 ? undefined : String(index - 1)),
  ]) {
    const trace = traceOf(
      ...Array.from({ length: count }, (_, index) => {
        const parent = parentOf(index);
        return {
          id: String(index),
          at: index * 0.01,
          ms: 1000,
          attributes: call(1, 1, 0.1),
          ...(parent !== undefined && { parent }),
        };
      }),
    );
    const before = performance.now();
    const { rows, total } = layOutTrace(trace);
    const tookMs = performance.now() - before;
    equal(rows.length, count);
    equal(total.calls, count);
    // Measured: 0.2 s. What compared each with each would take minutes, and other tests run beside this one.
    ok(tookMs < 5000, `took ${tookMs.toFixed(0)} ms`);
  }
});

import { deepEqual, equal, ok } from "node:assert/strict";
import { describe, it } from "node:test";
import type { Labels, Series } from "../../src/backends/index.ts";
import { parsePromql } from "../../src/promql/index.ts";
import { checksOf, faultsOf, librariesOf, lossesOf, processesOf } from "../../ui/src/views/health/facts.ts";
import { findingsOf, type HealthFacts } from "../../ui/src/views/health/findings.ts";
import * as questions from "../../ui/src/views/health/questions.ts";

const series = (labels: Labels, ...points: readonly (readonly [timeMs: number, value: number])[]): Series => ({
  labels,
  points: points.map(([timeMs, value]) => ({ timeMs, value })),
  histograms: [],
});
const NOTHING: HealthFacts = { checks: [], libraries: [], processes: [], losses: [], faults: {} };

describe("health", () => {
  it("asks PromQL", () => {
    const { CHECK_STATUS, PROCESS_UP, OWN, checkDurations, libraries, processFigures, losses, ownFaults } = questions;
    const asked = [CHECK_STATUS, PROCESS_UP, ...Object.values(OWN)];
    for (const query of [
      ...asked,
      ...[checkDurations, libraries, processFigures, losses, ownFaults].map((of) => of("3600s")),
    ])
      parsePromql(query);
    equal(questions.windowOf({ startMs: 0, endMs: 1000 }), "60s");
  });

  it("tells checks with what they were over time, the worst first", () => {
    const statuses = [
      series({ job: "a", check: "db" }, [0, 1], [10, 1]),
      series({ job: "a", check: "model" }, [0, 1], [10, 0.5], [20, 0]),
      series({ job: "a", check: "gone" }),
    ];
    const checks = checksOf(statuses, [series({ job: "a", check: "db" }, [10, 0.2])], 10);
    deepEqual(
      checks.map(({ check, state, durationS }) => [check, state, durationS]),
      [
        ["model", "unhealthy", undefined],
        ["db", "healthy", 0.2],
      ],
    );
    deepEqual(checks[0]?.spans, [
      { state: "healthy", startMs: 0, endMs: 10 },
      { state: "degraded", startMs: 10, endMs: 20 },
      { state: "unhealthy", startMs: 20, endMs: 30 },
    ]);
    deepEqual(checks[1]?.spans, [{ state: "healthy", startMs: 0, endMs: 20 }]);
  });

  it("takes a library for observed where one status says so", () => {
    const library = (status: string, more = {}) =>
      series({ job: "a", library: "openai", version: "7", status, ...more }, [0, 1]);
    const found = librariesOf([
      library("found"),
      library("observed"),
      library("found", { library: "express" }),
      library("found", { library: "pg" }),
      library("loaded_before", { library: "pg" }),
      library("something new", { library: "x" }),
    ]);
    deepEqual(
      found.map(({ library: name, status }) => [name, status]),
      [
        ["pg", "loaded_before"],
        ["express", "found"],
        ["openai", "observed"],
      ],
    );
  });

  it("tells who ended from who is lost", () => {
    const up = (instance: string, lastMs: number, value: number) =>
      series({ job: "a", instance, version: "0.1.0", node_version: "24" }, [0, 1], [lastMs, value]);
    const figures = [series({ job: "a", instance: "lost", figure: "heap" }, [0, 0.5])];
    deepEqual(
      processesOf([up("ended", 1000, 0), up("runs", 3_500_000, 1), up("lost", 1000, 1)], figures, 3_600_000).map(
        ({ instance, state, heapRatio, memoryBytes }) => [instance, state, heapRatio, memoryBytes],
      ),
      [
        ["lost", "lost", 0.5, undefined],
        ["runs", "running", undefined, undefined],
        ["ended", "ended", undefined, undefined],
      ],
    );
  });

  it("counts what is missing", () => {
    const losses = lossesOf([
      series({ kind: "left_out", job: "a", level: "info", reason: "burst" }, [0, 19.2]),
      series({ kind: "dropped", job: "a", signal: "traces", reason: "queue_full" }, [0, 3]),
      series({ kind: "folded", job: "a", metric: "m", label: "l" }, [0, 0.2]),
    ]);
    deepEqual(losses, [
      { kind: "dropped", job: "a", what: "traces, queue_full", count: 3 },
      { kind: "left_out", job: "a", what: "info, burst", count: 19 },
    ]);
  });

  it("says nothing where all is well, and what to do where it is not", () => {
    deepEqual(findingsOf(NOTHING), []);
    const findings = findingsOf({
      checks: checksOf([series({ job: "a", check: "db" }, [0, 0])], [], 10),
      libraries: librariesOf([series({ job: "a", library: "pg", version: "8", status: "loaded_before" }, [0, 1])]),
      processes: processesOf(
        [series({ job: "a", instance: "i" }, [1000, 1])],
        ["heap", "delay"].map((figure) => series({ job: "a", instance: "i", figure }, [0, 0.95])),
        2000,
      ),
      losses: lossesOf([
        series({ kind: "dropped", job: "a", signal: "traces", reason: "queue_full" }, [0, 3]),
        series({ kind: "left_out", job: "a", level: "info" }, [0, 3]),
      ]),
      faults: faultsOf([
        series({ fault: "store" }, [0, 1]),
        series({ fault: "rules" }, [0, 0]),
        series({ fault: "pending" }, [0, 5]),
      ]),
    });
    deepEqual(
      findings.map(({ tone, title }) => `${tone}: ${title}`),
      [
        "bad: What arrives cannot be stored",
        "bad: Health check db of a is unhealthy",
        "bad: The heap of a (i) is 95 % full",
        "bad: 3 items of telemetry given up by programs: a",
        "bad: pg 8 was loaded by a before the instrumentation",
        "warn: The event loop of a (i) was blocked for 950 ms",
      ],
    );
    ok(findings.every(({ advice }) => advice.length > 20));
  });
});

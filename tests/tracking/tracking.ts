/** A tracker as start.ts makes it, with a clock that the test moves. */
import { createDiagnostics } from "../../src/base/index.ts";
import { createMetrics, type Metrics } from "../../src/metrics/index.ts";
import { createRedactor } from "../../src/redaction/index.ts";
import type { LogItem } from "../../src/telemetry/index.ts";
import type { Occurrence } from "../../src/tracking/occurrence.ts";
import { type ConfiguredPattern, createErrorTracker, type ErrorTracker } from "../../src/tracking/tracker.ts";

export type TestTracker = ErrorTracker & {
  readonly logs: LogItem[];
  readonly said: string[];
  readonly metrics: Metrics;
  readonly move: (byMs: number) => number;
  readonly nowMs: () => number;
  /** Reports an error of the present moment. */
  readonly fail: (error?: Partial<Occurrence>) => ReturnType<ErrorTracker["report"]>;
  /** Of `errors_total`, and other counters. */
  readonly counted: (metric: string, labels?: Readonly<Record<string, string>>) => number;
};

export function createTestTracker(patterns: readonly ConfiguredPattern[] = []): TestTracker {
  let timeMs = Date.parse("2026-11-21T10:00:00Z");
  const clock = { nowMs: () => timeMs };
  const redactor = createRedactor({ except: ["ip_address"] });
  const metrics = createMetrics({ clock, labelValueLimit: 200, cleanLabel: redactor.text });
  const logs: LogItem[] = [];
  const said: string[] = [];
  const tracker = createErrorTracker({
    clock,
    metrics,
    diagnostics: createDiagnostics("warn", (line) => void said.push(line)),
    emitLog: (log) => void logs.push(log),
    cleanText: redactor.text,
    cleanValue: redactor.value,
    service: "shop",
    environment: "test",
    stacks: { root: "/srv/app" },
    scope: "agent-observatory",
    patterns,
    onFault: (error) => {
      throw error;
    },
  });
  return {
    ...tracker,
    logs,
    said,
    metrics,
    nowMs: clock.nowMs,
    move: (byMs) => {
      timeMs += byMs;
      return timeMs;
    },
    fail: (error = {}) =>
      tracker.report({
        source: "tool",
        type: "PlanError",
        message: "no plan",
        category: "tool",
        severity: "error",
        timeMs,
        ...error,
      }),
    counted: (metric, labels = {}) =>
      metrics
        .snapshot()
        .filter(({ definition }) => definition.name === metric)
        .flatMap(({ series }) => series)
        .filter((one) => Object.entries(labels).every(([name, value]) => one.labels[name] === value))
        .reduce((sum, { value = 0 }) => sum + value, 0),
  };
}

import { appendFileSync } from "node:fs";
import type { MetricSnapshot, Metrics } from "../metrics/index.ts";

/** What one process says of its own observation as it ends; a line of JSON in the report file (docs/coverage.md). */
export type Report = {
  readonly pid: number;
  readonly service: string;
  readonly node: string;
  readonly libraries: readonly { readonly library: string; readonly version: string; readonly status: string }[];
  readonly calls: { readonly llm: number; readonly agent: number; readonly tool: number };
  /** Items given up, and attempts to send that failed. */
  readonly dropped: number;
  readonly exportFailures: number;
};

function totalOf(snapshots: readonly MetricSnapshot[], name: string): number {
  const found = snapshots.find(({ definition }) => definition.name === name);
  return (found?.series ?? []).reduce((sum, series) => sum + (series.value ?? 0), 0);
}

export type ReportOptions = {
  readonly file: string;
  readonly service: string;
  readonly metrics: Metrics;
  readonly libraries: () => Report["libraries"];
  readonly onFault: (error: unknown) => void;
  /** Whether nobody else will call it: then it writes at the process's exit by itself. */
  readonly atExit: boolean;
};

/** Returns what appends the report, once however often it is called. */
export function createReport({ file, service, metrics, libraries, onFault, atExit }: ReportOptions): () => void {
  let written = false;
  const write = (): void => {
    if (written) return;
    written = true;
    try {
      const snapshots = metrics.snapshot();
      const report: Report = {
        pid: process.pid,
        service,
        node: process.version,
        libraries: libraries(),
        calls: {
          llm: totalOf(snapshots, "llm_requests_total"),
          agent: totalOf(snapshots, "agent_requests_total"),
          tool: totalOf(snapshots, "agent_tool_calls_total"),
        },
        dropped: totalOf(snapshots, "agent_observatory_dropped_total"),
        exportFailures: totalOf(snapshots, "agent_observatory_export_failures_total"),
      };
      appendFileSync(file, `${JSON.stringify(report)}\n`);
    } catch (error) {
      onFault(error);
    }
  };
  if (atExit) process.on("exit", write);
  return write;
}

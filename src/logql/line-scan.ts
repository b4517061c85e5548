import type { LogLine, LogSource } from "../signals/index.ts";
import { LogqlError } from "./error.ts";
import type { LogqlLimits } from "./outcome.ts";
import type { LogExpr } from "./syntax.ts";
import { traceIdOf } from "./trace-hint.ts";

/** Lines between two looks at the clock. */
const LINES_PER_LOOK = 256;

/** One reading of lines: counts them, and ends them where the query's limits say so. */
export type LineScan = {
  readonly run: (
    log: LogExpr,
    time: { readonly startNs: bigint; readonly endNs: bigint; readonly direction: "forward" | "backward" },
    visit: (line: LogLine) => boolean,
  ) => void;
  readonly counted: () => { readonly lines: number; readonly bytes: number };
  /** Throws the `timeout` error if the query's time is over. */
  readonly requireTime: () => void;
};

export function createLineScan(source: LogSource, limits: LogqlLimits): LineScan {
  let lines = 0;
  let bytes = 0;
  const requireTime = (): void => {
    if (limits.isExpired?.() === true)
      throw new LogqlError("timeout", "the query took longer than it may: ask for less time or a narrower selector");
  };
  return {
    requireTime,
    counted: () => ({ lines, bytes }),
    run: (log, time, visit) => {
      const traceId = traceIdOf(log);
      requireTime();
      source.scan({ matchers: log.matchers, ...time, ...(traceId !== undefined && { traceId }) }, (line) => {
        if (limits.maxLines !== undefined && lines >= limits.maxLines) {
          throw new LogqlError(
            "limit",
            `the query would read more than ${limits.maxLines} log lines: ask for less time or a narrower selector`,
          );
        }
        lines += 1;
        bytes += Buffer.byteLength(line.line);
        if (lines % LINES_PER_LOOK === 0) requireTime();
        return visit(line);
      });
    },
  };
}

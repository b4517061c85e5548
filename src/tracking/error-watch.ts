import { systemClock } from "../base/index.ts";
import { describeError } from "../errors/index.ts";
import type { ReadableSpan } from "../telemetry/index.ts";
import { errorOfLog, type LogLine } from "./log-errors.ts";
import { placeHere } from "./place.ts";
import { createSpanErrors } from "./span-errors.ts";
import type { ErrorTracker } from "./tracker.ts";
import { watchUncaught } from "./uncaught.ts";

/** Tracks the errors that the program does not tell of itself. Nothing of it throws. */
export type ErrorWatch = {
  /** Of every ended span, completed; the inner ones first. */
  readonly onSpan: (span: ReadableSpan, isExported: boolean) => void;
  /** Of every line that a logger of the program writes, in its context. */
  readonly onLog: (line: LogLine) => void;
  readonly stop: () => void;
};

/** Watches spans and log lines as it is told of them, and uncaught exceptions by itself. */
export function startErrorWatch(tracker: ErrorTracker, onFault: (error: unknown) => void): ErrorWatch {
  const spanErrors = createSpanErrors();
  const guarded = (step: () => void): void => {
    try {
      step();
    } catch (error) {
      onFault(error);
    }
  };
  const stopUncaught = watchUncaught((thrown) =>
    guarded(() => {
      const report = { ...describeError(thrown), ...placeHere(), timeMs: systemClock.nowMs() };
      tracker.report({ ...report, source: "uncaught", severity: "critical", where: "uncaught" });
    }),
  );
  return {
    onSpan: (span, isExported) =>
      guarded(() => {
        const error = spanErrors.of(span, isExported);
        if (error !== undefined) tracker.report(error);
      }),
    onLog: (line) =>
      guarded(() => {
        const error = errorOfLog(line);
        if (error !== undefined) tracker.report({ ...placeHere(), ...error });
      }),
    stop: stopUncaught,
  };
}

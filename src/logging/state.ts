import { systemClock } from "../base/index.ts";
import { runningTelemetry } from "../telemetry/index.ts";
import { createOutputs, type Outputs } from "./outputs.ts";
import { type Cleaner, createCleaner } from "./safe.ts";
import { createSampling, type Sampling } from "./sampling.ts";
import { type LoggingSettings, loggingDiagnostics, loggingSettings } from "./settings.ts";

/** What all loggers of the process share: two writers of one file would rotate it under each other's hands. */
export type LoggingState = {
  readonly settings: LoggingSettings;
  readonly outputs: Outputs;
  readonly sampling: Sampling;
  readonly cleaner: Cleaner;
  /** Levels that were set while the program runs: for all loggers, and by logger. */
  readonly levels: { all: string | undefined; readonly byLogger: Map<string, string> };
};

const STATE = Symbol.for("agent-observatory.logging");
type Global = { [STATE]?: LoggingState };

function createState(): LoggingState {
  const settings = loggingSettings();
  return {
    settings,
    outputs: createOutputs({
      settings,
      serviceName: runningTelemetry()?.serviceName ?? "node",
      clock: systemClock,
      diagnostics: loggingDiagnostics(),
      onDrop: (count) =>
        runningTelemetry()?.metrics.add(
          "agent_observatory_dropped_total",
          { signal: "logs", reason: "queue_full" },
          count,
        ),
    }),
    sampling: createSampling({
      rates: settings.sampleRates,
      burst: settings.sampleBurst,
      clock: systemClock,
      onLeftOut: (level, reason) =>
        runningTelemetry()?.metrics.add("agent_observatory_log_lines_left_out_total", { level, reason }, 1),
    }),
    cleaner: createCleaner(),
    levels: { all: undefined, byLogger: new Map() },
  };
}

/** Made with the first logger. A program may hold the package twice and has this once, as it has telemetry once. */
export function loggingState(): LoggingState {
  const holder = globalThis as Global;
  if (holder[STATE] === undefined) {
    const state = createState();
    holder[STATE] = state;
    runningTelemetry()?.onEnd(state.outputs.end);
  }
  return holder[STATE];
}

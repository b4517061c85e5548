import { createDiagnostics, type Diagnostics } from "../base/index.ts";
import { runningTelemetry, type Telemetry } from "../telemetry/index.ts";

export type LoggingSettings = Telemetry["logging"];

/** What loggers write by where the package was not preloaded: the defaults of docs/configuration.md. */
const DEFAULTS: LoggingSettings = {
  level: "info",
  format: "json",
  caller: "error",
  console: "stdout",
  maxFileSizeBytes: 10_485_760,
  maxFiles: 5,
  syslogFacility: "user",
  sampleRates: {},
  captureConsole: false,
};

export const loggingSettings = (): LoggingSettings => runningTelemetry()?.logging ?? DEFAULTS;

export const loggingDiagnostics = (): Diagnostics => runningTelemetry()?.diagnostics ?? createDiagnostics("warn");

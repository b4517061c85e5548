/**
 * The OpenTelemetry SDK and everything between an ended span and the wire out: completion, counting, privacy, delivery, exit.
 * Owns the SDK, the context manager and the process's exit. Must never throw into the program, block it, or keep it from ending.
 */

export type { ReadableSpan } from "@opentelemetry/sdk-trace";
export { createConsoleOutlet, type Outlet } from "./console.ts";
export { type ContextFields, carriedBy, contextFields, withContextFields } from "./context-fields.ts";
export { activeSpanIds, type BridgedContextManager } from "./context-manager.ts";
export { carryDebug, createDebugMode, takesContent, takesLine } from "./debug-mode.ts";
export { type Payload, type PostResult, post } from "./delivery/deliver.ts";
export { shownUrl } from "./delivery/sender.ts";
export { createEncoder } from "./encoder.ts";
export { guardExit } from "./exit.ts";
export { createExport, type Export } from "./export.ts";
export type { FinishedSpan, Identity } from "./identity.ts";
export { type Sdk, startSdk } from "./joined/sdk.ts";
export { createLoggerProvider, type LogItem, logAttributes, severityOf } from "./logs.ts";
export { createPrivacy, type Privacy } from "./privacy.ts";
export { contextOf, environmentCarrier, propagateToChildren } from "./propagation/environment.ts";
export { createThreadExport, isThread, threadLink } from "./propagation/thread-export.ts";
export { createThreads } from "./propagation/threads.ts";
export { createReport, type Report } from "./report.ts";
export { resourceAttributes } from "./resource.ts";
export { createRunWatch } from "./runs/run-watch.ts";
export { runningTelemetry, setRunningTelemetry, type Telemetry } from "./runtime.ts";
export { createHeadSampler } from "./sampling/head.ts";
export { createTailSampler } from "./sampling/tail.ts";
export { createSpanPipeline, type SpanPipeline } from "./span-pipeline.ts";

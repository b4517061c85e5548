import type { Context, Span, SpanContext, Tracer } from "@opentelemetry/api";
import type { Diagnostics } from "../base/index.ts";
import type { Config } from "../config/index.ts";
import type { Metrics } from "../metrics/index.ts";
import type { LogItem } from "./logs.ts";

/** Telemetry while it runs. */
export type Telemetry = {
  readonly metrics: Metrics;
  /** Makes spans that are recorded whatever SDK the program has, and whatever that one leaves out. */
  readonly tracer: Tracer;
  /** Whether what people, models and tools say is recorded in a context. */
  readonly captures: (at: Context) => boolean;
  readonly debug: {
    /** The context of a request that is recorded in full, for what lies below. */
    readonly begin: (outer: Context) => Context;
    /** Whether a log line that is below the level of its logger is recorded in a context. */
    readonly takesLine: (at: Context) => boolean;
    readonly isOn: (at: Context) => boolean;
    /** Versions and figures of the process. */
    readonly environment: () => Readonly<Record<string, unknown>>;
  };
  /** How loggers of ours write where the program does not say. */
  readonly logging: Config["logging"] & {
    /** Whether the program's stdout is a connection of its own (an MCP server's). */
    readonly isStdoutTaken?: () => boolean;
  };
  /** By which a rate limit goes where the program does not say. */
  readonly api: Config["api"];
  readonly serviceName: string;
  readonly diagnostics: Diagnostics;
  /** Calls `step` once, synchronously, as the process ends by whatever way it can be met. Undone by what it returns. */
  readonly onEnd: (step: () => void) => () => void;
  /** Tells of the current span unless `spanContext` says of which. */
  readonly emitLog: (item: Omit<LogItem, "spanContext" | "timeMs"> & { readonly spanContext?: SpanContext }) => void;
  /** As emitLog, for a line that the program wrote by a logger of ours. */
  readonly emitLine: (item: Omit<LogItem, "spanContext" | "timeMs">) => void;
  /** Makes a context the current one for the rest of the current asynchronous context. */
  readonly enter: (context: Context) => void;
  /** Puts what a context carries on a span that has begun before; on none that is not ours. */
  readonly stampContext: (span: Span, context: Context) => void;
  /** The agent that the current span lies in, and what the calls to models below that span have cost so far. */
  readonly here: () => Here | undefined;
  /** Sends what is queued; resolves within `timeoutMs`, whether or not all could be sent. */
  readonly flush: (timeoutMs: number) => Promise<void>;
  /** Flushes, then undoes everything that start did. */
  readonly shutdown: () => Promise<void>;
};

export type Here = { readonly agent: string | undefined; readonly costUsd: number };

const RUNNING = Symbol.for("agent-observatory.telemetry");
type Global = { [RUNNING]?: Telemetry | undefined };

/**
 * The telemetry of this process. It hangs on a global symbol, because a program may hold the package twice (once preloaded, once in
 * its own node_modules) and must still have it once.
 */
export const runningTelemetry = (): Telemetry | undefined => (globalThis as Global)[RUNNING];

export function setRunningTelemetry(telemetry: Telemetry | undefined): void {
  (globalThis as Global)[RUNNING] = telemetry;
}

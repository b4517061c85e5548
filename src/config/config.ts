import type { DiagnosticLevel, ErrorCode } from "../base/index.ts";
import type { BudgetDefinition } from "../budgets/index.ts";
import type { PricePerMillion } from "./budget-kinds.ts";
import type { ErrorPattern } from "./error-patterns.ts";

/** What telemetry in the program runs by. Every member has a value: what was not set has its default. */
export type Config = {
  readonly enabled: boolean;
  readonly serviceName: string;
  readonly serviceVersion?: string;
  readonly environment?: string;
  /** Without service.name, service.version and deployment.environment.name, which have members of their own. */
  readonly resourceAttributes: Readonly<Record<string, string>>;
  readonly exporter: "otlp" | "console" | "none";
  readonly otlp: {
    /** Whole URLs. With `grpc` they have no path. */
    readonly tracesUrl: string;
    readonly metricsUrl: string;
    readonly logsUrl: string;
    /** For every signal. Secret. */
    readonly headers: Readonly<Record<string, string>>;
    /** What is sent with one signal: `headers` and those that are set for it alone. Secret. */
    readonly signalHeaders: Readonly<Record<"traces" | "metrics" | "logs", Readonly<Record<string, string>>>>;
    readonly protocol: "http/protobuf" | "grpc";
    readonly timeoutMs: number;
    readonly compression: "gzip" | "none";
  };
  /** Which signals are sent. Metrics can be pulled though they are not sent. */
  readonly signals: { readonly traces: boolean; readonly metrics: boolean; readonly logs: boolean };
  /** Where traces go in Zipkin's format instead; other signals go by OTLP. */
  readonly zipkinUrl?: string;
  /** From 0 to 1. */
  readonly sampleRatio: number;
  readonly sampling: {
    /** Whether the decision of a caller holds. */
    readonly parentBased: boolean;
    /** Which traces are sent though the share leaves them out. */
    readonly keep: {
      readonly errors: boolean;
      readonly slowerThanMs: number | undefined;
      readonly costlierThanUsd: number | undefined;
    };
  };
  readonly captureContent: boolean;
  /** In characters. */
  readonly contentMaxLength: number;
  readonly metrics: {
    readonly exportIntervalMs: number;
    /** Undefined: metrics cannot be pulled. */
    readonly pullPort?: number;
    readonly pullHost: string;
    readonly labelValueLimit: number;
    /** Whether the process itself is measured. */
    readonly runtime: boolean;
  };
  readonly health: {
    /** Undefined: nothing is served. */
    readonly port?: number;
    readonly host: string;
    readonly intervalMs: number;
  };
  /** Of `rateLimit()`, where the program does not say. */
  readonly api: { readonly rateLimit: number; readonly rateWindowSeconds: number };
  readonly export: {
    readonly batchIntervalMs: number;
    readonly queueSize: number;
    readonly batchSize: number;
    readonly exitTimeoutMs: number;
  };
  /** Which requests are recorded in full though the program does not ask for it. */
  readonly debug: {
    readonly sessions: readonly string[];
    readonly users: readonly string[];
    readonly fromCallers: boolean;
  };
  readonly propagation: { readonly childProcesses: boolean; readonly contextHosts: readonly string[] };
  readonly budgets: {
    readonly limits: readonly BudgetDefinition[];
    readonly onFault: "open" | "closed";
    readonly loops: "off" | "warn" | "block";
    readonly loopRepeats: number;
  };
  /** Prices of the program's own, by the name of the model. */
  readonly prices: { readonly models: Readonly<Record<string, PricePerMillion>> };
  readonly instrumentations: { readonly disabled: readonly string[] };
  readonly errors: { readonly tracking: boolean; readonly patterns: readonly ErrorPattern[] };
  /** Undefined: none is written. */
  readonly reportFile?: string;
  readonly strict: boolean;
  readonly logLevel: DiagnosticLevel;
  /** What loggers of ours do where the program does not say. */
  readonly logging: {
    readonly level: string;
    readonly format: "json" | "text";
    /** Which lines tell the code that wrote them. */
    readonly caller: "never" | "error" | "always";
    readonly console: "stdout" | "stderr" | "none";
    /** Undefined: none is written. */
    readonly file?: string;
    readonly errorFile?: string;
    readonly maxFileSizeBytes: number;
    readonly maxFiles: number;
    /** Address of a server. */
    readonly syslog?: string;
    readonly syslogFacility: string;
    /** By level, from 0 to 1. */
    readonly sampleRates: Readonly<Record<string, number>>;
    /** In a second; undefined: all. */
    readonly sampleBurst?: number;
    readonly captureConsole: boolean;
  };
};

/** Something about the configuration that its author should know. Nothing secret is in it. */
export type Problem = {
  readonly code: ErrorCode;
  /** A hint says that a setting was understood a little differently; an error that it was not used. */
  readonly severity: "error" | "hint";
  /** The environment variable, or the key of the file. */
  readonly key: string;
  readonly file?: string;
  readonly line?: number;
  /** One sentence that needs no other. */
  readonly message: string;
};

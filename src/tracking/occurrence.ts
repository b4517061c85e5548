import type { ErrorCategory, ErrorSeverity } from "../errors/index.ts";

/** Who saw an error first: a failed span of one of these kinds, a line of a logger, the end of the process, or the program itself. */
export const ERROR_SOURCES = [
  "agent",
  "workflow",
  "node",
  "tool",
  "llm",
  "retrieval",
  "log",
  "uncaught",
  "program",
] as const;

export type ErrorSource = (typeof ERROR_SOURCES)[number];

/** Where an error happened, as far as it is known. */
export type ErrorPlace = {
  readonly agent?: string;
  readonly tool?: string;
  readonly model?: string;
  readonly sessionId?: string;
  readonly userId?: string;
  readonly traceId?: string;
  readonly spanId?: string;
};

/** An error, each time that it is seen. */
export type Occurrence = ErrorPlace & {
  readonly source: ErrorSource;
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
  readonly category: ErrorCategory;
  readonly severity: ErrorSeverity;
  readonly timeMs: number;
  /** What tells it apart where there is no stack. */
  readonly where?: string;
  /** Whether the span of `traceId` is exported. */
  readonly isExported?: boolean;
  /** What the program says of it. */
  readonly context?: Readonly<Record<string, unknown>>;
};

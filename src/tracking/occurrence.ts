import type { ErrorCategory, ErrorSeverity, ErrorSource } from "../errors/index.ts";

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
  /** Where it is known already: of a span that has one. */
  readonly fingerprint?: string;
  /** Whether the span of `traceId` is exported. */
  readonly isExported?: boolean;
  /** What the program says of it. */
  readonly context?: Readonly<Record<string, unknown>>;
};

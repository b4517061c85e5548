import type { Attributes, AttributeValue, Resource, Scope } from "../signals/index.ts";

/**
 * One log record as it was sent. Times in nanoseconds since the epoch, 0 where there is none; ids in lower-case hex.
 */
export type LogRecord = {
  readonly timeNs: bigint;
  readonly observedNs: bigint;
  /** 1 to 24 by OpenTelemetry's table, 0 where there is none. */
  readonly severityNumber: number;
  readonly severityText: string;
  readonly eventName: string;
  /** null where there is none. */
  readonly body: AttributeValue;
  readonly attributes: Attributes;
  readonly droppedAttributeCount: number;
  /** "" where the record belongs to no trace or the id is none. */
  readonly traceId: string;
  readonly spanId: string;
  readonly flags: number;
  /** Shared between the records of one request, as is the scope. */
  readonly resource: Resource;
  readonly scope: Scope;
};

import type { SpanStatus } from "../signals/index.ts";

export const TRACE_ID_BYTES = 16;
export const SPAN_ID_BYTES = 8;

export const INVALID_TRACE_ID = "trace_id is not 16 bytes that are not all zero";
export const INVALID_SPAN_ID = "span_id is not 8 bytes that are not all zero";
export const INVALID_PARENT_ID = "parent_span_id is not 8 bytes";

/** By their numbers in the protocol. */
export const STATUSES: readonly SpanStatus[] = ["unset", "ok", "error"];

/**
 * What OTLP answers: ExportTraceServiceResponse and its two siblings, and google.rpc.Status, in both encodings. All are a handful of fields, so
 * they are written by hand (opentelemetry.io/docs/specs/otlp, protobuf.dev/programming-guides/encoding).
 */
import type { Encoding, Signal } from "./take.ts";

export const CONTENT_TYPES = { protobuf: "application/x-protobuf", json: "application/json" } as const;

/** Codes of gRPC, of which google.rpc.Status has its `code`. */
export const CODE = {
  invalidArgument: 3,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;
export type Code = (typeof CODE)[keyof typeof CODE];

const REJECTED = { traces: "rejectedSpans", metrics: "rejectedDataPoints", logs: "rejectedLogRecords" } as const;

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return Buffer.from([...bytes, rest]);
}

/** Fields with the default value are left out, as proto3 has it. */
const integer = (field: number, value: number): Buffer =>
  value === 0 ? Buffer.alloc(0) : Buffer.concat([varint(field << 3), varint(value)]);
const delimited = (field: number, content: Uint8Array): Buffer =>
  Buffer.concat([varint((field << 3) | 2), varint(content.length), content]);
const text = (field: number, value: string): Buffer =>
  value === "" ? Buffer.alloc(0) : delimited(field, Buffer.from(value));

/** The answer to a request that was taken, in whole or in part. */
export function encodeExportResponse(signal: Signal, rejected: number, message: string, encoding: Encoding): Buffer {
  const partial = rejected > 0 || message !== "";
  if (encoding === "json") {
    // Integers of 64 bits are text in protobuf's JSON.
    const told = {
      ...(rejected > 0 && { [REJECTED[signal]]: String(rejected) }),
      ...(message && { errorMessage: message }),
    };
    return Buffer.from(JSON.stringify(partial ? { partialSuccess: told } : {}));
  }
  return partial ? delimited(1, Buffer.concat([integer(1, rejected), text(2, message)])) : Buffer.alloc(0);
}

/** google.rpc.RetryInfo in an Any, as it stands among the details of a Status. */
function retryInfo(retryAfterMs: number): Buffer {
  const delay = Buffer.concat([
    integer(1, Math.floor(retryAfterMs / 1000)),
    integer(2, Math.round((retryAfterMs % 1000) * 1_000_000)),
  ]);
  return Buffer.concat([text(1, "type.googleapis.com/google.rpc.RetryInfo"), delimited(2, delimited(1, delay))]);
}

export function encodeStatus(code: Code, message: string, encoding: Encoding, retryAfterMs?: number): Buffer {
  if (encoding === "json") return Buffer.from(JSON.stringify({ code, message }));
  const details = retryAfterMs === undefined ? [] : [delimited(3, retryInfo(retryAfterMs))];
  return Buffer.concat([integer(1, code), text(2, message), ...details]);
}

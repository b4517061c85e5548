import type { Attributes } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import type { MetricSnapshot } from "../metrics/index.ts";
import type { LogItem } from "./logs.ts";
import { encodeLogs } from "./otlp/logs.ts";
import { encodeMetrics } from "./otlp/metrics.ts";
import { encodeSpans } from "./otlp/spans.ts";
import type { Privacy } from "./privacy.ts";
import { encodeZipkin, joinZipkin } from "./zipkin/spans.ts";

/**
 * Turns what was recorded into requests of OTLP, made safe on the way. Each throws where something cannot be encoded. Such requests consist
 * of repeated fields only: several in a row are one request that has it all.
 */
export type Encoder = {
  readonly spans: (spans: readonly ReadableSpan[]) => Uint8Array;
  /** What `spans` made, several times, as the body of one request. */
  readonly joinSpans: (encoded: readonly Uint8Array[]) => Uint8Array;
  readonly logs: (logs: readonly LogItem[]) => Uint8Array;
  readonly metrics: (snapshots: readonly MetricSnapshot[], timeMs: number) => Uint8Array;
};

const SCOPE = "agent-observatory";

const concat = (bodies: readonly Uint8Array[]): Uint8Array =>
  bodies.length === 1 ? (bodies[0] as Uint8Array) : Buffer.concat(bodies);

export type EncoderOptions = {
  readonly attributes: Attributes;
  readonly version: string;
  readonly privacy: Privacy;
  /** Of spans; logs and metrics are OTLP's. */
  readonly format: "otlp" | "zipkin";
};

export function createEncoder({ attributes, version, privacy, format }: EncoderOptions): Encoder {
  return {
    spans: (spans) => {
      const safe = spans.map(privacy.span);
      return format === "zipkin" ? encodeZipkin(safe) : encodeSpans(safe);
    },
    joinSpans: format === "zipkin" ? joinZipkin : concat,
    logs: (logs) => encodeLogs(logs.map(privacy.log), attributes),
    metrics: (snapshots, timeMs) => encodeMetrics(snapshots, attributes, { name: SCOPE, version }, timeMs),
  };
}

import type { Attributes } from "@opentelemetry/api";
import type { MetricSnapshot, SeriesSnapshot } from "../../metrics/index.ts";
import { ATTR } from "../../model/index.ts";
import { createProtobufWriter, type ProtobufWriter } from "./protobuf-writer.ts";

/**
 * Writes an OTLP ExportMetricsServiceRequest. The OpenTelemetry JS serializer knows no exemplars, without which no panel leads to a
 * trace; hence our own. Field numbers: opentelemetry/proto/metrics/v1/metrics.proto.
 */

const CUMULATIVE = 2;
const nanos = (ms: number): bigint => BigInt(Math.round(ms * 1000)) * 1000n;

function writeValue(writer: ProtobufWriter, value: unknown): void {
  if (typeof value === "string") writer.string(1, value);
  else if (typeof value === "boolean") writer.varint(2, value ? 1 : 0);
  else if (typeof value === "number") writer.double(4, value);
}

function writeKeyValues(writer: ProtobufWriter, field: number, attributes: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === "") continue;
    writer.message(field, (pair) => {
      pair.string(1, key);
      pair.message(2, (any) => writeValue(any, value));
    });
  }
}

function writeExemplars(writer: ProtobufWriter, field: number, series: SeriesSnapshot): void {
  for (const exemplar of series.exemplars) {
    writer.message(field, (one) => {
      one.fixed64(2, nanos(exemplar.timeMs));
      one.double(3, exemplar.value);
      one.bytes(4, Buffer.from(exemplar.spanId, "hex"));
      one.bytes(5, Buffer.from(exemplar.traceId, "hex"));
    });
  }
}

type NumberPoint = { readonly series: SeriesSnapshot; readonly labels: Attributes; readonly isCounter: boolean };

function writeNumberPoint(writer: ProtobufWriter, { series, labels, isCounter }: NumberPoint, timeMs: number): void {
  writer.message(1, (point) => {
    // A gauge has not counted from anything: Prometheus would make a 0 at its start of the time, and alerts would see it.
    if (isCounter) point.fixed64(2, nanos(series.startMs));
    point.fixed64(3, nanos(timeMs));
    point.double(4, series.value ?? 0);
    writeExemplars(point, 5, series);
    writeKeyValues(point, 7, labels);
  });
}

function writeHistogramPoint(writer: ProtobufWriter, series: SeriesSnapshot, timeMs: number, labels: Attributes): void {
  const { histogram } = series;
  if (histogram === undefined) return;
  writer.message(1, (point) => {
    point.fixed64(2, nanos(series.startMs));
    point.fixed64(3, nanos(timeMs));
    point.fixed64(4, BigInt(histogram.count));
    point.double(5, histogram.sum);
    point.packedFixed64(6, histogram.bucketCounts);
    point.packedDouble(7, histogram.bounds);
    writeExemplars(point, 8, series);
    writeKeyValues(point, 9, labels);
  });
}

const FIELD = { gauge: 5, sum: 7, histogram: 9 } as const;

/** Attributes of metrics that no span has. */
const OF_METRICS_ALONE = [
  "gen_ai.token.type",
  "db.client.connection.pool.name",
  "db.client.connection.state",
  "cpu.mode",
  "v8js.gc.type",
];
const ATTRIBUTE_OF: ReadonlyMap<string, string> = new Map(
  [...Object.values(ATTR), ...OF_METRICS_ALONE].map((name) => [name.replaceAll(".", "_"), name]),
);

/** Labels of a metric with an OTLP name of its own go back to their dotted attribute names. */
function labelsOf(snapshot: MetricSnapshot, series: SeriesSnapshot): Attributes {
  if (snapshot.definition.otlpName === undefined) return { ...series.labels };
  return Object.fromEntries(
    Object.entries(series.labels).map(([label, value]) => [ATTRIBUTE_OF.get(label) ?? label, value]),
  );
}

function writeMetric(writer: ProtobufWriter, snapshot: MetricSnapshot, timeMs: number): void {
  const { definition } = snapshot;
  writer.message(2, (metric) => {
    metric.string(1, definition.otlpName ?? definition.name);
    metric.string(2, definition.help);
    metric.string(3, definition.unit);
    const field = definition.type === "counter" ? FIELD.sum : FIELD[definition.type];
    metric.message(field, (data) => {
      for (const series of snapshot.series) {
        const labels = labelsOf(snapshot, series);
        if (definition.type === "histogram") writeHistogramPoint(data, series, timeMs, labels);
        else writeNumberPoint(data, { series, labels, isCounter: definition.type === "counter" }, timeMs);
      }
      if (definition.type === "gauge") return;
      data.varint(2, CUMULATIVE);
      if (definition.type === "counter") data.varint(3, 1);
    });
  });
}

/** `timeMs` is the moment of the snapshot; all series are cumulative since their own start. */
export function encodeMetrics(
  snapshots: readonly MetricSnapshot[],
  resource: Readonly<Attributes>,
  scope: { readonly name: string; readonly version: string },
  timeMs: number,
): Buffer {
  const request = createProtobufWriter();
  request.message(1, (resourceMetrics) => {
    resourceMetrics.message(1, (one) => writeKeyValues(one, 1, resource));
    resourceMetrics.message(2, (scopeMetrics) => {
      scopeMetrics.message(1, (one) => {
        one.string(1, scope.name);
        one.string(2, scope.version);
      });
      for (const snapshot of snapshots) writeMetric(scopeMetrics, snapshot, timeMs);
    });
  });
  return request.finish();
}

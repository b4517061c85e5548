import type { Resource, Scope } from "../signals/index.ts";
import type { ExponentialBuckets, MetricExemplar, MetricPoint, Temporality } from "./metric-point.ts";
import {
  type DataKind,
  type MetricOf,
  NO_EXEMPLARS,
  newRawPoint,
  pointOf,
  type RawPoint,
  TEMPORALITIES,
} from "./metric-points.ts";
import {
  countItem,
  createProtobufReader,
  DELIMITED,
  FIXED64,
  type ProtobufReader,
  readBool,
  readDouble,
  readEnd,
  readFixed64,
  readFixed64Number,
  readRepeated,
  readSfixed64Number,
  readSint32,
  readTag,
  readText,
  readUint32,
  readUint64Number,
  skipField,
  VARINT,
} from "./protobuf-reader.ts";
import { readAttribute, readEnum, readExport, readId, readKey } from "./protobuf-values.ts";
import type { MutableAttributes } from "./resource.ts";
import { SPAN_ID_BYTES, TRACE_ID_BYTES } from "./span-ids.ts";

/** Undefined where it has no value. */
function readExemplar(reader: ProtobufReader, end: number): MetricExemplar | undefined {
  countItem(reader);
  let timeNs = 0n;
  let value: number | undefined;
  let [traceId, spanId] = ["", ""];
  const attributes: MutableAttributes = {};
  while (reader.at < end) {
    const tag = readTag(reader, end);
    if (tag === ((2 << 3) | FIXED64)) timeNs = readFixed64(reader, end);
    else if (tag === ((3 << 3) | FIXED64)) value = readDouble(reader, end);
    else if (tag === ((4 << 3) | DELIMITED)) spanId = readId(reader, end, SPAN_ID_BYTES) ?? "";
    else if (tag === ((5 << 3) | DELIMITED)) traceId = readId(reader, end, TRACE_ID_BYTES) ?? "";
    else if (tag === ((6 << 3) | FIXED64)) value = readSfixed64Number(reader, end);
    else if (tag === ((7 << 3) | DELIMITED)) readAttribute(reader, end, attributes);
    else skipField(reader, tag, end);
  }
  return value === undefined ? undefined : { timeNs, value, traceId, spanId, attributes };
}

function readBuckets(reader: ProtobufReader, end: number): ExponentialBuckets {
  let offset = 0;
  const counts: number[] = [];
  while (reader.at < end) {
    const tag = readTag(reader, end);
    if (tag === ((1 << 3) | VARINT)) offset = readSint32(reader, end);
    else if (tag >>> 3 === 2) readRepeated(reader, tag, end, counts, readUint64Number);
    else skipField(reader, tag, end);
  }
  return { offset, counts };
}

function readQuantile(reader: ProtobufReader, end: number): { quantile: number; value: number } {
  countItem(reader);
  let [quantile, value] = [0, 0];
  while (reader.at < end) {
    const tag = readTag(reader, end);
    if (tag === ((1 << 3) | FIXED64)) quantile = readDouble(reader, end);
    else if (tag === ((2 << 3) | FIXED64)) value = readDouble(reader, end);
    else skipField(reader, tag, end);
  }
  return { quantile, value };
}

/** What a field of a data point means; the five kinds of points number the same things differently. */
type PointFields = Readonly<
  Record<number, (reader: ProtobufReader, end: number, tag: number, point: RawPoint) => void>
>;

const time: PointFields = {
  [(2 << 3) | FIXED64]: (reader, end, _, point) => {
    point.startNs = readFixed64(reader, end);
  },
  [(3 << 3) | FIXED64]: (reader, end, _, point) => {
    point.timeNs = readFixed64(reader, end);
  },
};
const count: PointFields = {
  [(4 << 3) | FIXED64]: (reader, end, _, point) => {
    point.count = readFixed64Number(reader, end);
  },
  [(5 << 3) | FIXED64]: (reader, end, _, point) => {
    point.sum = readDouble(reader, end);
  },
};
const attributesAt = (field: number): PointFields => ({
  [(field << 3) | DELIMITED]: (reader, end, _, point) => readAttribute(reader, end, point.attributes),
});
const flagsAt = (field: number): PointFields => ({
  [(field << 3) | VARINT]: (reader, end, _, point) => {
    point.flags = readUint32(reader, end);
  },
});
const exemplarsAt = (field: number): PointFields => ({
  [(field << 3) | DELIMITED]: (reader, end, _, point) => {
    const exemplar = readExemplar(reader, readEnd(reader, end));
    if (exemplar === undefined) return;
    if (point.exemplars === NO_EXEMPLARS) point.exemplars = [];
    (point.exemplars as MetricExemplar[]).push(exemplar);
  },
});
const minAndMaxAt = (min: number, max: number): PointFields => ({
  [(min << 3) | FIXED64]: (reader, end, _, point) => {
    point.min = readDouble(reader, end);
  },
  [(max << 3) | FIXED64]: (reader, end, _, point) => {
    point.max = readDouble(reader, end);
  },
});

const number: PointFields = {
  ...time,
  ...attributesAt(7),
  ...exemplarsAt(5),
  ...flagsAt(8),
  [(4 << 3) | FIXED64]: (reader, end, _, point) => {
    point.value = readDouble(reader, end);
  },
  [(6 << 3) | FIXED64]: (reader, end, _, point) => {
    point.value = readSfixed64Number(reader, end);
  },
};
const bucketCounts = (reader: ProtobufReader, end: number, tag: number, point: RawPoint): void =>
  readRepeated(reader, tag, end, point.counts, readFixed64Number);
const explicitBounds = (reader: ProtobufReader, end: number, tag: number, point: RawPoint): void =>
  readRepeated(reader, tag, end, point.bounds, readDouble);

const FIELDS: Readonly<Record<DataKind, PointFields>> = {
  gauge: number,
  sum: number,
  histogram: {
    ...time,
    ...count,
    ...attributesAt(9),
    ...exemplarsAt(8),
    ...flagsAt(10),
    ...minAndMaxAt(11, 12),
    [(6 << 3) | FIXED64]: bucketCounts,
    [(6 << 3) | DELIMITED]: bucketCounts,
    [(7 << 3) | FIXED64]: explicitBounds,
    [(7 << 3) | DELIMITED]: explicitBounds,
  },
  exponentialHistogram: {
    ...time,
    ...count,
    ...attributesAt(1),
    ...exemplarsAt(11),
    ...flagsAt(10),
    ...minAndMaxAt(12, 13),
    [(6 << 3) | VARINT]: (reader, end, _, point) => {
      point.scale = readSint32(reader, end);
    },
    [(7 << 3) | FIXED64]: (reader, end, _, point) => {
      point.zeroCount = readFixed64Number(reader, end);
    },
    [(8 << 3) | DELIMITED]: (reader, end, _, point) => {
      point.positive = readBuckets(reader, readEnd(reader, end));
    },
    [(9 << 3) | DELIMITED]: (reader, end, _, point) => {
      point.negative = readBuckets(reader, readEnd(reader, end));
    },
    [(14 << 3) | FIXED64]: (reader, end, _, point) => {
      point.zeroThreshold = readDouble(reader, end);
    },
  },
  summary: {
    ...time,
    ...count,
    ...attributesAt(7),
    ...flagsAt(8),
    [(6 << 3) | DELIMITED]: (reader, end, _, point) => {
      point.quantiles.push(readQuantile(reader, readEnd(reader, end)));
    },
  },
};

/** Which field of a metric holds which kind of points. */
const KINDS: Readonly<Record<number, DataKind>> = {
  [(5 << 3) | DELIMITED]: "gauge",
  [(7 << 3) | DELIMITED]: "sum",
  [(9 << 3) | DELIMITED]: "histogram",
  [(10 << 3) | DELIMITED]: "exponentialHistogram",
  [(11 << 3) | DELIMITED]: "summary",
};

function readPoint(reader: ProtobufReader, end: number, fields: PointFields, point: RawPoint): void {
  countItem(reader);
  while (reader.at < end) {
    const tag = readTag(reader, end);
    const read = fields[tag];
    if (read === undefined) skipField(reader, tag, end);
    else read(reader, end, tag, point);
  }
}

type Data = { readonly kind: DataKind; readonly start: number; readonly end: number };

function readMetric(
  reader: ProtobufReader,
  end: number,
  place: { readonly resource: Resource; readonly scope: Scope },
  points: MetricPoint[],
): void {
  countItem(reader);
  let [name, description, unit] = ["", "", ""];
  let data: Data | undefined;
  while (reader.at < end) {
    const tag = readTag(reader, end);
    const kind = KINDS[tag];
    if (kind !== undefined) {
      const inner = readEnd(reader, end);
      data = { kind, start: reader.at, end: inner };
      reader.at = inner;
    } else if (tag === ((1 << 3) | DELIMITED)) name = readKey(reader, end);
    else if (tag === ((2 << 3) | DELIMITED)) description = readText(reader, end);
    else if (tag === ((3 << 3) | DELIMITED)) unit = readKey(reader, end);
    else skipField(reader, tag, end);
  }
  if (data === undefined) return;
  let temporality: Temporality = "unspecified";
  let monotonic = false;
  // Names and temporality may come behind the points that they describe.
  const raw: RawPoint[] = [];
  reader.at = data.start;
  while (reader.at < data.end) {
    const tag = readTag(reader, data.end);
    if (tag === ((1 << 3) | DELIMITED)) {
      const point = newRawPoint();
      readPoint(reader, readEnd(reader, data.end), FIELDS[data.kind], point);
      raw.push(point);
    } else if (tag === ((2 << 3) | VARINT)) temporality = readEnum(reader, data.end, TEMPORALITIES, "unspecified");
    else if (tag === ((3 << 3) | VARINT)) monotonic = readBool(reader, data.end);
    else skipField(reader, tag, data.end);
  }
  reader.at = end;
  const metric: MetricOf = { ...place, name, description, unit, kind: data.kind, temporality, monotonic };
  for (const point of raw) points.push(pointOf(metric, point));
}

export function readProtobufMetrics(bytes: Uint8Array): MetricPoint[] {
  const points: MetricPoint[] = [];
  readExport(createProtobufReader(bytes), (reader, end, resource, scope) =>
    readMetric(reader, end, { resource, scope }, points),
  );
  return points;
}

/**
 * Log records become lines as Loki's OTLP ingestion writes them: few resource attributes name the stream, all else that
 * is known becomes structured metadata. Where it differs: docs/otlp.md.
 */
import {
  type Attributes,
  type AttributeValue,
  createLabelSet,
  createLabels,
  type LabelSet,
  type NewLogLine,
  type Resource,
  type Scope,
} from "../signals/index.ts";
import { createBoundedMap } from "./bounded-map.ts";
import { detectLevel, LEVEL_LABEL, normalizeLevel } from "./log-level.ts";
import type { LogRecord } from "./log-record.ts";
import { logLabelName } from "./metric-names.ts";
import { createRejections, type Rejection } from "./rejections.ts";
import { valueText } from "./value-text.ts";

export type LogTranslatorOptions = {
  /** Keys of resource attributes that name the stream. */
  readonly indexLabels: readonly string[];
  /** Longer lines are cut. */
  readonly maxLineBytes?: number;
  readonly maxMetadataBytes?: number;
  readonly maxMetadataEntries?: number;
};

export type LogTranslation = {
  readonly lines: readonly NewLogLine[];
  /** Log records that were not taken. */
  readonly rejected: readonly Rejection[];
};

export type LogTranslator = (records: readonly LogRecord[], nowMs: number) => LogTranslation;

/** These four as in loki/loki.yaml. */
const MAX_LINE_BYTES = 1_048_576;
const MAX_METADATA_BYTES = 1_048_576;
const MAX_METADATA_ENTRIES = 512;
const MAX_AGE_MS = 7 * 24 * 3_600_000;
const AHEAD_MS = 600_000;
const MAX_LABEL_VALUE_BYTES = 2048;
const MAX_STREAMS = 10_000;
const NS_PER_MS = 1_000_000n;

const SERVICE_NAME = "service_name";
const UNKNOWN_SERVICE = "unknown_service";
/** Where the service has no name: stream labels that stand in for it. */
const SERVICE_NAME_SOURCES = [
  "service",
  "app",
  "application",
  "app_name",
  "name",
  "app_kubernetes_io_name",
  "container",
  "container_name",
  "k8s_container_name",
  "component",
  "workload",
  "job",
  "k8s_job_name",
];

type Pair = readonly [name: string, value: string];

const isMap = (value: AttributeValue): value is Attributes =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);

/** Maps are flattened, their keys joined by `_`. A key that leaves no name is left out. */
function addPairs(into: Pair[], key: string, value: AttributeValue, prefix: string): void {
  const name = logLabelName(prefix === "" ? key : `${prefix}_${key}`);
  if (name === undefined) return;
  if (!isMap(value)) into.push([name, valueText(value)]);
  else for (const [inner, one] of Object.entries(value)) addPairs(into, inner, one, name);
}

function pairsOf(attributes: Attributes): Pair[] {
  const pairs: Pair[] = [];
  for (const key in attributes) addPairs(pairs, key, attributes[key] ?? null, "");
  return pairs;
}

function scopePairs({ name, version, attributes }: Scope): Pair[] {
  const pairs = pairsOf(attributes);
  if (name !== "") pairs.push(["scope_name", name]);
  if (version !== "") pairs.push(["scope_version", version]);
  return pairs;
}

function recordPairs(record: LogRecord): Pair[] {
  const pairs = pairsOf(record.attributes);
  const { timeNs, observedNs, severityNumber, severityText, droppedAttributeCount, flags, traceId, spanId } = record;
  if (timeNs !== 0n && observedNs !== 0n) pairs.push(["observed_timestamp", observedNs.toString()]);
  if (severityNumber !== 0) pairs.push(["severity_number", String(severityNumber)]);
  if (severityText !== "") pairs.push(["severity_text", severityText]);
  if (droppedAttributeCount !== 0) pairs.push(["dropped_attributes_count", String(droppedAttributeCount)]);
  if (flags !== 0) pairs.push(["flags", String(flags)]);
  if (traceId !== "") pairs.push(["trace_id", traceId]);
  if (spanId !== "") pairs.push(["span_id", spanId]);
  return pairs;
}

function cutLine(line: string, maxBytes: number): string {
  // A character takes three bytes at most for each of its code units.
  if (line.length * 3 <= maxBytes || Buffer.byteLength(line) <= maxBytes) return line;
  return Buffer.from(line).toString("utf8", 0, maxBytes);
}

const bytesOf = (pairs: readonly Pair[]): number =>
  pairs.reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value), 0);

type ResourceParts = { readonly stream: LabelSet; readonly metadata: readonly Pair[]; readonly problem?: string };

function partsOf(
  { attributes }: Resource,
  indexLabels: ReadonlySet<string>,
): Omit<ResourceParts, "stream"> & {
  readonly labels: Map<string, string>;
} {
  const labels = new Map<string, string>();
  const metadata: Pair[] = [];
  const serviceName = Object.hasOwn(attributes, "service.name") ? attributes["service.name"] : undefined;
  let isNamed = serviceName !== undefined && valueText(serviceName) !== "";
  for (const key in attributes) {
    if (!indexLabels.has(key)) {
      addPairs(metadata, key, attributes[key] ?? null, "");
      continue;
    }
    const pairs: Pair[] = [];
    addPairs(pairs, key, attributes[key] ?? null, "");
    for (const [name, value] of pairs) {
      labels.set(name, value);
      if (!isNamed && SERVICE_NAME_SOURCES.includes(name)) {
        labels.set(SERVICE_NAME, value);
        isNamed = true;
      }
    }
  }
  if (!isNamed) labels.set(SERVICE_NAME, UNKNOWN_SERVICE);
  const tooLong = [...labels].find(([, value]) => Buffer.byteLength(value) > MAX_LABEL_VALUE_BYTES)?.[0];
  if (tooLong === undefined) return { labels, metadata };
  return { labels, metadata, problem: `the stream label ${tooLong} is longer than ${MAX_LABEL_VALUE_BYTES} bytes` };
}

/** Replaced as Loki does: the sign for what could not be decoded is of no use in a filter. */
const cleanValue = (value: string): string => (value.includes("\ufffd") ? value.replaceAll("\ufffd", " ") : value);

export function createLogTranslator({
  indexLabels,
  maxLineBytes = MAX_LINE_BYTES,
  maxMetadataBytes = MAX_METADATA_BYTES,
  maxMetadataEntries = MAX_METADATA_ENTRIES,
}: LogTranslatorOptions): LogTranslator {
  const indexed = new Set(indexLabels);
  const streams = createBoundedMap<LabelSet>(MAX_STREAMS);

  const readResource = (resource: Resource): ResourceParts => {
    const { labels, ...rest } = partsOf(resource, indexed);
    const made = createLabelSet(createLabels(labels));
    const stream = streams.get(made.key) ?? made;
    if (stream === made) streams.set(made.key, made);
    return { stream, ...rest };
  };

  const timeOf = ({ timeNs, observedNs }: LogRecord, nowNs: bigint): bigint => timeNs || observedNs || nowNs;

  return (records, nowMs) => {
    const lines: NewLogLine[] = [];
    const { reject, list } = createRejections();
    const nowNs = BigInt(nowMs) * NS_PER_MS;
    const [oldestNs, latestNs] = [BigInt(nowMs - MAX_AGE_MS) * NS_PER_MS, BigInt(nowMs + AHEAD_MS) * NS_PER_MS];
    const resources = new Map<Resource, ResourceParts>();
    const scopes = new Map<Scope, readonly Pair[]>();
    for (const record of records) {
      let resource = resources.get(record.resource);
      if (resource === undefined) {
        resource = readResource(record.resource);
        resources.set(record.resource, resource);
      }
      let scope = scopes.get(record.scope);
      if (scope === undefined) {
        scope = scopePairs(record.scope);
        scopes.set(record.scope, scope);
      }
      const pairs = [...recordPairs(record), ...resource.metadata, ...scope];
      const timeNs = timeOf(record, nowNs);
      if (resource.problem !== undefined) reject(resource.problem);
      else if (timeNs < oldestNs) reject("the log record is older than 7 days");
      else if (timeNs > latestNs) reject("the log record's time is more than 10 minutes in the future");
      else if (pairs.length > maxMetadataEntries)
        reject(`the log record has more than ${maxMetadataEntries} attributes`);
      else if (bytesOf(pairs) > maxMetadataBytes)
        reject(`the log record has more than ${maxMetadataBytes} bytes of attributes`);
      else {
        const { stream } = resource;
        const line = cutLine(valueText(record.body), maxLineBytes);
        const metadata = pairs.map(([name, value]): Pair => [name, cleanValue(value)]);
        const own = metadata.findLast(([name, value]) => name === LEVEL_LABEL && value !== "")?.[1];
        const level = own === undefined ? detectLevel(stream.labels, metadata, line) : normalizeLevel(own);
        metadata.push([LEVEL_LABEL, level]);
        lines.push({ stream, timeNs, line, metadata: createLabels(metadata) });
      }
    }
    return { lines, rejected: list() };
  };
}

/** The sources that the APIs read, in memory: small, and slow on purpose, so that there is nothing in them to be wrong. */
import {
  createMemorySeries,
  type Dependency,
  type Labels,
  type LogLine,
  type LogSource,
  labelsKey,
  type Matcher,
  type MetricMetadata,
  matchesAll,
  type NewSample,
  type SeriesCatalog,
  type SeriesExemplars,
  type Span,
  type SpanOutline,
  type SpanSource,
  type TraceOutline,
} from "../../src/signals/index.ts";

export type Content = {
  readonly samples?: readonly NewSample[];
  readonly exemplars?: readonly SeriesExemplars[];
  readonly metadata?: readonly MetricMetadata[];
  readonly lines?: readonly LogLine[];
  readonly spans?: readonly Span[];
};

type Selectors = readonly (readonly Matcher[])[];

/** Labels and their values are asked for without selectors where nothing restricts them. */
const orAll = (selectors: Selectors): Selectors => (selectors.length === 0 ? [[]] : selectors);

function createCatalog({ samples = [], exemplars = [], metadata = [] }: Content): SeriesCatalog {
  const memory = createMemorySeries();
  for (const sample of samples) memory.append(sample);
  const series = (selectors: Selectors, startMs: number, endMs: number): Labels[] => {
    const found = new Map<string, Labels>();
    for (const matchers of selectors) {
      for (const { labels } of memory.select(matchers, startMs, endMs)) found.set(labelsKey(labels), labels);
    }
    return [...found.values()];
  };
  return {
    select: memory.select,
    series,
    labelNames: (selectors, ...time) =>
      [...new Set(series(orAll(selectors), ...time).flatMap((labels) => Object.keys(labels)))].sort(),
    labelValues: (name, selectors, ...time) =>
      [...new Set(series(orAll(selectors), ...time).flatMap((labels) => labels[name] ?? []))].sort(),
    exemplars: (selectors, startMs, endMs) =>
      exemplars
        .filter(({ labels }) => selectors.some((matchers) => matchesAll(matchers, labels)))
        .map(({ labels, exemplars: all }) => ({
          labels,
          exemplars: all.filter(({ timeMs }) => timeMs >= startMs && timeMs <= endMs),
        })),
    metadata: () => metadata,
  };
}

function createLogs({ lines = [] }: Content): LogSource {
  const within = (matchers: readonly Matcher[], startNs: bigint, endNs: bigint): LogLine[] =>
    lines.filter(({ stream, timeNs }) => matchesAll(matchers, stream) && timeNs >= startNs && timeNs < endNs);
  return {
    scan: ({ matchers, startNs, endNs, direction }, visit) => {
      const found = within(matchers, startNs, endNs).sort((one, other) => (one.timeNs < other.timeNs ? -1 : 1));
      if (direction === "backward") found.reverse();
      for (const line of found) if (!visit(line)) return;
    },
    streams: (matchers, startNs, endNs) => [
      ...new Map(within(matchers, startNs, endNs).map(({ stream }) => [labelsKey(stream), stream])).values(),
    ],
    stats: (matchers, startNs, endNs) => {
      const found = within(matchers, startNs, endNs);
      const streams = new Set(found.map(({ stream }) => labelsKey(stream))).size;
      return {
        streams,
        chunks: streams,
        entries: found.length,
        bytes: found.reduce((sum, { line }) => sum + Buffer.byteLength(line), 0),
      };
    },
  };
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

function hasTags({ attributes, resource, events }: Span, tags: Readonly<Record<string, string>>): boolean {
  const places = [attributes, resource.attributes, ...events.map((event) => event.attributes)];
  return Object.entries(tags).every(([key, value]) =>
    places.some((place) => place[key] !== undefined && textOf(place[key]) === value),
  );
}

const outlineOf =
  (attributes: readonly string[]) =>
  ({ resource, startNs, endNs, ...span }: Span): SpanOutline => ({
    ...span,
    service: resource.service,
    startUs: Number(startNs / 1000n),
    startRestNs: Number(startNs % 1000n),
    durationUs: Number((endNs - startNs) / 1000n),
    values: attributes.map((name) => span.attributes[name] ?? null),
  });

function createSpans({ spans = [] }: Content): SpanSource {
  const trace = (traceId: string): Span[] =>
    spans.filter((span) => span.traceId === traceId).sort((one, other) => (one.startNs < other.startNs ? -1 : 1));
  return {
    services: () => [...new Set(spans.map(({ resource }) => resource.service))].sort(),
    operations: (service, kind) => {
      const found = spans.filter((span) => span.resource.service === service && (kind ?? span.kind) === span.kind);
      const unique = new Map(found.map((span) => [`${span.name} ${span.kind}`, { name: span.name, kind: span.kind }]));
      return [...unique.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
    },
    trace,
    findTraceIds: (query) => {
      const found = spans.filter(
        (span) =>
          (query.service === undefined || span.resource.service === query.service) &&
          (query.operation === undefined || span.name === query.operation) &&
          span.startNs >= query.startNs &&
          span.startNs <= query.endNs &&
          span.endNs - span.startNs >= (query.minDurationNs ?? 0n) &&
          span.endNs - span.startNs <= (query.maxDurationNs ?? 2n ** 63n) &&
          hasTags(span, query.tags),
      );
      const latestFirst = found.sort((one, other) => (one.startNs > other.startNs ? -1 : 1));
      const first = latestFirst.filter(
        ({ traceId }, index) => latestFirst.findIndex((one) => one.traceId === traceId) === index,
      );
      return first.slice(0, query.limit).map(({ traceId, startNs }) => ({ traceId, startNs }));
    },
    outlines: (traceIds, attributes, isKnown) =>
      new Map(
        traceIds.flatMap((traceId): [string, TraceOutline][] => {
          const version = String(trace(traceId).length);
          if (version === "0") return [];
          return [
            [
              traceId,
              { version, spans: isKnown(traceId, version) ? undefined : trace(traceId).map(outlineOf(attributes)) },
            ],
          ];
        }),
      ),
    spansOf: (traceId, spanIds) => trace(traceId).filter(({ spanId }) => spanIds.includes(spanId)),
    dependencies: (startNs, endNs) => {
      const links = new Map<string, Dependency>();
      for (const span of spans) {
        const parent = spans.find(({ traceId, spanId }) => traceId === span.traceId && spanId === span.parentSpanId);
        const [from, to] = [parent?.resource.service, span.resource.service];
        if (from === undefined || from === to || span.startNs < startNs || span.startNs > endNs) continue;
        const key = `${from} ${to}`;
        links.set(key, { parent: from, child: to, callCount: (links.get(key)?.callCount ?? 0) + 1 });
      }
      return [...links.values()];
    },
  };
}

export const createSources = (content: Content): SeriesCatalog & LogSource & SpanSource => ({
  ...createCatalog(content),
  ...createLogs(content),
  ...createSpans(content),
});

import type { Clock } from "../base/index.ts";
import { CATALOGUE, type LabelsOf, type MetricDefinition, type MetricName } from "./catalogue.ts";
import { createLabelGuard } from "./label-guard.ts";
import { Counter, Gauge, Histogram, Registry } from "./prom-client.ts";
import { createRecentValues, type RecentValues } from "./recent-values.ts";
import type { MetricSnapshot, SeriesSnapshot } from "./snapshot.ts";
import { DEFAULT_WINDOW_MS, type MetricSummary, type SummaryOptions, summarize } from "./summary.ts";

/** The span that was current when a value was recorded; left out where that span is not exported. */
export type Exemplar = { readonly traceId: string; readonly spanId: string };

export type Metrics = {
  /** Adds to a counter or gauge. */
  readonly add: <N extends MetricName>(name: N, labels: LabelsOf<N>, value?: number, exemplar?: Exemplar) => void;
  /** Sets a gauge. */
  readonly set: <N extends MetricName>(name: N, labels: LabelsOf<N>, value: number) => void;
  /** Sets a gauge that is worth telling with other news, and no news by itself: a program that records nothing else sends nothing. */
  readonly note: <N extends MetricName>(name: N, labels: LabelsOf<N>, value: number) => void;
  /** Records into a histogram, in the metric's unit. */
  readonly observe: <N extends MetricName>(name: N, labels: LabelsOf<N>, value: number, exemplar?: Exemplar) => void;
  /** Calls `collect` whenever somebody looks at the metrics, so that it can set gauges of what it watches. Returns what stops it. */
  readonly watch: (collect: () => void) => () => void;
  /** What was recorded lately of the series whose labels have all that `labels` has. */
  readonly summary: (name: MetricName, labels: Readonly<Record<string, string>>, options: SummaryOptions) => MetricSummary;
  /** Everything as it stands, without waiting, so that an exiting process can still send it. */
  readonly snapshot: () => MetricSnapshot[];
  /** Grows with every recording. */
  readonly revision: () => number;
  /** OpenMetrics text with exemplars, as a scrape wants it. */
  readonly text: () => Promise<{ readonly contentType: string; readonly body: string }>;
};

export type MetricsOptions = {
  readonly clock: Clock;
  /** How many values one label may take before further ones become `other`. */
  readonly labelValueLimit: number;
  /** Makes a label value safe to leave the process. */
  readonly cleanLabel: (value: string) => string;
};

type Labels = Record<string, string>;
type PromExemplar = { readonly labelSet: Labels; readonly value: number; readonly timestamp: number };
/**
 * prom-client's own record of a series. Its public getters are asynchronous, and an exiting process cannot wait, so the map is
 * read directly; a test holds this against the pinned version.
 */
type PromSeries = {
  readonly labels: Labels;
  readonly value?: number;
  readonly exemplar?: PromExemplar;
  readonly sum?: number;
  readonly count?: number;
  readonly bucketValues?: Readonly<Record<string, number>>;
  readonly bucketExemplars?: Readonly<Record<string, PromExemplar>>;
};
type PromMetric = { readonly hashMap: Readonly<Record<string, PromSeries>> };
type Instrument = {
  readonly definition: MetricDefinition;
  readonly metric: Counter | Gauge | Histogram;
  /** When each series was first recorded: the start time that lets a counter born at 1 count as an increase. */
  readonly startMs: Map<string, number>;
  /** Labels as given, joined, to labels as recorded: what was guarded once need not be again. */
  readonly guarded: Map<string, Labels>;
  /** Made with the first recording. */
  recent: RecentValues | undefined;
};

/** Labels of few values each may still have many combinations. */
const MAX_SERIES = 10_000;

function createInstrument(definition: MetricDefinition, registry: Registry): Instrument {
  const common = {
    name: definition.name,
    help: definition.help,
    labelNames: [...definition.labels],
    registers: [registry],
  };
  // prom-client's types know `enableExemplars` on histograms and counters only under the OpenMetrics registry type.
  const withExemplars = { ...common, enableExemplars: true } as never;
  const metric =
    definition.type === "gauge"
      ? new Gauge(common)
      : definition.type === "counter"
        ? new Counter(withExemplars)
        : new Histogram({ ...common, enableExemplars: true, buckets: [...(definition.buckets ?? [])] } as never);
  return { definition, metric, startMs: new Map(), guarded: new Map(), recent: undefined };
}

const seriesKey = (definition: MetricDefinition, labels: Labels): string =>
  definition.labels.map((label) => labels[label]).join("\u0000");

function exemplarsOf(series: PromSeries): SeriesSnapshot["exemplars"] {
  const recorded = series.exemplar !== undefined ? [series.exemplar] : Object.values(series.bucketExemplars ?? {});
  return (
    recorded
      .filter((exemplar) => exemplar?.labelSet?.trace_id !== undefined)
      .map((exemplar) => ({
        traceId: exemplar.labelSet.trace_id ?? "",
        spanId: exemplar.labelSet.span_id ?? "",
        value: exemplar.value,
        timeMs: exemplar.timestamp * 1000,
      }))
      // By value: Prometheus gives each exemplar to the first bucket that it has not passed yet.
      .toSorted((a, b) => a.value - b.value)
  );
}

function snapshotSeries(instrument: Instrument, series: PromSeries): SeriesSnapshot {
  const { definition, startMs } = instrument;
  const common = {
    labels: series.labels,
    startMs: startMs.get(seriesKey(definition, series.labels)) ?? 0,
    exemplars: exemplarsOf(series),
  };
  if (definition.type !== "histogram") return { ...common, value: series.value ?? 0 };
  const bounds = definition.buckets ?? [];
  const counts = bounds.map((bound) => series.bucketValues?.[bound] ?? 0);
  const count = series.count ?? 0;
  const overflow = count - counts.reduce((sum, each) => sum + each, 0);
  return { ...common, histogram: { count, sum: series.sum ?? 0, bounds, bucketCounts: [...counts, overflow] } };
}

/** The catalogue as live instruments on one prom-client registry, which both the pull endpoint and OTLP push read. */
export function createMetrics({ clock, labelValueLimit, cleanLabel }: MetricsOptions): Metrics {
  const registry = new Registry();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
  const instruments = new Map(
    CATALOGUE.map((definition: MetricDefinition) => [definition.name, createInstrument(definition, registry)]),
  );
  const instrumentOf = (name: string): Instrument => instruments.get(name) as Instrument;
  const guard = createLabelGuard({
    limit: labelValueLimit,
    clean: cleanLabel,
    onFold: (metric, label) => add("agent_observatory_label_values_folded_total", { metric, label }),
  });

  let revision = 0;
  const prepare = (name: string, given: Labels): { instrument: Instrument; labels: Labels } => {
    revision += 1;
    const instrument = instrumentOf(name);
    const givenKey = seriesKey(instrument.definition, given);
    const known = instrument.guarded.get(givenKey);
    if (known !== undefined) return { instrument, labels: known };
    let { labels, folded } = guard(name, given);
    let key = seriesKey(instrument.definition, labels);
    if (!instrument.startMs.has(key)) {
      if (instrument.startMs.size >= MAX_SERIES) {
        folded = true;
        labels = Object.fromEntries(instrument.definition.labels.map((label) => [label, "other"]));
        key = seriesKey(instrument.definition, labels);
        add("agent_observatory_label_values_folded_total", { metric: name, label: "all" });
      }
      if (!instrument.startMs.has(key)) instrument.startMs.set(key, clock.nowMs());
    }
    // What is folded comes in ever new values, and each is to be counted: it stays out of the memory.
    if (!folded) instrument.guarded.set(givenKey, labels);
    return { instrument, labels };
  };
  const exemplarLabels = (exemplar: Exemplar | undefined): object =>
    exemplar === undefined ? {} : { exemplarLabels: { trace_id: exemplar.traceId, span_id: exemplar.spanId } };

  const remember = (instrument: Instrument, labels: Labels, value: number): void => {
    instrument.recent ??= createRecentValues();
    instrument.recent.add(value, labels, clock.nowMs());
  };

  const watches = new Set<() => void>();
  const collectWatched = (): void => {
    for (const collect of watches) {
      try {
        collect();
      } catch {
        // What cannot be looked at is not told.
      }
    }
  };

  const add: Metrics["add"] = (name, given, value = 1, exemplar) => {
    if (!Number.isFinite(value)) return;
    const { instrument, labels } = prepare(name, given);
    if (instrument.metric instanceof Gauge) instrument.metric.inc(labels, value);
    else if (instrument.metric instanceof Counter && value >= 0) {
      instrument.metric.inc({ labels, value, ...exemplarLabels(exemplar) } as never);
      remember(instrument, labels, value);
    }
  };

  const set: Metrics["set"] = (name, given, value) => {
    const { instrument, labels } = prepare(name, given);
    if (!(instrument.metric instanceof Gauge) || !Number.isFinite(value)) return;
    instrument.metric.set(labels, value);
    remember(instrument, labels, value);
  };

  return {
    add,
    set,
    note: (name, given, value) => {
      const before = revision;
      set(name, given, value);
      revision = before;
    },
    observe: (name, given, value, exemplar) => {
      const { instrument, labels } = prepare(name, given);
      if (!(instrument.metric instanceof Histogram) || !Number.isFinite(value)) return;
      instrument.metric.observe({ labels, value, ...exemplarLabels(exemplar) } as never);
      remember(instrument, labels, value);
    },
    watch: (collect) => {
      watches.add(collect);
      return () => void watches.delete(collect);
    },
    summary: (name, labels, { windowMs = DEFAULT_WINDOW_MS, factor }) => {
      collectWatched();
      const sorted = instruments.get(name)?.recent?.sorted(clock.nowMs() - windowMs, labels);
      return summarize(sorted ?? new Float64Array(0), factor);
    },
    snapshot: () => {
      collectWatched();
      return [...instruments.values()].flatMap((instrument) => {
        const { hashMap } = instrument.metric as unknown as PromMetric;
        const series = Object.values(hashMap)
          // A metric without labels exists at 0 from birth: nothing was recorded yet.
          .filter((one) => instrument.startMs.has(seriesKey(instrument.definition, one.labels)))
          .map((one) => snapshotSeries(instrument, one));
        return series.length === 0 ? [] : [{ definition: instrument.definition, series }];
      });
    },
    revision: () => revision,
    text: async () => {
      collectWatched();
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
}

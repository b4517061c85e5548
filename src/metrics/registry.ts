import type { Clock } from "../base/index.ts";
import { CATALOGUE, type LabelsOf, type MetricDefinition, type MetricName } from "./catalogue.ts";
import { createLabelGuard } from "./label-guard.ts";
import { Counter, Gauge, Histogram, Registry } from "./prom-client.ts";
import { addAgain, type Exemplar, type Labels, observeAgain, type PromSeries } from "./prom-series.ts";
import { createRecentValues, type RecentValues } from "./recent-values.ts";
import type { MetricSnapshot, SeriesSnapshot } from "./snapshot.ts";
import { DEFAULT_WINDOW_MS, type MetricSummary, type SummaryOptions, summarize } from "./summary.ts";

export type { Exemplar } from "./prom-series.ts";

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
  readonly summary: (
    name: MetricName,
    labels: Readonly<Record<string, string>>,
    options: SummaryOptions,
  ) => MetricSummary;
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

type PromMetric = { readonly hashMap: Readonly<Record<string, PromSeries>> };
type Instrument = {
  readonly definition: MetricDefinition;
  readonly metric: Counter | Gauge | Histogram;
  /** When each series was first recorded: the start time that lets a counter born at 1 count as an increase. */
  readonly startMs: Map<string, number>;
  /** Labels as given, a branch for each, to labels as recorded: what was guarded once need not be again. */
  readonly guarded: Branch;
  /** A gauge that is set: that puts a new series in the place of the old one. */
  isSet: boolean;
  /** Made with the first recording. */
  recent: RecentValues | undefined;
};

/** Labels of few values each may still have many combinations. */
const MAX_SERIES = 10_000;

/** Labels and their series: undefined until it was looked for, null where it is another's with the same labels. */
type Recorded = { readonly labels: Labels; series: PromSeries | null | undefined };

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
  return { definition, metric, startMs: new Map(), guarded: new Map(), isSet: false, recent: undefined };
}

function seriesKey(definition: MetricDefinition, labels: Labels): string {
  let key = "";
  for (const label of definition.labels) key += `${labels[label]}\u0000`;
  return key;
}

/** Labels are texts that are there: to look for one after another is faster than for a new text of all. */
type Branch = Map<string, Branch | Recorded>;

function recordedBefore({ definition, guarded }: Instrument, given: Labels): Recorded | undefined {
  let at = guarded.get("");
  for (const label of definition.labels) {
    if (!(at instanceof Map)) return undefined;
    at = at.get(given[label] as string);
  }
  return at instanceof Map ? undefined : at;
}

function keepRecorded({ definition, guarded }: Instrument, given: Labels, recorded: Recorded): void {
  let branch = guarded;
  let value = "";
  for (const label of definition.labels) {
    const before = branch.get(value);
    const next: Branch = before instanceof Map ? before : new Map();
    branch.set(value, next);
    branch = next;
    value = given[label] as string;
  }
  branch.set(value, recorded);
}

/** Looks for the series that has just been recorded, once. */
function rememberSeries({ metric, isSet }: Instrument, recorded: Recorded): void {
  if (recorded.series !== undefined || isSet) return;
  const { hashMap } = metric as unknown as PromMetric;
  recorded.series = Object.values(hashMap).find(({ labels }) => labels === recorded.labels) ?? null;
}

function exemplarsOf(series: PromSeries): SeriesSnapshot["exemplars"] {
  const recorded = series.exemplar !== undefined ? [series.exemplar] : Object.values(series.bucketExemplars ?? {});
  return (
    recorded
      .flatMap((exemplar) =>
        exemplar?.labelSet?.["trace_id"] === undefined
          ? []
          : {
              traceId: exemplar.labelSet["trace_id"],
              spanId: exemplar.labelSet["span_id"] ?? "",
              value: exemplar.value,
              timeMs: exemplar.timestamp * 1000,
            },
      )
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
  const definitions = new Map(CATALOGUE.map((definition: MetricDefinition) => [definition.name, definition]));
  /** Made with their first recording: most programs use few of them. */
  const instruments = new Map<string, Instrument>();
  const instrumentOf = (name: string): Instrument => {
    let instrument = instruments.get(name);
    if (instrument === undefined) {
      instrument = createInstrument(definitions.get(name) as MetricDefinition, registry);
      instruments.set(name, instrument);
    }
    return instrument;
  };
  const guard = createLabelGuard({
    limit: labelValueLimit,
    clean: cleanLabel,
    onFold: (metric, label) => add("agent_observatory_label_values_folded_total", { metric, label }),
  });

  let revision = 0;
  const prepare = (name: string, given: Labels): { instrument: Instrument; recorded: Recorded } => {
    revision += 1;
    const instrument = instrumentOf(name);
    const known = recordedBefore(instrument, given);
    if (known !== undefined) return { instrument, recorded: known };
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
    const recorded: Recorded = { labels, series: folded ? null : undefined };
    if (!folded) keepRecorded(instrument, given, recorded);
    return { instrument, recorded };
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
    const { instrument, recorded } = prepare(name, given);
    const { labels } = recorded;
    if (instrument.metric instanceof Gauge) {
      if (instrument.isSet || !addAgain(recorded.series, value, undefined, 0)) instrument.metric.inc(labels, value);
    } else if (instrument.metric instanceof Counter && value >= 0) {
      remember(instrument, labels, value);
      if (addAgain(recorded.series, value, exemplar, clock.nowMs())) return;
      instrument.metric.inc({ labels, value, ...exemplarLabels(exemplar) } as never);
    }
    rememberSeries(instrument, recorded);
  };

  const set: Metrics["set"] = (name, given, value) => {
    const { instrument, recorded } = prepare(name, given);
    if (!(instrument.metric instanceof Gauge) || !Number.isFinite(value)) return;
    instrument.isSet = true;
    instrument.metric.set(recorded.labels, value);
    remember(instrument, recorded.labels, value);
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
      const { instrument, recorded } = prepare(name, given);
      const { metric, definition } = instrument;
      if (!(metric instanceof Histogram) || !Number.isFinite(value)) return;
      remember(instrument, recorded.labels, value);
      if (observeAgain(recorded.series, definition.buckets ?? [], value, exemplar, clock.nowMs())) return;
      metric.observe({ labels: recorded.labels, value, ...exemplarLabels(exemplar) } as never);
      rememberSeries(instrument, recorded);
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
      return CATALOGUE.flatMap(({ name }: MetricDefinition) => {
        const instrument = instruments.get(name);
        if (instrument === undefined) return [];
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
      // A scrape shows what there is to be recorded as well.
      for (const name of definitions.keys()) instrumentOf(name);
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
}

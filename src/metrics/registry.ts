import type { Clock } from "../base/index.ts";
import { CATALOGUE, type LabelsOf, type MetricDefinition, type MetricName } from "./catalogue.ts";
import { createLabelGuard } from "./label-guard.ts";
import { Counter, Gauge, Histogram, Registry } from "./prom-client.ts";
import { addAgain, type Exemplar, type Labels, observeAgain, type PromSeries, setAgain } from "./prom-series.ts";
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
  /** Records without making news, as `note` does. */
  readonly quietly: (record: () => void) => void;
  /**
   * Calls `collect` whenever somebody looks at the metrics, so that it can record what it watches, which makes no news. Returns what
   * stops it.
   */
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
  /** By the labels as recorded. */
  readonly series: Map<string, Recorded>;
  /** Labels as given, a branch for each, to their series: what was guarded once need not be again. */
  readonly guarded: Branch;
  /** Made with the first recording. */
  recent: RecentValues | undefined;
};

/** Labels of few values each may still have many combinations. */
const MAX_SERIES = 10_000;

/** A series that was recorded. */
type Recorded = {
  readonly labels: Labels;
  /** When it was first recorded: the start time that lets a counter born at 1 count as an increase. */
  readonly startMs: number;
  /** prom-client's own record of it, once it has made one. */
  prom: PromSeries | undefined;
};

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
  return { definition, metric, series: new Map(), guarded: new Map(), recent: undefined };
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

/** Looks for what prom-client has made of the labels with the first recording. Later ones are not its own: it would replace a gauge's. */
function rememberSeries({ definition, metric }: Instrument, recorded: Recorded): void {
  if (recorded.prom !== undefined) return;
  const all = Object.values((metric as unknown as PromMetric).hashMap);
  // Without labels there is one from the start.
  recorded.prom = definition.labels.length === 0 ? all[0] : all.findLast(({ labels }) => labels === recorded.labels);
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
  const { definition } = instrument;
  const common = {
    labels: series.labels,
    startMs: instrument.series.get(seriesKey(definition, series.labels))?.startMs ?? 0,
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
  const recordedOf = (instrument: Instrument, given: Labels): Recorded => {
    revision += 1;
    const known = recordedBefore(instrument, given);
    if (known !== undefined) return known;
    const { definition, series } = instrument;
    let { labels, folded } = guard(definition.name, given);
    let key = seriesKey(definition, labels);
    if (!series.has(key) && series.size >= MAX_SERIES) {
      folded = true;
      labels = Object.fromEntries(definition.labels.map((label) => [label, "other"]));
      key = seriesKey(definition, labels);
      add("agent_observatory_label_values_folded_total", { metric: definition.name, label: "all" });
    }
    const recorded = series.get(key) ?? { labels, startMs: clock.nowMs(), prom: undefined };
    series.set(key, recorded);
    // What is folded comes in ever new values, and each is to be counted: it stays out of the memory.
    if (!folded) keepRecorded(instrument, given, recorded);
    return recorded;
  };
  const exemplarLabels = (exemplar: Exemplar | undefined): object =>
    exemplar === undefined ? {} : { exemplarLabels: { trace_id: exemplar.traceId, span_id: exemplar.spanId } };

  const remember = (instrument: Instrument, labels: Labels, value: number, timeMs: number): void => {
    instrument.recent ??= createRecentValues();
    instrument.recent.add(value, labels, timeMs);
  };

  const quietly = (record: () => void): void => {
    const before = revision;
    try {
      record();
    } finally {
      revision = before;
    }
  };
  const watches = new Set<() => void>();
  const collectWatched = (): void => {
    for (const collect of watches) {
      try {
        quietly(collect);
      } catch {
        // What cannot be looked at is not told.
      }
    }
  };

  const add: Metrics["add"] = (name, given, value = 1, exemplar) => {
    if (!Number.isFinite(value)) return;
    const instrument = instrumentOf(name);
    const recorded = recordedOf(instrument, given);
    const { labels, prom } = recorded;
    if (instrument.metric instanceof Gauge) {
      if (addAgain(prom, value, undefined, 0)) return;
      instrument.metric.inc(labels, value);
    } else if (instrument.metric instanceof Counter && value >= 0) {
      const nowMs = clock.nowMs();
      remember(instrument, labels, value, nowMs);
      if (addAgain(prom, value, exemplar, nowMs)) return;
      instrument.metric.inc({ labels, value, ...exemplarLabels(exemplar) } as never);
    }
    rememberSeries(instrument, recorded);
  };

  const set: Metrics["set"] = (name, given, value) => {
    const instrument = instrumentOf(name);
    const recorded = recordedOf(instrument, given);
    if (!(instrument.metric instanceof Gauge) || !Number.isFinite(value)) return;
    remember(instrument, recorded.labels, value, clock.nowMs());
    if (setAgain(recorded.prom, value)) return;
    instrument.metric.set(recorded.labels, value);
    rememberSeries(instrument, recorded);
  };

  return {
    add,
    set,
    note: (name, given, value) => quietly(() => set(name, given, value)),
    quietly,
    observe: (name, given, value, exemplar) => {
      const instrument = instrumentOf(name);
      const recorded = recordedOf(instrument, given);
      const { metric, definition } = instrument;
      if (!(metric instanceof Histogram) || !Number.isFinite(value)) return;
      const nowMs = clock.nowMs();
      remember(instrument, recorded.labels, value, nowMs);
      if (observeAgain(recorded.prom, definition.buckets ?? [], value, exemplar, nowMs)) return;
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
          .filter((one) => instrument.series.has(seriesKey(instrument.definition, one.labels)))
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

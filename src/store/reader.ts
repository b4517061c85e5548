import { existsSync } from "node:fs";
import type { Exemplar, Labels, Matcher, MetricMetadata, SeriesCatalog } from "../signals/index.ts";
import { type Connection, openConnection } from "./connection.ts";
import { createDayReaders, type DayReaders } from "./day-readers.ts";
import { isCorrupt, storeError } from "./faults.ts";
import { DAY_MS, statePathOf } from "./files.ts";
import type { StoredLabels } from "./label-reader.ts";
import { createLogSource } from "./log-source.ts";
import { type ColumnSpace, createColumnSpace } from "./sample-columns.ts";
import { createSampleSelection } from "./sample-selection.ts";
import { createSampleBudget } from "./series-reader.ts";
import { createSpanSource } from "./span-source.ts";
import { readMetadata } from "./state.ts";
import type { ReaderOptions, StoreReader } from "./types.ts";
import { createUsageReader } from "./usage.ts";

const DEFAULT_MAX_SAMPLES = 10_000_000;
const DEFAULT_MAX_SERIES = 200_000;
const CACHE_KB = 256;

function groupByLabels<Stored extends StoredLabels>(lists: readonly (readonly Stored[])[]): Stored[][] {
  if (lists.length === 1) return (lists[0] as readonly Stored[]).map((one) => [one]);
  const groups = new Map<string, Stored[]>();
  for (const list of lists) {
    for (const one of list) {
      const group = groups.get(one.text);
      if (group === undefined) groups.set(one.text, [one]);
      else group.push(one);
    }
  }
  return [...groups.values()];
}

const sorted = (names: Iterable<string>): string[] => [...new Set(names)].sort();

function createSeriesCatalog(
  days: DayReaders,
  space: ColumnSpace,
  maxSelectedSamples: number,
  metadata: () => readonly MetricMetadata[],
): SeriesCatalog {
  const series: SeriesCatalog["series"] = (selectors, startMs, endMs) => {
    const lists = days.ask(startMs, endMs, ({ series: one }) => one.labels.load(one.matchFew(selectors)));
    return groupByLabels(lists).map(([first]) => (first as StoredLabels).labels);
  };
  const visit = (
    selectors: readonly (readonly Matcher[])[],
    startMs: number,
    endMs: number,
    see: (labels: Labels) => void,
  ): void => {
    days.ask(startMs, endMs, ({ series: one }) => one.labels.visit(one.match(selectors), see));
  };
  return {
    series,
    metadata,
    select: (matchers, startMs, endMs) => {
      const budget = createSampleBudget(maxSelectedSamples);
      const selection = createSampleSelection(space);
      days.ask(startMs, endMs, ({ file, series: one }, isLast) => {
        selection.enter((file.startMs + DAY_MS - startMs) / (endMs - startMs), isLast);
        one.select(matchers, startMs, endMs, budget, selection);
      });
      return selection.series();
    },
    labelNames: (selectors, startMs, endMs) => {
      if (selectors.length === 0) return sorted(days.ask(startMs, endMs, (day) => day.series.labels.names()).flat());
      const names = new Set<string>();
      visit(selectors, startMs, endMs, (labels) => {
        for (const name in labels) names.add(name);
      });
      return sorted(names);
    },
    labelValues: (name, selectors, startMs, endMs) => {
      if (selectors.length === 0)
        return sorted(days.ask(startMs, endMs, (day) => day.series.labels.values(name)).flat());
      const values = new Set<string>();
      visit(selectors, startMs, endMs, ({ [name]: value }) => {
        if (value !== undefined) values.add(value);
      });
      return sorted(values);
    },
    exemplars: (selectors, startMs, endMs) => {
      const lists = days.ask(startMs, endMs, (day) => day.series.exemplars(selectors, startMs, endMs));
      return groupByLabels(lists).map((pieces) => ({
        labels: (pieces[0] as StoredLabels).labels,
        exemplars: pieces
          .flatMap(({ exemplars }): readonly Exemplar[] => exemplars)
          .sort((a, b) => a.timeMs - b.timeMs),
      }));
    },
  };
}

/**
 * Opens the store of a directory for reading; it may be empty or not exist yet. Throws AO_STORE_SCHEMA where a newer version wrote it, then or as
 * soon as a question meets such a file.
 */
export function openStoreReader(options: ReaderOptions): StoreReader {
  const {
    directory,
    onFault,
    maxSelectedSamples = DEFAULT_MAX_SAMPLES,
    maxSelectedSeries = DEFAULT_MAX_SERIES,
  } = options;
  const space = createColumnSpace();
  const days = createDayReaders({ directory, maxSelectedSeries, space, onFault });
  const state = createStateReader(options);
  // Asked now, so that a store of a newer version is refused at once.
  state.metadata();
  return {
    ...createSeriesCatalog(days, space, maxSelectedSamples, state.metadata),
    ...createLogSource(days),
    ...createSpanSource(days),
    usage: createUsageReader(directory),
    scoped: space.scoped,
    close: () => {
      days.close();
      state.close();
    },
  };
}

function createStateReader({ directory, onFault }: ReaderOptions): {
  readonly metadata: () => readonly MetricMetadata[];
  readonly close: () => void;
} {
  const path = statePathOf(directory);
  let connection: Connection | undefined;
  let told = false;
  const close = (): void => {
    connection?.close();
    connection = undefined;
  };
  return {
    metadata: () => {
      try {
        if (!existsSync(path)) return [];
        connection ??= openConnection(path, { readOnly: true, cacheKb: CACHE_KB, check: true });
        return readMetadata(connection);
      } catch (error) {
        close();
        const fault = storeError(error, path);
        if (fault === undefined || !isCorrupt(fault)) throw fault ?? error;
        if (!told) onFault?.({ path, error: fault });
        told = true;
        return [];
      }
    },
    close,
  };
}

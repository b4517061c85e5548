import {
  createLabelSet,
  createMemorySeries,
  type Labels,
  METRIC_NAME,
  matchesAll,
  type NewSample,
  type SeriesSource,
} from "../../src/signals/index.ts";
import type { Load } from "./script.ts";

/** A query touched data that this engine has no notion of; its evaluation is counted apart. */
export class BeyondEngine extends Error {}

type Strange = { readonly labels: Labels; readonly timeMs: number; readonly what: string };

/** What a script has loaded. Selecting a native histogram throws `BeyondEngine`, but not of `floats`, which leave them out. */
export type Database = SeriesSource & { readonly load: (load: Load) => void; readonly floats: SeriesSource };

const HISTOGRAM_SUFFIX = /_(?:bucket|count|sum)$/;

/** The name and labels under which a classic histogram's series would be one native histogram. */
function nativeLabels(labels: Labels): Labels | undefined {
  const name = labels[METRIC_NAME] ?? "";
  if (!HISTOGRAM_SUFFIX.test(name)) return undefined;
  const { le: _, ...others } = labels;
  return { ...others, [METRIC_NAME]: name.replace(HISTOGRAM_SUFFIX, "") };
}

export function createDatabase(): Database {
  const floats = createMemorySeries();
  const strange: Strange[] = [];
  return {
    floats,
    load: ({ series, intervalMs, withNative, hasStartTimes }) => {
      // Of two lines with the same labels the last counts.
      const byKey = new Map(series.map(({ labels, points }) => [createLabelSet(labels).key, { labels, points }]));
      for (const { labels, points } of byKey.values()) {
        const set = createLabelSet(labels);
        const native = withNative ? nativeLabels(labels) : undefined;
        for (const [index, point] of points.entries()) {
          const timeMs = index * intervalMs;
          if (point === undefined) continue;
          if (hasStartTimes) strange.push({ labels, timeMs, what: "start timestamps" });
          if (native !== undefined) strange.push({ labels: native, timeMs, what: "native histograms" });
          if (point === "native histogram") strange.push({ labels, timeMs, what: "native histograms" });
          else {
            const stale: Pick<NewSample, "value" | "stale"> =
              point === "stale" ? { value: 0, stale: true } : { value: point };
            floats.append({ series: set, timeMs, ...stale });
          }
        }
      }
    },
    select: (matchers, startMs, endMs) => {
      const found = strange.find(
        ({ labels, timeMs }) => timeMs >= startMs && timeMs <= endMs && matchesAll(matchers, labels),
      );
      if (found !== undefined) throw new BeyondEngine(found.what);
      return floats.select(matchers, startMs, endMs);
    },
  };
}

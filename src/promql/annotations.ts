import { formatFloat, quote } from "../gotext/index.ts";
import { positionIn } from "./source-text.ts";

/** Where buckets of a histogram were not monotonic, over all the samples that had the same metric and place. */
export type Monotonicity = {
  readonly minTimeMs: number;
  readonly maxTimeMs: number;
  readonly minBound: number;
  readonly maxBound: number;
  readonly maxDifference: number;
};

type Note = { readonly level: "warning" | "info"; readonly message: string; readonly at: number };

/** What a query tells besides its result, each once. `at` is the place in the query that it is about. */
export type Annotations = {
  readonly warn: (message: string, at: number) => void;
  readonly inform: (message: string, at: number) => void;
  readonly repaired: (metric: string, at: number, what: Monotonicity) => void;
  readonly texts: (query: string) => { readonly warnings: readonly string[]; readonly infos: readonly string[] };
};

const FORCED_MONOTONICITY =
  "input to histogram_quantile needed to be fixed for monotonicity " +
  "(see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)";

const rfc3339 = (timeMs: number): string =>
  new Date(Math.trunc(timeMs / 1000) * 1000).toISOString().replace(".000Z", "Z");

/** The end of a message that is about one metric, where its name is known. */
export const forMetric = (metric: string): string => (metric === "" ? "" : ` for metric name ${quote(metric)}`);

export function createAnnotations(): Annotations {
  const notes = new Map<string, Note>();
  const repairs = new Map<string, { at: number; count: number; all: Monotonicity }>();
  const add = (note: Note): void => {
    const key = `${note.level} ${note.message}`;
    if (!notes.has(key)) notes.set(key, note);
  };
  return {
    warn: (message, at) => add({ level: "warning", message: `PromQL warning: ${message}`, at }),
    inform: (message, at) => add({ level: "info", message: `PromQL info: ${message}`, at }),
    repaired: (metric, at, what) => {
      const known = repairs.get(metric);
      if (known === undefined) {
        repairs.set(metric, { at, count: 1, all: what });
        return;
      }
      known.count += 1;
      known.all = {
        minTimeMs: Math.min(known.all.minTimeMs, what.minTimeMs),
        maxTimeMs: Math.max(known.all.maxTimeMs, what.maxTimeMs),
        minBound: Math.min(known.all.minBound, what.minBound),
        maxBound: Math.max(known.all.maxBound, what.maxBound),
        maxDifference: Math.max(known.all.maxDifference, what.maxDifference),
      };
    },
    texts: (query) => {
      const textsOf = (level: Note["level"]): string[] =>
        [...notes.values()]
          .filter((note) => note.level === level)
          .map(({ message, at }) => `${message} (${positionIn(query, at)})`);
      const infos = textsOf("info");
      for (const [metric, { at, count, all }] of repairs) {
        const bounds = `from buckets ${formatFloat(all.minBound, "g", -1)} to ${formatFloat(all.maxBound, "g", -1)}`;
        const difference = `with a max diff of ${formatFloat(all.maxDifference, "g", 2)}`;
        const span = `over ${count} samples from ${rfc3339(all.minTimeMs)} to ${rfc3339(all.maxTimeMs)}`;
        infos.push(
          `PromQL info: ${FORCED_MONOTONICITY}${forMetric(metric)}, ${bounds}, ${difference}, ${span} (${positionIn(query, at)})`,
        );
      }
      return { warnings: textsOf("warning"), infos };
    },
  };
}

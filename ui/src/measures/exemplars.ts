import type { SeriesExemplars } from "../../../src/backends/index.ts";

/** More dots than these hide each other. */
const MOST = 24;

type Exemplar = SeriesExemplars["exemplars"][number];

/** Those that say the most: the highest values, each trace once. Pure. */
export function tellingExemplars(series: readonly SeriesExemplars[]): readonly Exemplar[] {
  const byTrace = new Map<string, Exemplar>();
  for (const one of series.flatMap(({ exemplars }) => exemplars)) {
    const id = one.labels["trace_id"];
    if (id !== undefined && one.value > (byTrace.get(id)?.value ?? -1)) byTrace.set(id, one);
  }
  return [...byTrace.values()].sort((a, b) => b.value - a.value).slice(0, MOST);
}

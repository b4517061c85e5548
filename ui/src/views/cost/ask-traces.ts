import { type JaegerBackend, searchTraces, type Trace } from "../../../../src/backends/index.ts";
import { ATTR } from "../../../../src/model/index.ts";
import type { Range } from "../../app/time-range.ts";

/** Traces that calls with a price are in, the latest ones. */
export type PricedTraces = {
  readonly traces: readonly Trace[];
  /** Since when all of them are there: the beginning of the range, or later where there are more than are looked at. */
  readonly sinceMs: number;
  readonly isCut: boolean;
};

/** A few megabytes, and as much as is looked through in a second. */
const MOST = 300;
/** The same where totals are told instead of spans. */
const MOST_TOTALS = 5000;
/** How a call came to its price; others have none, or are metered in part. */
const PRICED = ["priced", "reported"];

/** Throws `BackendError`. */
export async function findPricedTraces(jaeger: JaegerBackend, range: Range): Promise<PricedTraces> {
  const results = await Promise.all(
    PRICED.map((status) =>
      searchTraces(jaeger, {
        ...range,
        limit: MOST,
        limitWithTotals: MOST_TOTALS,
        spansPerTrace: 0,
        spending: true,
        attributes: { [ATTR.costStatus]: status },
      }),
    ),
  );
  const unique = new Map(results.flatMap(({ found }) => found.map(({ trace }) => [trace.traceId, trace])));
  const cut = results.filter((result) => result.cut !== undefined);
  const oldest = cut.map(({ found }) => found.at(-1)?.summary.startMs ?? range.startMs);
  return {
    traces: [...unique.values()],
    sinceMs: Math.max(range.startMs, ...oldest),
    isCut: cut.length > 0,
  };
}

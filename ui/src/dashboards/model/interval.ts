/** Steps of queries, and the variables that speak of them, as Grafana and its Prometheus data source compute them. */

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  M: 2_592_000_000,
  y: 31_536_000_000,
};

/** `1m`, `>10s` and `1h30m` in milliseconds; undefined for what is none. A number is seconds. */
export function parseInterval(text: string): number | undefined {
  const written = text.trim().replace(/^[<>]=?/, "");
  if (/^\d+(\.\d+)?$/.test(written)) return Number(written) * 1000;
  if (!/^(\d+(\.\d+)?(ms|[smhdwMy]))+$/.test(written)) return undefined;
  return [...written.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdwMy])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (UNIT_MS[unit ?? ""] ?? 0),
    0,
  );
}

/** Up to which length (exclusive) an interval is rounded to which. */
const ROUNDED: readonly (readonly [belowMs: number, intervalMs: number])[] = [
  [10, 1],
  [15, 10],
  [35, 20],
  [75, 50],
  [150, 100],
  [350, 200],
  [750, 500],
  [1500, 1000],
  [3500, 2000],
  [7500, 5000],
  [12_500, 10_000],
  [17_500, 15_000],
  [25_000, 20_000],
  [45_000, 30_000],
  [90_000, 60_000],
  [210_000, 120_000],
  [450_000, 300_000],
  [750_000, 600_000],
  [1_050_000, 900_000],
  [1_500_000, 1_200_000],
  [2_700_000, 1_800_000],
  [5_400_000, 3_600_000],
  [9_000_000, 7_200_000],
  [16_200_000, 10_800_000],
  [32_400_000, 21_600_000],
  [86_400_000, 43_200_000],
  [604_800_000, 86_400_000],
  [1_814_400_000, 604_800_000],
  [3_628_800_000, 2_592_000_000],
];

export const roundInterval = (intervalMs: number): number =>
  ROUNDED.find(([belowMs]) => intervalMs < belowMs)?.[1] ?? 31_536_000_000;

/** `1m`, `15s`, `500ms`: whole units only, the largest that fits, as Grafana writes `$__interval`. */
export function formatInterval(intervalMs: number): string {
  for (const unit of ["y", "d", "h", "m", "s"] as const) {
    const size = UNIT_MS[unit] as number;
    if (intervalMs >= size && intervalMs % size === 0) return `${intervalMs / size}${unit}`;
  }
  return `${Math.round(intervalMs)}ms`;
}

export type Asked = {
  readonly startMs: number;
  readonly endMs: number;
  readonly maxDataPoints: number;
  /** The panel's "min interval". */
  readonly minInterval?: string | undefined;
};
/** What of a data source matters here. The boards' own Prometheus is scraped every 15 seconds, which is Grafana's default too. */
export const SCRAPE_INTERVAL = "15s";
const MAX_POINTS_PROMETHEUS = 11_000;

/** `$__interval`: the range by the points that there is room for, and not less than the least. */
export function panelInterval({ startMs, endMs, maxDataPoints, minInterval }: Asked, sourceInterval?: string): number {
  const leastMs = parseInterval(minInterval ?? sourceInterval ?? "") ?? 1;
  return Math.max(roundInterval((endMs - startMs) / Math.max(1, maxDataPoints)), leastMs);
}

export type PrometheusSteps = {
  readonly stepMs: number;
  readonly rateIntervalMs: number;
};

/**
 * The step of a query and its `$__rate_interval`: the interval and a scrape, at least four scrapes. `minStep` of the query stands for the time
 * between two scrapes; the panel's least interval does not.
 */
export function prometheusSteps(asked: Asked, minStep: string | undefined): PrometheusSteps {
  const intervalMs = panelInterval(asked, SCRAPE_INTERVAL);
  const minStepMs = minStep === undefined ? undefined : parseInterval(minStep);
  const safeMs = roundInterval((asked.endMs - asked.startMs) / MAX_POINTS_PROMETHEUS);
  const calculatedMs = Math.max(
    roundInterval((asked.endMs - asked.startMs) / Math.max(1, asked.maxDataPoints)),
    minStepMs ?? intervalMs,
  );
  const stepMs = Math.max(calculatedMs, safeMs);
  const scrapeMs = minStepMs ?? parseInterval(SCRAPE_INTERVAL) ?? 15_000;
  return { stepMs, rateIntervalMs: Math.max(stepMs + scrapeMs, 4 * scrapeMs) };
}

/** Times of a range query are multiples of its step, so that the same moments are asked for again. */
export const alignedRange = (
  { startMs, endMs }: { readonly startMs: number; readonly endMs: number },
  stepMs: number,
): { readonly startMs: number; readonly endMs: number } => ({
  startMs: Math.floor(startMs / stepMs) * stepMs,
  endMs: Math.floor(endMs / stepMs) * stepMs,
});

/** The variables of a query that the range and the step decide. */
export function builtIn(
  { startMs, endMs }: { readonly startMs: number; readonly endMs: number },
  stepMs: number,
  rateIntervalMs: number,
): Readonly<Record<string, string>> {
  const rangeMs = endMs - startMs;
  const rangeS = Math.round(rangeMs / 1000);
  return {
    __interval: formatInterval(stepMs),
    __interval_ms: String(stepMs),
    __auto: formatInterval(stepMs),
    __rate_interval: formatInterval(rateIntervalMs),
    __rate_interval_ms: String(rateIntervalMs),
    __range: `${rangeS}s`,
    __range_s: String(rangeS),
    __range_ms: String(rangeMs),
    __from: String(startMs),
    __to: String(endMs),
  };
}

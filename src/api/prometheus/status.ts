import type { Clock } from "../../base/index.ts";
import { METRIC_NAME, type SeriesCatalog } from "../../signals/index.ts";
import { parseCount } from "../parse-error.ts";
import type { ApiRequest, ApiResponse } from "../request.ts";
import { jsonTime } from "../times.ts";
import type { ApiUsage } from "../usage.ts";
import { PrometheusError } from "./error.ts";
import { success } from "./response.ts";

export type StatusContext = {
  readonly source: SeriesCatalog;
  readonly clock: Clock;
  readonly version: string;
  readonly usage: () => ApiUsage;
};

/** The Prometheus whose API is spoken here: clients decide by it what they may ask. */
const SPOKEN_VERSION = "3.15.0";

const object = (value: unknown): ApiResponse => success(JSON.stringify(value));

/** `/api/v1/status/buildinfo`: the version is that of the API, the revision tells who speaks it. */
export const answerBuildInfo = ({ version }: StatusContext): ApiResponse =>
  object({
    version: SPOKEN_VERSION,
    revision: `agent-observatory ${version}`,
    branch: "",
    buildUser: "",
    buildDate: "",
    goVersion: "",
  });

/** `/api/v1/status/runtimeinfo`; what only a Go process has is empty. */
export function answerRuntimeInfo({ clock, usage }: StatusContext): ApiResponse {
  const { startedMs, retention } = usage();
  return object({
    startTime: jsonTime(startedMs),
    CWD: "",
    hostname: "",
    serverTime: jsonTime(clock.nowMs()),
    reloadConfigSuccess: true,
    lastConfigTime: jsonTime(startedMs),
    corruptionCount: 0,
    goroutineCount: 0,
    GOMAXPROCS: 0,
    GOMEMLIMIT: 0,
    GOGC: "",
    GODEBUG: "",
    storageRetention: retention ?? "",
  });
}

export const answerConfig = (): ApiResponse => object({ yaml: "" });
export const answerFlags = (): ApiResponse => object({});
export const answerWalReplay = (): ApiResponse => object({ min: 0, max: 0, current: 0 });
export const answerNothing = (): ApiResponse => object([]);
export const answerScrapePools = (): ApiResponse => object({ scrapePools: [] });

/** `/api/v1/targets`: nothing is scraped, programs send. */
export function answerTargets({ params }: ApiRequest): ApiResponse {
  const state = (params.get("state") ?? "").toLowerCase();
  const hasDropped = ["", "any", "dropped"].includes(state);
  return object({ activeTargets: [], droppedTargets: [], droppedTargetCounts: hasDropped ? {} : null });
}

// As long as Prometheus' head, which these figures are about there.
const HEAD_MS = 2 * 3_600_000;
const MAX_ENTRIES = 10_000;

type Count = { readonly name: string; readonly value: number };

const top = (counts: ReadonlyMap<string, number>, limit: number): Count[] =>
  [...counts]
    .map(([name, value]) => ({ name, value }))
    .sort((one, other) => other.value - one.value || (one.name < other.name ? -1 : 1))
    .slice(0, limit);

const add = (counts: Map<string, number>, name: string, value: number): void => {
  counts.set(name, (counts.get(name) ?? 0) + value);
};

function parseEntries({ params }: ApiRequest): number {
  const text = params.get("limit") ?? "";
  if (text === "") return 10;
  let entries = 0;
  try {
    entries = parseCount(text);
  } catch {}
  if (entries < 1) throw new PrometheusError("bad_data", "limit must be a positive number");
  if (entries > MAX_ENTRIES) throw new PrometheusError("bad_data", `limit must not exceed ${MAX_ENTRIES}`);
  return entries;
}

/** `/api/v1/status/tsdb`: which names and labels make how many series, of those with data in the last two hours. */
export function answerTsdb(request: ApiRequest, { source, clock }: StatusContext): ApiResponse {
  const limit = parseEntries(request);
  const endMs = Math.floor(clock.nowMs());
  const startMs = endMs - HEAD_MS;
  const series = source.series([[]], startMs, endMs);
  const byMetric = new Map<string, number>();
  const byPair = new Map<string, number>();
  const values = new Map<string, Set<string>>();
  for (const labels of series) {
    add(byMetric, labels[METRIC_NAME] ?? "", 1);
    for (const [name, value] of Object.entries(labels)) {
      add(byPair, `${name}=${value}`, 1);
      const known = values.get(name);
      if (known === undefined) values.set(name, new Set([value]));
      else known.add(value);
    }
  }
  const valueCounts = new Map([...values].map(([name, known]) => [name, known.size]));
  const valueBytes = new Map(
    [...values].map(([name, known]) => [name, [...known].reduce((sum, value) => sum + Buffer.byteLength(value), 0)]),
  );
  return object({
    headStats: {
      numSeries: series.length,
      numLabelPairs: byPair.size,
      chunkCount: 0,
      minTime: startMs,
      maxTime: endMs,
    },
    seriesCountByMetricName: top(byMetric, limit),
    labelValueCountByLabelName: top(valueCounts, limit),
    memoryInBytesByLabelName: top(valueBytes, limit),
    seriesCountByLabelValuePair: top(byPair, limit),
  });
}

import type { Labels, QueryAnswer, Series } from "../../../../src/backends/index.ts";

/** Reads the answers to the view's questions. */

export const seriesOf = (answer: QueryAnswer | undefined): readonly Series[] => {
  const result = answer?.result;
  return result !== undefined && "series" in result ? result.series : [];
};
const lastOf = ({ points }: Series): number | undefined => points.at(-1)?.value;

export type CheckState = "healthy" | "degraded" | "unhealthy";
export type Check = {
  readonly job: string;
  readonly check: string;
  readonly state: CheckState;
  readonly lastMs: number;
  readonly durationS: number | undefined;
  readonly spans: readonly { readonly state: CheckState; readonly startMs: number; readonly endMs: number }[];
};

const checkState = (value: number): CheckState => (value >= 1 ? "healthy" : value > 0 ? "degraded" : "unhealthy");
const keyOf = ({ job = "", check = "" }: Labels): string => `${job}\n${check}`;

/** Health checks, the worst first. */
export function checksOf(statuses: readonly Series[], durations: readonly Series[], stepMs: number): readonly Check[] {
  const seconds = new Map(durations.map((one) => [keyOf(one.labels), lastOf(one)]));
  const rank: Readonly<Record<CheckState, number>> = { unhealthy: 0, degraded: 1, healthy: 2 };
  return statuses
    .flatMap(({ labels, points }): Check[] => {
      const last = points.at(-1);
      if (last === undefined) return [];
      const spans: { state: CheckState; startMs: number; endMs: number }[] = [];
      for (const { timeMs, value } of points) {
        const state = checkState(value);
        const before = spans.at(-1);
        if (before?.state === state && timeMs - before.endMs <= stepMs / 2) before.endMs = timeMs + stepMs;
        else spans.push({ state, startMs: timeMs, endMs: timeMs + stepMs });
      }
      const { job = "", check = "" } = labels;
      return [
        {
          job,
          check,
          state: checkState(last.value),
          lastMs: last.timeMs,
          durationS: seconds.get(keyOf(labels)),
          spans,
        },
      ];
    })
    .sort((a, b) => rank[a.state] - rank[b.state] || a.job.localeCompare(b.job) || a.check.localeCompare(b.check));
}

export type LibraryStatus = "observed" | "found" | "loaded_before" | "unsupported_version";
export type Library = {
  readonly job: string;
  readonly library: string;
  readonly version: string;
  readonly status: LibraryStatus;
};
/** Where two say something: what was seen at work counts, then what needs something to be done. */
const STATUSES: readonly LibraryStatus[] = ["observed", "unsupported_version", "loaded_before", "found"];

export function librariesOf(series: readonly Series[]): readonly Library[] {
  const found = new Map<string, Library>();
  for (const { labels } of series) {
    const { job = "", library = "", version = "" } = labels;
    const status = STATUSES.find((one) => one === labels["status"]);
    const key = JSON.stringify([job, library, version]);
    const known = found.get(key);
    if (status === undefined || (known && STATUSES.indexOf(known.status) <= STATUSES.indexOf(status))) continue;
    found.set(key, { job, library, version, status });
  }
  const urgency: readonly LibraryStatus[] = ["unsupported_version", "loaded_before", "found", "observed"];
  return [...found.values()].sort(
    (a, b) =>
      urgency.indexOf(a.status) - urgency.indexOf(b.status) ||
      a.library.localeCompare(b.library) ||
      a.job.localeCompare(b.job),
  );
}

export type ProcessState = "running" | "ended" | "lost";
export type ProcessFacts = {
  readonly key: string;
  readonly job: string;
  readonly instance: string;
  readonly state: ProcessState;
  readonly lastMs: number;
  readonly version: string;
  readonly ours: string;
  readonly node: string;
  readonly memoryBytes: number | undefined;
  readonly heapRatio: number | undefined;
  readonly delayS: number | undefined;
  readonly busyRatio: number | undefined;
  readonly uptimeS: number | undefined;
};

/** Programs report every minute by default; two of them may get lost. */
const SILENT_MS = 180_000;

export function processesOf(up: readonly Series[], figures: readonly Series[], nowMs: number): readonly ProcessFacts[] {
  const known = new Map(
    figures.map((one) => [`${one.labels["job"]}\n${one.labels["instance"]}\n${one.labels["figure"]}`, lastOf(one)]),
  );
  const rank: Readonly<Record<ProcessState, number>> = { lost: 0, running: 1, ended: 2 };
  return up
    .flatMap(({ labels, points }): ProcessFacts[] => {
      const last = points.at(-1);
      if (last === undefined) return [];
      const { job = "", instance = "" } = labels;
      const figure = (name: string): number | undefined => known.get(`${job}\n${instance}\n${name}`);
      return [
        {
          key: `${job}\n${instance}`,
          job,
          instance,
          state: last.value === 0 ? "ended" : nowMs - last.timeMs > SILENT_MS ? "lost" : "running",
          lastMs: last.timeMs,
          version: labels["service_version"] ?? "",
          ours: labels["version"] ?? "",
          node: labels["node_version"] ?? "",
          memoryBytes: figure("memory"),
          heapRatio: figure("heap"),
          delayS: figure("delay"),
          busyRatio: figure("busy"),
          uptimeS: figure("uptime"),
        },
      ];
    })
    .sort((a, b) => rank[a.state] - rank[b.state] || a.job.localeCompare(b.job) || b.lastMs - a.lastMs);
}

export type LossKind = "dropped" | "failed" | "folded" | "left_out" | "refused" | "rejected";
export type Loss = { readonly kind: LossKind; readonly job: string; readonly what: string; readonly count: number };
const KINDS: readonly LossKind[] = ["dropped", "rejected", "refused", "failed", "folded", "left_out"];

export const lossesOf = (series: readonly Series[]): readonly Loss[] =>
  series
    .flatMap((one): Loss[] => {
      const { kind: given, job = "", __name__: _, ...rest } = one.labels;
      const kind = KINDS.find((known) => known === given);
      const count = Math.round(lastOf(one) ?? 0);
      return kind === undefined || count === 0 ? [] : [{ kind, job, what: Object.values(rest).join(", "), count }];
    })
    .sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || b.count - a.count);

export const faultsOf = (series: readonly Series[]): Readonly<Record<string, number>> =>
  Object.fromEntries(series.map((one) => [one.labels["fault"] ?? "", lastOf(one) ?? 0]));

import { readFileSync } from "node:fs";

/** What was recorded of the stack's own components (scripts/stack-series.ts). */
export type RecordedSeries = {
  readonly kind: "counter" | "gauge";
  readonly labels: readonly string[];
  /** What has to happen for it to appear. Where this is not set, every running stack has it. */
  readonly when?: string;
};

export type StackSeries = {
  readonly series: Readonly<Record<string, RecordedSeries>>;
  /** Labels by which Loki selects streams. */
  readonly streamLabels: readonly string[];
  /** Further labels of a line: what Loki, the collector and the instrumentation give it. */
  readonly lineLabels: readonly string[];
};

export const loadStackSeries = (): StackSeries =>
  JSON.parse(readFileSync(new URL("./stack-series.json", import.meta.url), "utf8")) as StackSeries;

type GetJson = <T>(url: string) => Promise<T>;

/** Counters by their type that are readings by what they say: nobody counts the seconds of an uptime. */
const READINGS = new Set(["otelcol_process_uptime_seconds_total"]);

/** Their labels are those of alerts, or of a program's resource: not the stack's to say, and not recorded. */
export const OPEN_SERIES: ReadonlySet<string> = new Set(["ALERTS", "target_info"]);

/** What a Prometheus has of a series now; undefined where it has none. */
export async function askSeries(url: string, name: string, getJson: GetJson): Promise<RecordedSeries | undefined> {
  const { data } = await getJson<{ data: Record<string, string>[] }>(
    `${url}/api/v1/series?${new URLSearchParams({ "match[]": name, start: String(Date.now() / 1000 - 3600) })}`,
  );
  if (data.length === 0) return undefined;
  const metadata = await getJson<{ data: Record<string, { type: string }[]> }>(
    `${url}/api/v1/metadata?${new URLSearchParams({ metric: name })}`,
  );
  // What arrives by OTLP has no type here; its name tells.
  const type = metadata.data[name]?.[0]?.type ?? (name.endsWith("_total") ? "counter" : "gauge");
  const labels = new Set(data.flatMap((series) => Object.keys(series)));
  labels.delete("__name__");
  if (OPEN_SERIES.has(name)) labels.clear();
  return { kind: type === "counter" && !READINGS.has(name) ? "counter" : "gauge", labels: [...labels].sort() };
}

import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { CATALOGUE } from "../../src/metrics/catalogue.ts";
import { loadStackSeries, OPEN_SERIES } from "./stack-series.ts";

/** A series that queries may use. */
export type KnownSeries = {
  readonly kind: "counter" | "gauge" | "bucket";
  /** Undefined where they are not ours to know. */
  readonly labels: ReadonlySet<string> | undefined;
  /** As OTLP writes it: `s`, `By`, `{request}`; of the observations, for the parts of a histogram. */
  readonly unit?: string;
  /** The expression of the rule that records it, and the labels that the rule adds. */
  readonly recordedAs?: string;
  readonly addedLabels?: readonly string[];
  /** Set for what programs emit: these carry exemplars. */
  readonly fromPrograms?: true;
};

/** What every pushed series carries besides its own labels. */
export const RESOURCE_LABELS = ["job", "instance", "deployment_environment_name"] as const;

/** Seconds since 1970 instead of seconds that something took. */
const isTime = (name: string): boolean => /_(?:start_time|timestamp)_seconds$/.test(name);

function* catalogueSeries(): Iterable<[string, KnownSeries]> {
  for (const { name, type, labels, unit: written } of CATALOGUE) {
    const unit = isTime(name) ? "timestamp" : written;
    const all = new Set<string>([...labels, ...RESOURCE_LABELS]);
    const fromPrograms = true;
    if (type !== "histogram") {
      yield [name, { kind: type, labels: all, unit, fromPrograms }];
      continue;
    }
    yield [`${name}_bucket`, { kind: "bucket", labels: new Set([...all, "le"]), unit, fromPrograms }];
    yield [`${name}_sum`, { kind: "counter", labels: all, unit, fromPrograms }];
    yield [`${name}_count`, { kind: "counter", labels: all, unit: "{observation}", fromPrograms }];
  }
}

/** Components of others say their units by their names. */
function unitOf(name: string): string {
  if (isTime(name)) return "timestamp";
  if (/_seconds(?:_total)?$/.test(name)) return "s";
  if (/_bytes(?:_|$)/.test(name) || name.startsWith("otelcol_exporter_queue_")) return "By";
  return /_ratio$/.test(name) ? "1" : "{item}";
}

function* stackSeries(): Iterable<[string, KnownSeries]> {
  for (const [name, { kind, labels }] of Object.entries(loadStackSeries().series)) {
    yield [name, { kind, labels: OPEN_SERIES.has(name) ? undefined : new Set(labels), unit: unitOf(name) }];
  }
}

type RuleFile = { groups: { rules: { record?: string; expr: string; labels?: Record<string, string> }[] }[] };

function* recordedSeries(): Iterable<[string, KnownSeries]> {
  const folder = new URL("../../alerts/", import.meta.url);
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".yml"))) {
    const { groups } = parse(readFileSync(new URL(file, folder), "utf8")) as RuleFile;
    for (const { record, expr, labels = {} } of groups.flatMap(({ rules }) => rules)) {
      if (record === undefined) continue;
      yield [record, { kind: "gauge", labels: undefined, recordedAs: expr, addedLabels: Object.keys(labels) }];
    }
  }
}

/** Every series by name: the catalogue's, what the rules record, and what was recorded of the stack. */
export const loadKnownSeries = (): ReadonlyMap<string, KnownSeries> =>
  new Map<string, KnownSeries>([...catalogueSeries(), ...recordedSeries(), ...stackSeries()]);

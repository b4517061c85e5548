import { CATALOGUE, type MetricDefinition, type Metrics } from "../../../src/metrics/index.ts";
import type { Random } from "./random.ts";

/** Where queries ask for a value by its name; other labels are called after themselves. */
const VALUES: Readonly<Record<string, readonly [string, string]>> = {
  status: ["ok", "error"],
  outcome: ["hit", "miss"],
  error_type: ["", "timeout"],
  http_response_status_code: ["200", "500"],
  state: ["active", "idle"],
  db_client_connection_state: ["used", "idle"],
  cpu_mode: ["user", "system"],
  result: ["pass", "fail"],
  rating: ["up", "down"],
  kind: ["exact", "semantic"],
};

const labelsOf = ({ labels }: MetricDefinition, which: 0 | 1): Record<string, string> =>
  Object.fromEntries(labels.map((label) => [label, VALUES[label]?.[which] ?? `${label} ${which}`]));

/** Counted only while there is trouble, or sent as others' (foreign-metrics.ts). */
const NOT_HERE =
  /^(?:agent_observatory_(?:dropped|export_failures|label_values_folded)_total|process_memory_usage_bytes)$/;

/** What is not measured by then, so that every board has something to show. */
export function listOtherMetrics(metrics: Metrics): readonly MetricDefinition[] {
  const measured = new Set(
    metrics.snapshot().flatMap(({ definition, series }) => (series.length > 0 ? definition.name : [])),
  );
  return CATALOGUE.filter(({ name }) => !measured.has(name) && !NOT_HERE.test(name));
}

export function measureOthers(metrics: Metrics, definitions: readonly MetricDefinition[], random: Random): void {
  for (const definition of definitions) {
    const { name, type, buckets = [1] } = definition;
    const labels = labelsOf(definition, random.chance(0.3) ? 1 : 0);
    // The catalogue as a whole: which labels belong to which name is not known to the compiler here.
    if (type === "counter") metrics.add(name as never, labels as never, 1 + random.below(3));
    else if (type === "gauge") metrics.set(name as never, labels as never, random.below(100) / 10);
    else metrics.observe(name as never, labels as never, random.next() * (buckets[buckets.length >> 1] ?? 1));
  }
}

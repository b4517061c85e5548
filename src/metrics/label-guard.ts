/** Long values are cut: a label is a name, and Prometheus keeps every distinct one in memory. */
const MAX_VALUE_CHARS = 128;
const FOLDED = "other";
/** Labels whose values are ours, from fixed lists. */
const FIXED_LABELS = new Set([
  "status",
  "type",
  "category",
  "reason",
  "signal",
  "gen_ai_token_type",
  "metric",
  "label",
]);

type Labels = Record<string, string>;

/**
 * Holds the number of values that each label of each metric may take; what comes beyond becomes `other` and is reported to
 * `onFold`, so that a model that invents tool names cannot fill a Prometheus.
 */
export function createLabelGuard(
  limit: number,
  onFold: (metric: string, label: string) => void,
): (metric: string, labels: Labels) => Labels {
  const seen = new Map<string, Set<string>>();
  return (metric, labels) => {
    const guarded: Labels = {};
    for (const [label, raw] of Object.entries(labels)) {
      const value = raw.length > MAX_VALUE_CHARS ? raw.slice(0, MAX_VALUE_CHARS) : raw;
      guarded[label] = value;
      if (FIXED_LABELS.has(label)) continue;
      const key = `${metric}\u0000${label}`;
      let values = seen.get(key);
      if (values === undefined) {
        values = new Set();
        seen.set(key, values);
      }
      if (values.has(value)) continue;
      if (values.size < limit) {
        values.add(value);
        continue;
      }
      guarded[label] = FOLDED;
      onFold(metric, label);
    }
    return guarded;
  };
}

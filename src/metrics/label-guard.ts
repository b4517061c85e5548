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

export type LabelGuardOptions = {
  /** How many values one label of one metric may take. */
  readonly limit: number;
  /** Makes a value safe to be a label: an agent may be named after a customer. Asked once per value. */
  readonly clean: (value: string) => string;
  /** Told of each recording whose label value was folded. */
  readonly onFold: (metric: string, label: string) => void;
};

/**
 * Holds the number of values that each label of each metric may take; what comes beyond becomes `other`, so that a model that invents
 * tool names cannot fill a Prometheus.
 */
export function createLabelGuard({
  limit,
  clean,
  onFold,
}: LabelGuardOptions): (metric: string, labels: Labels) => Labels {
  /** By metric and label: the raw values seen and what they became. */
  const known = new Map<string, Map<string, string>>();
  const guardValue = (metric: string, label: string, raw: string): string => {
    const key = `${metric}\u0000${label}`;
    let values = known.get(key);
    if (values === undefined) {
      values = new Map();
      known.set(key, values);
    }
    const before = values.get(raw);
    if (before !== undefined) return before;
    if (values.size >= limit) {
      onFold(metric, label);
      return FOLDED;
    }
    const safe = clean(raw.slice(0, MAX_VALUE_CHARS));
    values.set(raw, safe);
    return safe;
  };
  return (metric, labels) => {
    const guarded: Labels = {};
    for (const [label, raw] of Object.entries(labels)) {
      guarded[label] = FIXED_LABELS.has(label) ? raw : guardValue(metric, label, raw);
    }
    return guarded;
  };
}

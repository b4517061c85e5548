/** Long values are cut: a label is a name, and Prometheus keeps every distinct one in memory. */
const MAX_VALUE_CHARS = 128;
/** What is cut before it is cleaned may keep the half of a secret, which looks like none. */
const MAX_CLEANED_CHARS = 1024;
const FOLDED = "other";
/** Labels whose values are ours, from fixed lists. */
const FIXED_LABELS = new Set([
  "type",
  "category",
  "signal",
  "gen_ai_token_type",
  "metric",
  "label",
  "kind",
  "outcome",
  "rating",
  "state",
]);
/** Metrics about ourselves, whose labels say nothing of the program: recorded at the start, which need not wait for what cleans texts. */
const OWN_METRICS = new Set(["agent_observatory_up"]);
/** Lists of ours that a program may add to. However low the limit, ours have their place. */
const OPEN_LISTS = new Set(["status", "reason"]);
const MIN_OPEN_LIST = 20;

type Labels = Record<string, string>;
type Guarded = { readonly labels: Labels; readonly folded: boolean };

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
}: LabelGuardOptions): (metric: string, labels: Labels) => Guarded {
  /** By metric and label: the raw values seen and what they became. */
  const known = new Map<string, Map<string, string>>();
  /** Undefined where the value is one too many. */
  const guardValue = (metric: string, label: string, raw: string): string | undefined => {
    const key = `${metric}\u0000${label}`;
    let values = known.get(key);
    if (values === undefined) {
      values = new Map();
      known.set(key, values);
    }
    const before = values.get(raw);
    if (before !== undefined) return before;
    if (values.size >= (OPEN_LISTS.has(label) ? Math.max(limit, MIN_OPEN_LIST) : limit)) return undefined;
    const safe = clean(raw.slice(0, MAX_CLEANED_CHARS)).slice(0, MAX_VALUE_CHARS);
    values.set(raw, safe);
    return safe;
  };
  return (metric, given) => {
    if (OWN_METRICS.has(metric)) return { labels: { ...given }, folded: false };
    const labels: Labels = {};
    let folded = false;
    for (const [label, raw] of Object.entries(given)) {
      const value = FIXED_LABELS.has(label) ? raw : guardValue(metric, label, raw);
      labels[label] = value ?? FOLDED;
      if (value !== undefined) continue;
      folded = true;
      onFold(metric, label);
    }
    return { labels, folded };
  };
}

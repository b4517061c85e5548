import { quote } from "../gotext/index.ts";
import { createLabels, type Labels, labelsKey, METRIC_NAME } from "../signals/index.ts";

export { labelsKey };

export const NO_LABELS: Labels = createLabels([]);

/** The labels that say what a metric is; they go where a value is no longer that metric's. */
const METADATA_LABELS: ReadonlySet<string> = new Set([METRIC_NAME, "__type__", "__unit__"]);

const filterLabels = (labels: Labels, keeps: (name: string) => boolean): Labels =>
  createLabels(Object.entries(labels).filter(([name]) => keeps(name)));

export const withoutMetadata = (labels: Labels): Labels => {
  for (const name of METADATA_LABELS) {
    if (labels[name] !== undefined) return filterLabels(labels, (one) => !METADATA_LABELS.has(one));
  }
  return labels;
};

export const onlyLabels = (labels: Labels, names: readonly string[]): Labels =>
  createLabels(names.map((name) => [name, labels[name] ?? ""]));

export const withoutLabels = (labels: Labels, names: ReadonlySet<string>): Labels =>
  filterLabels(labels, (name) => !names.has(name));

/** The labels with one more or another; "" takes it away. */
export const withLabel = (labels: Labels, name: string, value: string): Labels =>
  createLabels([...Object.entries(labels).filter(([one]) => one !== name), [name, value]]);

// No label value can be mistaken for two with this between them: Prometheus has a byte here that UTF-8 never has.
const SEPARATOR = "\u{10ffff}";

/** A function that maps labels to a text, equal for those that agree in the names (`only`) or in all others but the metric name. */
export function signatureBy(only: boolean, names: readonly string[]): (labels: Labels) => string {
  if (only) return (labels) => names.map((name) => labels[name] ?? "").join(SEPARATOR);
  const left = new Set([...names, METRIC_NAME]);
  return (labels) => {
    let signature = "";
    for (const name of Object.keys(labels).sort()) {
      if (!left.has(name)) signature += `${name}${SEPARATOR}${labels[name]}${SEPARATOR}`;
    }
    return signature;
  };
}

const PLAIN_LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Labels as Prometheus shows them in errors. */
export const showLabels = (labels: Labels): string => {
  const shown = Object.keys(labels)
    .sort()
    .map((name) => `${PLAIN_LABEL.test(name) ? name : quote(name)}=${quote(labels[name] ?? "")}`);
  return `{${shown.join(", ")}}`;
};

/** Any text but the empty one; a replacement character is what reading made of bytes that are no text. */
export const isLabelName = (name: string): boolean => name !== "" && !name.includes("\ufffd");

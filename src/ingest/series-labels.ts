import { type Attributes, createLabelSet, createLabels, type LabelSet, METRIC_NAME } from "../signals/index.ts";
import { seriesLabelName } from "./metric-names.ts";
import { valueText } from "./value-text.ts";

const SERVICE_NAME = "service.name";
const SERVICE_NAMESPACE = "service.namespace";
const SERVICE_INSTANCE = "service.instance.id";
const IDENTIFYING: readonly string[] = [SERVICE_NAMESPACE, SERVICE_NAME, SERVICE_INSTANCE];

const TARGET_INFO = "target_info";

/** The labels that a resource gives to each of its series, and the series that describes it, if any. */
export type ResourceLabels = {
  readonly job: string;
  readonly instance: string;
  readonly promoted: ReadonlyMap<string, string>;
  readonly targetInfo: LabelSet | undefined;
};

/**
 * Labels of attributes; those whose names become the same are joined in order of their keys. Undefined where a key
 * leaves no name.
 */
function labelsOf(attributes: Attributes, without: readonly string[]): Map<string, string> | undefined {
  const labels = new Map<string, string>();
  for (const key of Object.keys(attributes).sort()) {
    if (without.includes(key)) continue;
    const name = seriesLabelName(key);
    if (name === undefined) return undefined;
    const before = labels.get(name) ?? "";
    const value = valueText(attributes[key] ?? null);
    labels.set(name, before === "" ? value : `${before};${value}`);
  }
  return labels;
}

const textAt = (attributes: Attributes, key: string): string | undefined =>
  Object.hasOwn(attributes, key) ? valueText(attributes[key] ?? null) : undefined;

function identify(labels: Map<string, string>, { job, instance }: Pick<ResourceLabels, "job" | "instance">): void {
  if (job !== "") labels.set("job", job);
  if (instance !== "") labels.set("instance", instance);
}

function targetInfoOf(
  attributes: Attributes,
  identity: Pick<ResourceLabels, "job" | "instance">,
): LabelSet | undefined {
  // A resource of which only job and instance are known needs no further description.
  if (Object.keys(attributes).every((key) => IDENTIFYING.includes(key))) return undefined;
  const labels = labelsOf(attributes, IDENTIFYING);
  if (labels === undefined) return undefined;
  identify(labels, identity);
  if (!labels.get("job") && !labels.get("instance")) return undefined;
  labels.set(METRIC_NAME, TARGET_INFO);
  return createLabelSet(createLabels(labels));
}

export function resourceLabels(attributes: Attributes, promotedAttributes: readonly string[]): ResourceLabels {
  const name = textAt(attributes, SERVICE_NAME);
  const namespace = textAt(attributes, SERVICE_NAMESPACE);
  const job = name === undefined || namespace === undefined ? (name ?? "") : `${namespace}/${name}`;
  const instance = textAt(attributes, SERVICE_INSTANCE) ?? "";
  const promoted = new Map<string, string>();
  for (const key of promotedAttributes) {
    const [label, value] = [seriesLabelName(key), textAt(attributes, key)];
    if (label !== undefined && value !== undefined) promoted.set(label, value);
  }
  return { job, instance, promoted, targetInfo: targetInfoOf(attributes, { job, instance }) };
}

/** Labels of a data point without the metric's name; undefined where an attribute has a key that cannot be a label. */
export function pointLabels(attributes: Attributes, resource: ResourceLabels): Map<string, string> | undefined {
  const labels = labelsOf(attributes, [METRIC_NAME]);
  if (labels === undefined) return undefined;
  for (const [name, value] of resource.promoted) if (!labels.get(name)) labels.set(name, value);
  identify(labels, resource);
  return labels;
}

/** The series of a metric with these labels, and one more where it has one (`le`, `quantile`). */
export function seriesOf(
  metric: string,
  labels: ReadonlyMap<string, string>,
  extra?: readonly [name: string, value: string],
): LabelSet {
  const all = new Map(labels);
  if (extra !== undefined) all.set(...extra);
  all.set(METRIC_NAME, metric);
  return createLabelSet(createLabels(all));
}

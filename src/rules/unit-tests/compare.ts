import { quote } from "../../gotext/index.ts";
import { compareLabels, type Labels, METRIC_NAME } from "../../signals/index.ts";

export type LabeledAlert = { readonly labels: Labels; readonly annotations: Labels };
export type LabeledValue = { readonly labels: Labels; readonly value: number };

export const compareAlerts = (a: LabeledAlert, b: LabeledAlert): number =>
  compareLabels(a.labels, b.labels) || compareLabels(a.annotations, b.annotations);

const buffer = new DataView(new ArrayBuffer(8));

/** Doubles in the order of their size as whole numbers, one apart where nothing lies between. */
function orderOf(value: number): bigint {
  buffer.setFloat64(0, value);
  const bits = buffer.getBigInt64(0);
  return bits < 0n ? -(bits & 0x7fff_ffff_ffff_ffffn) : bits;
}

/** Equal, or, where `fuzzy`, neighbours among all doubles. NaN equals nothing, as in promtool. */
export function sameValue(a: number, b: number, fuzzy: boolean): boolean {
  if (a === b) return true;
  if (!fuzzy || Number.isNaN(a) || Number.isNaN(b)) return false;
  const distance = orderOf(a) - orderOf(b);
  return distance >= -1n && distance <= 1n;
}

/** As PromQL writes a series. */
export function writeLabels(labels: Labels): string {
  const names = Object.keys(labels).sort();
  const name = labels[METRIC_NAME] ?? "";
  const rest = names.filter((one) => one !== METRIC_NAME).map((one) => `${one}=${quote(labels[one] ?? "")}`);
  return rest.length === 0 && name !== "" ? name : `${name}{${rest.join(", ")}}`;
}

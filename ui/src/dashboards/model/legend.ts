import type { Labels } from "./frame.ts";

/** `{{label}}` in a legend; a label that is not there is empty. */
export const legendText = (format: string, labels: Labels): string =>
  format.replaceAll(/\{\{\s*(.+?)\s*\}\}/g, (_, name: string) => labels[name] ?? "");

/** `name{label="value"}` */
export function seriesText(labels: Labels): string {
  const { __name__: name = "", ...rest } = labels;
  const parts = Object.entries(rest).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return parts.length === 0 && name !== "" ? name : `${name}{${parts.join(", ")}}`;
}

/** The name that a query gives to a series; undefined where the labels are to tell. */
export function legendOf(format: string | undefined, labels: Labels, expr: string): string | undefined {
  if (format === undefined || format === "" || format === "__auto") {
    const text = seriesText(labels);
    if (text === "{}") return expr;
    return format === "__auto" && Object.keys(labels).length === 1 ? Object.values(labels)[0] : text;
  }
  const text = legendText(format, labels);
  return text === "" ? expr : text;
}

import type { Labels } from "../signals/index.ts";

/** A JSON object of labels in order of their names. */
export function labelsJson(labels: Labels): string {
  let text = "";
  for (const name of Object.keys(labels).sort()) {
    text += `${text === "" ? "{" : ","}${JSON.stringify(name)}:${JSON.stringify(labels[name])}`;
  }
  return text === "" ? "{}" : `${text}}`;
}

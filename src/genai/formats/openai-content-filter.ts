import { asArray, asObject, type JsonObject } from "./reading.ts";

/** Azure's verdict on one text: a category (`hate`, `jailbreak`, …) with what was found. */
function namesIn(results: unknown): string[] {
  return Object.entries(asObject(results) ?? {}).flatMap(([category, verdict]) => {
    const found = asObject(verdict);
    return found?.filtered === true ? [category] : [];
  });
}

/** The categories for which Azure's content filter kept back the prompt or an answer; its errors say it, too. */
export function filteredCategories(body: JsonObject): string[] {
  const inner = asObject(asObject(body.error)?.innererror);
  const results = [
    ...asArray(body.prompt_filter_results).map((item) => asObject(item)?.content_filter_results),
    ...asArray(body.choices).map((item) => asObject(item)?.content_filter_results),
    inner?.content_filter_result,
    inner?.content_filter_results,
  ];
  return [...new Set(results.flatMap(namesIn))].slice(0, 20);
}

import type { Redactor } from "./redactor.ts";
import { createValueRedactor } from "./value.ts";

const MAX_REMEMBERED_LENGTH = 100;

/**
 * The redactor with a memory of so many short texts: names, models, addresses and sessions come again and again, and what was looked at once
 * need not be looked at again.
 */
export function rememberTexts(redactor: Redactor, maxTexts: number): Redactor {
  const known = new Map<string, string>();
  const text = (given: string): string => {
    if (given.length > MAX_REMEMBERED_LENGTH) return redactor.text(given);
    let safe = known.get(given);
    if (safe === undefined) {
      safe = redactor.text(given);
      if (known.size >= maxTexts) known.clear();
      known.set(given, safe);
    }
    return safe;
  };
  return { ...redactor, text, value: createValueRedactor(text) };
}

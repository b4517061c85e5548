import { lastText, rangeText } from "../../app/range-text.ts";
import type { Range } from "../../app/time-range.ts";

/** The time range within a sentence: "in the last hour". */
export function rangeInWords(from: string, to: string, range: Range): string {
  const last = lastText({ from, to });
  if (last !== undefined) return `in the ${last.toLowerCase().replace("last 1 ", "last ")}`;
  const [start, end] = rangeText(range, Date.now()).split(" – ");
  return `from ${start} to ${end}`;
}

import { QUICK_RANGES, type Range } from "../../app/time-range.ts";
import { formatTime } from "../../format/quantity.ts";

/** The time range within a sentence: "in the last hour". */
export function rangeInWords(from: string, to: string, range: Range): string {
  const quick = to === "now" ? QUICK_RANGES.find(([one]) => one === from)?.[1] : undefined;
  if (quick !== undefined) return `in the last ${quick.replace(/^1 /, "")}`;
  return `from ${formatTime(range.startMs)} to ${formatTime(range.endMs)}`;
}

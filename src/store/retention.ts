import { bytesOf, DAY_MS, type DayFile, statePathOf } from "./files.ts";
import type { Retention } from "./types.ts";

const MB = 1024 * 1024;
/** A part of a day grows to a sixteenth of the allowed bytes: what the limit takes away at once. */
const PARTS_IN_LIMIT = 16;
const LEAST_PART_BYTES = MB;

export const partBytesOf = ({ maxBytes }: Retention): number =>
  Math.max(LEAST_PART_BYTES, Math.floor(maxBytes / PARTS_IN_LIMIT));

/** Data of this time may still be stored; before it they would be removed at once. */
export const oldestKeptMs = ({ maxAgeMs }: Retention, nowMs: number): number => nowMs - maxAgeMs;

/**
 * Which files must go: days that are wholly too old, set aside or not; then the oldest until what is there and the part that is being
 * written fit into the limit. Files that were set aside count but do not go for their size. The last file always stays.
 */
export function decideRemovals(
  directory: string,
  files: readonly DayFile[],
  retention: Retention,
  nowMs: number,
): readonly DayFile[] {
  const oldest = oldestKeptMs(retention, nowMs);
  const removed = files.filter(({ startMs }) => startMs + DAY_MS <= oldest);
  const left = files.filter((file) => !removed.includes(file));
  const sizes = new Map(left.map((file) => [file, bytesOf(file.path)] as const));
  const last = left.findLast(({ damaged }) => !damaged);
  let bytes = bytesOf(statePathOf(directory)) + Math.max(0, partBytesOf(retention) - (sizes.get(last as DayFile) ?? 0));
  for (const size of sizes.values()) bytes += size;
  for (const file of left) {
    if (bytes <= retention.maxBytes) break;
    if (file.damaged || file === last) continue;
    bytes -= sizes.get(file) ?? 0;
    removed.push(file);
  }
  return removed;
}

import { statSync } from "node:fs";
import { openConnection } from "./connection.ts";
import { bytesOf, type DayFile, dayNameOf, listDayFiles, statePathOf } from "./files.ts";
import type { StoreUsage } from "./types.ts";

type Counts = Pick<StoreUsage, "series" | "samples" | "streams" | "lines" | "spans">;

const NOTHING = { series: 0, samples: 0, streams: 0, lines: 0, spans: 0 };
const CACHE_KB = 64;

const COUNTS = `SELECT (SELECT coalesce(max(id), 0) FROM series), head_samples + chunk_samples,
  (SELECT coalesce(max(id), 0) FROM streams), lines, spans FROM file`;

function countIn(path: string): Counts {
  try {
    const connection = openConnection(path, { readOnly: true, cacheKb: CACHE_KB, check: true });
    try {
      const [series = 0, samples = 0, streams = 0, lines = 0, spans = 0] = (
        connection.prepareOnce(COUNTS).get() ?? []
      ).map(Number);
      return { series, samples, streams, lines, spans };
    } finally {
      connection.close();
    }
  } catch {
    // Damaged, or gone meanwhile: its bytes count, what is in it does not.
    return NOTHING;
  }
}

function signatureOf(path: string): string {
  const parts = [path, `${path}-wal`].map((one) => statSync(one, { throwIfNoEntry: false }));
  return parts.map((stat) => `${stat?.ino} ${stat?.size} ${stat?.mtimeMs}`).join(" ");
}

/** Sizes and counts of a store. Files that did not change are not opened again. */
export function createUsageReader(directory: string): () => StoreUsage {
  const known = new Map<string, { readonly signature: string; readonly counts: Counts }>();
  const countsOf = ({ path }: DayFile): Counts => {
    const signature = signatureOf(path);
    const found = known.get(path);
    if (found?.signature === signature) return found.counts;
    const counts = countIn(path);
    known.set(path, { signature, counts });
    return counts;
  };
  return () => {
    const files = listDayFiles(directory);
    const total = { ...NOTHING };
    let bytes = bytesOf(statePathOf(directory));
    for (const file of files) {
      bytes += bytesOf(file.path);
      const counts = countsOf(file);
      for (const kind of Object.keys(total) as (keyof Counts)[]) total[kind] += counts[kind];
    }
    for (const path of known.keys()) if (!files.some((file) => file.path === path)) known.delete(path);
    const days = [...new Set(files.map(({ startMs }) => dayNameOf(startMs)))];
    return { bytes, days, oldestMs: files[0]?.startMs, ...total };
  };
}

import type { Clock } from "../base/index.ts";
import { type Compaction, startCompaction } from "./compaction.ts";
import type { Blame, DayPool } from "./day-pool.ts";
import type { DayWriter } from "./day-writer.ts";
import { DAY_MS, type DayFile, listDayFiles } from "./files.ts";
import { decideRemovals, partBytesOf } from "./retention.ts";
import type { Retention } from "./types.ts";

/** The work between the commits. Nothing may be written while one of these runs. */
export type Maintenance = {
  /** After a commit: ends parts that are large, and compacts where the head has grown beyond measure. */
  readonly afterCommit: () => void;
  /** True: there is more to do. */
  readonly run: () => boolean;
};

export type MaintenanceOptions = {
  readonly directory: string;
  readonly clock: Clock;
  readonly retention: Retention;
  readonly pool: DayPool;
  readonly blame: Blame;
  /** Told of each day that is gone with its last file. */
  readonly onDayRemoved: (startMs: number) => void;
};

const RUN_MS = 50;
/** How long one commit may compact where the head grows faster than `run` takes it away. */
const COMMIT_MS = 20;
/** The head is compacted at so many samples per series, between these two. */
const HEAD_PER_SERIES = 64;
const [LEAST_HEAD, MOST_HEAD] = [20_000, 500_000];
const OVERFLOWING_HEAD = 2 * MOST_HEAD;
/** After its end, a day gets so long until it counts as complete. */
const SETTLING_MS = 600_000;
const MOST_OPEN_DAYS = 4;

export function createMaintenance(options: MaintenanceOptions): Maintenance {
  const { directory, clock, retention, pool, blame, onDayRemoved } = options;
  const partBytes = partBytesOf(retention);
  // Files of earlier runs: one may have been left with a head.
  const unvisited: DayFile[] = listDayFiles(directory).filter(({ damaged }) => !damaged);
  let compaction: { readonly path: string; readonly work: Compaction } | undefined;

  const removeOld = (): void => {
    const files = listDayFiles(directory);
    const removals = decideRemovals(directory, files, retention, clock.nowMs());
    for (const file of removals) {
      if (compaction?.path === file.path) compaction = undefined;
      blame.path = file.path;
      pool.remove(file.path);
    }
    for (const { startMs } of removals) {
      if (!files.some((file) => file.startMs === startMs && !removals.includes(file))) onDayRemoved(startMs);
    }
  };
  const isSettled = (day: DayWriter): boolean =>
    !pool.isCurrent(day) || day.file.startMs + DAY_MS + SETTLING_MS < clock.nowMs();
  const wantsCompaction = (day: DayWriter): boolean => {
    const head = day.headSamples();
    if (isSettled(day)) return head > 0;
    return head >= Math.min(MOST_HEAD, Math.max(LEAST_HEAD, HEAD_PER_SERIES * day.seriesCount()));
  };
  const compact = (day: DayWriter, isOver: () => boolean): void => {
    blame.path = day.file.path;
    if (compaction?.path !== day.file.path) compaction = { path: day.file.path, work: startCompaction(day) };
    const { work } = compaction;
    compaction = undefined;
    // Only what went well is gone on with.
    if (!work.step(isOver)) compaction = { path: day.file.path, work };
  };
  const inProgress = (): DayWriter | undefined => pool.all().find(({ file }) => file.path === compaction?.path);
  const deadline = (ms: number): (() => boolean) => {
    const endMs = clock.nowMs() + ms;
    return () => clock.nowMs() > endMs;
  };
  const closeIdle = (): void => {
    const days = pool.all();
    const idle = days.filter((day) => isSettled(day) && day.headSamples() === 0 && !pool.isCurrent(day));
    const surplus = days.length - idle.length - MOST_OPEN_DAYS;
    const others = days.filter((day) => !idle.includes(day) && day.file.path !== compaction?.path);
    for (const { file } of [...idle, ...others.slice(0, Math.max(0, surplus))]) {
      if (file.path !== compaction?.path) pool.close(file.path);
    }
  };

  return {
    afterCommit: () => {
      if (pool.retireLarge(partBytes)) {
        // Closed first: then their logs are gone, and what is counted is what they will be.
        closeIdle();
        removeOld();
      }
      const flooded = pool.all().find((day) => day.headSamples() > OVERFLOWING_HEAD);
      if (flooded !== undefined) compact(inProgress() ?? flooded, deadline(COMMIT_MS));
    },
    run: () => {
      const isOver = deadline(RUN_MS);
      closeIdle();
      removeOld();
      for (;;) {
        const next = inProgress() ?? pool.all().find(wantsCompaction);
        if (next !== undefined) compact(next, isOver);
        else {
          const file = unvisited.pop();
          if (file === undefined) return false;
          if (listDayFiles(directory).some(({ path }) => path === file.path)) pool.open(file);
        }
        if (isOver()) return true;
      }
    },
  };
}

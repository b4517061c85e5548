import type { ObservatoryError } from "../base/index.ts";
import { type DayReader, identityOf, openDayReader } from "./day-reader.ts";
import { isCorrupt, storeError } from "./faults.ts";
import { DAY_MS, type DayFile, listDayFiles } from "./files.ts";
import { createLabelBudget } from "./label-reader.ts";
import type { ColumnSpace } from "./sample-columns.ts";
import type { StoreFault } from "./types.ts";

/** The files of a store as one reader has them open. */
export type DayReaders = {
  /**
   * Asks each file that may have data between two times, in order of day and part, and answers what they said. A file that cannot be read says
   * nothing: it is told once.
   */
  readonly ask: <Answer>(
    startMs: number,
    endMs: number,
    question: (day: DayReader, isLast: boolean) => Answer,
  ) => Answer[];
  /** Calls `work` with the files of one day after the other, all open at once. What is damaged ends the day, not the whole. */
  readonly eachDay: (
    startMs: number,
    endMs: number,
    latestFirst: boolean,
    work: (parts: readonly DayReader[]) => boolean,
  ) => void;
  /** How many files may have data between two times. */
  readonly count: (startMs: number, endMs: number) => number;
  /** What comes of a file, up to where it is damaged. */
  readonly guard: <Item>(day: DayReader, sequence: Iterable<Item>) => Iterable<Item>;
  readonly close: () => void;
};

/** A month and some parts: opening one takes a millisecond, keeping it some 0.3 MB and up to 0.5 MB of SQLite's cache. */
const MOST_OPEN_FILES = 48;
const MOST_LABEL_SETS = 30_000;

export type DayReadersOptions = {
  readonly directory: string;
  readonly maxSelectedSeries: number;
  /** Where selected samples lie. */
  readonly space: ColumnSpace;
  readonly onFault: ((fault: StoreFault) => void) | undefined;
};

export function createDayReaders({ directory, maxSelectedSeries, space, onFault }: DayReadersOptions): DayReaders {
  const budget = createLabelBudget(MOST_LABEL_SETS);
  // In the order of their last use.
  const opened = new Map<string, { readonly day: DayReader; readonly identity: string }>();
  const toldOf = new Set<string>();

  const close = (path: string): void => {
    const found = opened.get(path);
    opened.delete(path);
    try {
      found?.day.close();
    } catch {
      // Of a damaged file; nothing is written through it.
    }
  };
  const tell = (path: string, error: ObservatoryError): void => {
    if (toldOf.has(path)) return;
    toldOf.add(path);
    onFault?.({ path, error });
  };
  /** Undefined where the file is gone, or not readable at all. */
  const open = (file: DayFile): DayReader | undefined => {
    const identity = identityOf(file);
    const found = opened.get(file.path);
    if (found !== undefined && found.identity === identity) {
      opened.delete(file.path);
      opened.set(file.path, found);
      return found.day;
    }
    close(file.path);
    if (identity === undefined) return undefined;
    try {
      const day = openDayReader(file, budget, maxSelectedSeries, space);
      opened.set(file.path, { day, identity });
      return day;
    } catch (error) {
      // Between the listing and this the writer may have removed or renamed it.
      if (identityOf(file) === undefined) return undefined;
      return damaged(file.path, error);
    }
  };
  /** Tells of a damaged file; throws what is anything else. */
  const damaged = (path: string, error: unknown): undefined => {
    const fault = storeError(error, path);
    if (fault === undefined || !isCorrupt(fault)) throw fault ?? error;
    tell(path, fault);
    return undefined;
  };
  /** Ends the question to a file. Of a damaged one even that may fail: it is opened anew for the next. */
  const end = (day: DayReader): void => {
    try {
      day.end();
    } catch (error) {
      close(day.file.path);
      damaged(day.file.path, error);
    }
  };
  const closeSurplus = (): void => {
    for (const path of opened.keys()) {
      if (opened.size <= MOST_OPEN_FILES) return;
      close(path);
    }
  };
  const filesBetween = (startMs: number, endMs: number): DayFile[] => {
    const files = listDayFiles(directory);
    for (const path of opened.keys()) if (!files.some((file) => file.path === path)) close(path);
    return files.filter((file) => file.startMs <= endMs && file.startMs + DAY_MS > startMs);
  };

  return {
    ask: (startMs, endMs, question) => {
      const answers: ReturnType<typeof question>[] = [];
      const files = filesBetween(startMs, endMs);
      for (const file of files) {
        const day = open(file);
        if (day === undefined) continue;
        try {
          day.begin();
          try {
            answers.push(question(day, file === files.at(-1)));
          } finally {
            end(day);
          }
        } catch (error) {
          damaged(file.path, error);
        }
        closeSurplus();
      }
      return answers;
    },
    eachDay: (startMs, endMs, latestFirst, work) => {
      const byDay = Map.groupBy(filesBetween(startMs, endMs), (file) => file.startMs);
      const days = [...byDay.values()];
      for (const files of latestFirst ? days.reverse() : days) {
        const parts: DayReader[] = [];
        try {
          for (const file of files) {
            const day = open(file);
            if (day === undefined) continue;
            try {
              day.begin();
              parts.push(day);
            } catch (error) {
              damaged(file.path, error);
            }
          }
          if (!work(parts)) return;
        } finally {
          for (const day of parts) end(day);
          closeSurplus();
        }
      }
    },
    count: (startMs, endMs) => filesBetween(startMs, endMs).length,
    *guard(day, sequence) {
      try {
        yield* sequence;
      } catch (error) {
        damaged(day.file.path, error);
      }
    },
    close: () => {
      for (const path of [...opened.keys()]) close(path);
    },
  };
}

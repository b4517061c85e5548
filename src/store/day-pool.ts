import { createDatabase, removeDatabase } from "./connection.ts";
import { type DayWriter, type DayWriterOptions, openDayWriter } from "./day-writer.ts";
import { bytesOf, type DayFile, dayFileOf, listDayFiles, setAside } from "./files.ts";
import { DAY_SCHEMA } from "./schema.ts";

/** Which file was used last: what an error of SQLite is about, for it does not say. */
export type Blame = { path: string };

/** The files that one writer has open. */
export type DayPool = {
  /** The file that takes what belongs to a day, made where there is none. */
  readonly of: (startMs: number) => DayWriter;
  /** A file by its path, opened where it is not. */
  readonly open: (file: DayFile) => DayWriter;
  /** Those that are open, the one that was opened first before the others. */
  readonly all: () => readonly DayWriter[];
  /** Whether it is the file that takes its day's data now. */
  readonly isCurrent: (day: DayWriter) => boolean;
  /** Ends the parts that have grown to their size. True where there was one. */
  readonly retireLarge: (partBytes: number) => boolean;
  readonly close: (path: string) => void;
  readonly remove: (path: string) => void;
  /** Renames a damaged file and answers its new path. */
  readonly setAside: (path: string) => string;
};

export function createDayPool(directory: string, options: DayWriterOptions, blame: Blame): DayPool {
  const opened = new Map<string, DayWriter>();
  // The part that takes a day's data.
  const current = new Map<number, string>();
  const full = new Set<string>();

  const create = (startMs: number, part: number): DayFile => {
    const file = dayFileOf(directory, startMs, part);
    blame.path = file.path;
    createDatabase(file.path, `${DAY_SCHEMA} INSERT INTO file VALUES (${startMs}, 0, 0, 0, 0, 0);`);
    return file;
  };
  const open = (file: DayFile): DayWriter => {
    blame.path = file.path;
    const found = opened.get(file.path);
    if (found !== undefined) return found;
    const day = openDayWriter(file, options);
    opened.set(file.path, day);
    return day;
  };
  const close = (path: string): void => {
    const day = opened.get(path);
    opened.delete(path);
    for (const [startMs, one] of current) if (one === path) current.delete(startMs);
    try {
      day?.close();
    } catch {
      // Of a damaged or vanished file; there is nothing left to lose in it.
    }
  };

  return {
    of: (startMs) => {
      const known = opened.get(current.get(startMs) ?? "");
      if (known !== undefined) {
        blame.path = known.file.path;
        return known;
      }
      const parts = listDayFiles(directory).filter((file) => file.startMs === startMs);
      const last = parts.at(-1);
      const usable = last !== undefined && !last.damaged && !full.has(last.path);
      const day = open(usable ? last : create(startMs, (last?.part ?? 0) + 1));
      current.set(startMs, day.file.path);
      return day;
    },
    open,
    all: () => [...opened.values()],
    isCurrent: ({ file }) => current.get(file.startMs) === file.path,
    retireLarge: (partBytes) => {
      let found = false;
      for (const [startMs, path] of current) {
        if (bytesOf(path) < partBytes) continue;
        full.add(path);
        current.delete(startMs);
        found = true;
      }
      return found;
    },
    close,
    remove: (path) => {
      close(path);
      full.delete(path);
      removeDatabase(path);
    },
    setAside: (path) => {
      close(path);
      return setAside(path);
    },
  };
}

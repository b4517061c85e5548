import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import type { Clock } from "../base/index.ts";

export type FileOutputOptions = {
  /** Absolute. */
  readonly path: string;
  /** A file that has grown to so much becomes `path.1`, that one `path.2`, and so on. */
  readonly maxSizeBytes: number;
  /** With the one that is written; the oldest beyond it is deleted. */
  readonly maxFiles: number;
  readonly clock: Clock;
  /** What cannot be done with the file, as one clause. Told each time; saying it once is the caller's affair. */
  readonly onFault: (fault: string) => void;
};

export type FileOutput = {
  /** Adds a line, which ends in a line break. It is with the operating system when this returns. Never throws. */
  readonly write: (line: string) => void;
  readonly close: () => void;
};

/** Others may rotate or delete the file: whether it is still the one that is open is looked at after so much text or time. */
const LOOK_AFTER_BYTES = 65_536;
const LOOK_AFTER_MS = 1000;
const RETRY_AFTER_MS = 1000;
/** A lock this old is of a process that did not live to remove it: rotating takes milliseconds. */
const STALE_LOCK_MS = 10_000;
const LINE_BREAK = 10;

/** Not blocking: a named pipe that nobody reads must not hold the program up. On regular files it means nothing. */
const FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | (constants.O_NONBLOCK ?? 0);

type Open = { readonly fd: number; readonly regular: boolean; readonly stats: Stats };

const codeOf = (error: unknown): string => String((error as NodeJS.ErrnoException | undefined)?.code ?? error);

/** Not by `recursive`, which never returns where a folder cannot hold others and says ENOENT, as /proc does. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) === "EEXIST") return;
    const parent = dirname(path);
    if (codeOf(error) !== "ENOENT" || parent === path) throw error;
    makeFolder(parent);
    mkdirSync(path, { mode: 0o700 });
  }
}

/** A process that was killed in the middle of a line left it without an end. */
function endsInLine(path: string, sizeBytes: number): boolean {
  try {
    const fd = openSync(path, "r");
    try {
      const last = Buffer.alloc(1);
      return readSync(fd, last, 0, 1, sizeBytes - 1) === 0 || last[0] === LINE_BREAK;
    } finally {
      closeSync(fd);
    }
  } catch {
    return true;
  }
}

/**
 * A file of log lines that rotates by size. Every write is done at once and by appending, so that nothing is lost however the process
 * ends, and several processes and threads may write the same file: a lock file decides who rotates, the others notice and follow.
 */
export function createFileOutput({ path, maxSizeBytes, maxFiles, clock, onFault }: FileOutputOptions): FileOutput {
  let file: Open | undefined;
  let sizeBytes = 0;
  let unseenBytes = 0;
  let lookAtMs = 0;
  let retryAtMs = Number.NEGATIVE_INFINITY;
  const lookAfterBytes = Math.min(LOOK_AFTER_BYTES, Math.max(1, Math.floor(maxSizeBytes / 16)));

  const writeAll = (fd: number, bytes: Buffer): void => {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
  };
  const close = (): void => {
    if (file === undefined) return;
    const { fd } = file;
    file = undefined;
    closeSync(fd);
  };
  const open = (): Open => {
    makeFolder(dirname(path));
    const fd = openSync(path, FLAGS, 0o600);
    const stats = fstatSync(fd);
    file = { fd, regular: stats.isFile(), stats };
    sizeBytes = stats.size;
    unseenBytes = 0;
    lookAtMs = clock.nowMs() + LOOK_AFTER_MS;
    if (file.regular && sizeBytes > 0 && !endsInLine(path, sizeBytes)) writeAll(fd, Buffer.from("\n"));
    return file;
  };
  const isStillThere = ({ stats }: Open): boolean => {
    const there = statSync(path, { throwIfNoEntry: false });
    return there !== undefined && there.ino === stats.ino && there.dev === stats.dev;
  };
  /** Opens the file anew where it has been moved away, and takes into account what others wrote. */
  const look = (current: Open): Open => {
    unseenBytes = 0;
    lookAtMs = clock.nowMs() + LOOK_AFTER_MS;
    if (!isStillThere(current)) {
      close();
      return open();
    }
    sizeBytes = fstatSync(current.fd).size;
    return current;
  };

  const shift = (): void => {
    if (maxFiles === 1) {
      rmSync(path, { force: true });
      return;
    }
    rmSync(`${path}.${maxFiles - 1}`, { force: true });
    for (let i = maxFiles - 1; i >= 1; i--) {
      try {
        renameSync(i === 1 ? path : `${path}.${i - 1}`, `${path}.${i}`);
      } catch (error) {
        if (codeOf(error) !== "ENOENT") throw error;
      }
    }
  };
  const rotate = (current: Open): Open => {
    const lock = `${path}.lock`;
    let held: number;
    try {
      held = openSync(lock, "wx", 0o600);
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
      // Somebody else is at it. Until it is done lines go where they went.
      const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
      if (since !== undefined && clock.nowMs() - since > STALE_LOCK_MS) rmSync(lock, { force: true });
      return current;
    }
    try {
      if (isStillThere(current) && fstatSync(current.fd).size >= sizeBytes) shift();
      close();
      return open();
    } finally {
      closeSync(held);
      rmSync(lock, { force: true });
    }
  };

  return {
    write: (line) => {
      const bytes = Buffer.from(line);
      const nowMs = clock.nowMs();
      if (file === undefined && nowMs < retryAtMs) return;
      try {
        let current = file ?? open();
        if (unseenBytes >= lookAfterBytes || nowMs >= lookAtMs) current = look(current);
        if (current.regular && sizeBytes > 0 && sizeBytes + bytes.length > maxSizeBytes) {
          try {
            current = rotate(current);
          } catch (error) {
            onFault(`cannot be rotated (${codeOf(error)}) and grows on`);
            current = file ?? open();
          }
        }
        writeAll(current.fd, bytes);
        sizeBytes += bytes.length;
        unseenBytes += bytes.length;
      } catch (error) {
        retryAtMs = nowMs + RETRY_AFTER_MS;
        onFault(`cannot be written (${codeOf(error)})`);
        try {
          close();
        } catch {
          // It is given up either way.
        }
      }
    },
    close: () => {
      try {
        close();
      } catch {
        // Nothing more is written to it.
      }
    },
  };
}

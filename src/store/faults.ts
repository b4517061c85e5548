import { dirname } from "node:path";
import { hasSpace, ObservatoryError } from "../base/index.ts";

// sqlite.org/rescode.html; the low byte is the primary code.
const [IOERR, CORRUPT, FULL, CANTOPEN, NOTADB, READONLY, BUSY] = [10, 11, 13, 14, 26, 8, 5];
const IOERR_SHORT_READ = 522;
const NO_SPACE_CODES: readonly unknown[] = ["ENOSPC", "EDQUOT"];

type RawError = { readonly errcode?: unknown; readonly code?: unknown; readonly message?: unknown };

/** Our error for one of SQLite's or of the file system; one of ours stays as it is. Anything else is not an error of the store: undefined. */
export function storeError(error: unknown, path: string): ObservatoryError | undefined {
  if (error instanceof ObservatoryError) return error;
  if (!(error instanceof Error)) return undefined;
  const { errcode, code, message } = error as RawError;
  const received = `${String(message)} (${path}${errcode === undefined ? "" : `, SQLite code ${String(errcode)}`})`;
  const full = () =>
    new ObservatoryError("AO_STORE_FULL", { expected: "space on the disk for the store", received }, { cause: error });
  const directory = () =>
    new ObservatoryError("AO_STORE_DIRECTORY", { expected: "a directory to store in", received }, { cause: error });
  if (typeof errcode === "number") {
    const primary = errcode & 0xff;
    if (primary === CORRUPT || primary === NOTADB || errcode === IOERR_SHORT_READ)
      return new ObservatoryError("AO_STORE_CORRUPT", { expected: "an intact file", received }, { cause: error });
    if (primary === FULL) return full();
    if ((primary === IOERR || primary === CANTOPEN) && !hasSpace(dirname(path))) return full();
    if (primary === CANTOPEN || primary === READONLY) return directory();
    return new ObservatoryError("AO_STORE_FAILED", { expected: "SQLite to do it", received }, { cause: error });
  }
  if (NO_SPACE_CODES.includes(code)) return full();
  return typeof code === "string" && "syscall" in error ? directory() : undefined;
}

export const isBusy = (error: unknown): boolean => (((error as RawError).errcode as number) & 0xff) === BUSY;

export const isCorrupt = (error: unknown): boolean =>
  error instanceof ObservatoryError && error.code === "AO_STORE_CORRUPT";

export const isFull = (error: unknown): boolean => error instanceof ObservatoryError && error.code === "AO_STORE_FULL";

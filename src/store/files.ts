import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { COMPANIONS, DRAFT_SUFFIX, removeDatabase } from "./connection.ts";

export const DAY_MS = 86_400_000;

export const dayStartOf = (timeMs: number): number => Math.floor(timeMs / DAY_MS) * DAY_MS;
export const dayNameOf = (dayStartMs: number): string => new Date(dayStartMs).toISOString().slice(0, 10);

/** One file of data: a day, or a part of a day that has grown large. Parts count from 1 and no name is used twice. */
export type DayFile = {
  readonly path: string;
  readonly startMs: number;
  readonly part: number;
  /** Set aside by the writer; it is still read as far as it can be. */
  readonly damaged: boolean;
};

const DAMAGED = ".damaged";
const COMPANION = /^(.+\.sqlite(?:\.damaged)?)-(?:wal|shm|journal)$/;
const NAME = /^(\d{4}-\d\d-\d\d)(?:\.(\d+))?\.sqlite(\.damaged)?$/;

export const statePathOf = (directory: string): string => join(directory, "state.sqlite");
export const lockPathOf = (directory: string): string => join(directory, "writer.lock");
export const dataPathOf = (directory: string): string => join(directory, "data");

/** Not `recursive`: Node never comes back from that below /proc, where nothing can be made although the parent is there. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  const parent = dirname(path);
  if (parent !== path) makeFolder(parent);
  try {
    // What is stored is its user's alone.
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

export const createDirectories = (directory: string): void => makeFolder(resolve(dataPathOf(directory)));

export function dayFileOf(directory: string, startMs: number, part: number): DayFile {
  const name = part === 1 ? `${dayNameOf(startMs)}.sqlite` : `${dayNameOf(startMs)}.${part}.sqlite`;
  return { path: join(dataPathOf(directory), name), startMs, part, damaged: false };
}

/** All files of data in order of day and part; none where there is no store yet. */
export function listDayFiles(directory: string): DayFile[] {
  const folder = dataPathOf(directory);
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  const files: DayFile[] = [];
  for (const name of names) {
    const match = NAME.exec(name);
    const startMs = Date.parse(match?.[1] ?? "");
    if (match === null || Number.isNaN(startMs)) continue;
    files.push({ path: join(folder, name), startMs, part: Number(match[2] ?? 1), damaged: match[3] !== undefined });
  }
  return files.sort((a, b) => a.startMs - b.startMs || a.part - b.part);
}

/** Removes what a crash left: files that were being made, and logs without their database. */
export function removeLeftovers(directory: string): void {
  for (const folder of [directory, dataPathOf(directory)]) {
    const names = new Set(readdirSync(folder));
    for (const name of names) {
      if (name.endsWith(DRAFT_SUFFIX)) removeDatabase(join(folder, name));
      const owner = COMPANION.exec(name)?.[1];
      if (owner !== undefined && !names.has(owner)) rmSync(join(folder, name), { force: true });
    }
  }
}

/** What a database takes on the disk, with its log and index. */
export function bytesOf(path: string): number {
  let bytes = 0;
  for (const suffix of COMPANIONS) bytes += statSync(path + suffix, { throwIfNoEntry: false })?.size ?? 0;
  return bytes;
}

/** Renames a damaged database with all that belongs to it, to where nobody writes it any more. Never overwrites one. */
export function setAside(path: string): string {
  let target = path + DAMAGED;
  for (let count = 2; existsSync(target); count += 1) target = `${path}${DAMAGED}-${count}`;
  for (const suffix of COMPANIONS) {
    if (existsSync(path + suffix)) renameSync(path + suffix, target + suffix);
  }
  return target;
}

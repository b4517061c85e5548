import { statfsSync } from "node:fs";

/** Less than this is no space: SQLite could not even grow its shared index. */
const LEAST_SPACE_BYTES = 256 * 1024;

/** Whether the disk of a directory has space to store something in; true where that is not known. */
export function hasSpace(directory: string): boolean {
  try {
    const { bavail, bsize, ffree } = statfsSync(directory);
    // Some file systems have no limit of files and answer 0.
    return bavail * bsize >= LEAST_SPACE_BYTES && (ffree > 0 || bavail > 0);
  } catch {
    return true;
  }
}

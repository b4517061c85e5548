import { execFileSync } from "node:child_process";
import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

/** For `skip`: why there is no small disk here; false where there is. */
export const NO_SMALL_DISK =
  process.platform === "linux" && process.getuid?.() === 0
    ? false
    : "DID NOT RUN: mounting a small file system needs root on Linux";

/** A disk of the given size, that goes with the test. */
export function mountSmallDisk(test: TestContext, options: string): string {
  const directory = mkdtempSync(join(tmpdir(), "agent-observatory-disk-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", directory]);
  test.after(() => {
    // Lazily: a test that failed may have left files open.
    execFileSync("umount", ["-l", directory]);
    rmdirSync(directory);
  });
  return directory;
}

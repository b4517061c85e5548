/**
 * Installs a folder that is a package of its own, `node scripts/install-folder.ts tests/sdks`: libraries that tests or benchmarks run under
 * observation, many in several majors, whose peers would not go together with this project's own dependencies. Does nothing where the lock
 * file has not changed.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";

const ROOT = join(import.meta.dirname, "..");

export function installFolder(path: string): void {
  const folder = join(ROOT, path);
  const modules = join(folder, "node_modules");
  const stamp = join(modules, ".installed");
  const wanted = createHash("sha256")
    .update(readFileSync(join(folder, "package-lock.json")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  const { status } = spawnSync("npm", ["ci", "--no-fund", "--no-audit"], { cwd: folder, stdio: ["ignore", 2, 2] });
  if (status !== 0) throw new Error(`npm ci in ${path} ended with ${status}`);
  // Programs there name this package as their users would.
  symlinkSync(relative(modules, ROOT), join(modules, "agent-observatory"));
  writeFileSync(stamp, wanted);
}

if (import.meta.main) for (const path of process.argv.slice(2)) installFolder(path);

/**
 * Installs the libraries that tests/sdks runs under observation. They are a package of their own: many in several majors, whose peers would
 * not go together with this project's own dependencies. Does nothing where the lock file has not changed.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const folder = join(import.meta.dirname, "../tests/sdks");
const modules = join(folder, "node_modules");
const stamp = join(modules, ".installed");
const wanted = createHash("sha256")
  .update(readFileSync(join(folder, "package-lock.json")))
  .digest("hex");

if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== wanted) {
  const { status } = spawnSync("npm", ["ci", "--no-fund", "--no-audit"], { cwd: folder, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
  // Programs there name this package as their users would.
  symlinkSync(join("..", "..", ".."), join(modules, "agent-observatory"));
  writeFileSync(stamp, wanted);
}

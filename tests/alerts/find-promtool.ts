import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

/** promtool in PATH, or where `npm run stack:images` puts it. */
export function findPromtool(): string | undefined {
  const cache =
    process.env["AGENT_OBSERVATORY_CACHE"] ??
    join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "agent-observatory");
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), join(cache, "bin")];
  return folders.map((folder) => join(folder, "promtool")).find((file) => existsSync(file));
}

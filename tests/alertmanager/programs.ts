import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

const PROGRAMS = ["alertmanager", "amtool"];

/** The folder that holds Alertmanager and amtool: one of PATH, or where `npm run stack:images` puts them. */
const folder = [
  ...(process.env["PATH"] ?? "").split(delimiter),
  join(
    process.env["AGENT_OBSERVATORY_CACHE"] ??
      join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "agent-observatory"),
    "bin",
  ),
].find((one) => PROGRAMS.every((program) => existsSync(join(one, program))));

const MISSING = `alertmanager and amtool are not in PATH nor in the cache: run npm run stack:images. The routing of alerts was NOT tested`;
const required = process.env["AGENT_OBSERVATORY_REQUIRE_STACK"] === "1";
if (folder === undefined) console.warn(MISSING);

/** For each suite here: what is missing is skipped, loudly, or fails where it has to be there. */
export const NEEDS_ALERTMANAGER = { skip: folder === undefined && !required ? MISSING : false, timeout: 120_000 };

export function programsFolder(): string {
  if (folder === undefined) throw new Error(MISSING);
  return folder;
}

export const programFile = (name: "alertmanager" | "amtool"): string => join(programsFolder(), name);

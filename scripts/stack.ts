/**
 * `npm run stack`: the stack of this checkout. `agent-observatory up` and `down` are the same for the installed package.
 *
 *   npm run stack                  start, wait until every service is healthy, print the addresses
 *   npm run stack -- status        what runs and how it is
 *   npm run stack -- logs [name]   follow the logs, of all services or of one
 *   npm run stack -- down [-v]     stop; with -v the stored data goes too
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ObservatoryError } from "../src/base/index.ts";
import { openDocker, requireDocker } from "../src/cli/stack/docker.ts";

const MAIN = join(fileURLToPath(new URL("../src/cli/main.ts", import.meta.url)));
const COMPOSE: Readonly<Record<string, readonly string[]>> = {
  status: ["ps", "--all", "--format", "table {{.Service}}\t{{.Status}}\t{{.Ports}}"],
  logs: ["logs", "--follow", "--tail", "200"],
};

const [command = "up", ...rest] = process.argv.slice(2);
const compose = COMPOSE[command];
if (compose !== undefined) {
  try {
    const docker = openDocker({ env: process.env, cwd: process.cwd() });
    requireDocker(docker);
    const { status } = spawnSync("docker", ["compose", ...compose, ...rest], { cwd: docker.folder, stdio: "inherit" });
    process.exitCode = status ?? 1;
  } catch (error) {
    if (!(error instanceof ObservatoryError)) throw error;
    console.error(`stack: ${error.message}`);
    process.exitCode = 1;
  }
} else if (command === "up" || command === "down") {
  process.exitCode = spawnSync(process.execPath, [MAIN, command, ...rest], { stdio: "inherit" }).status ?? 1;
} else {
  console.error(`stack: unknown command '${command}': expected up, down, status or logs`);
  process.exitCode = 1;
}

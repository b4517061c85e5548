/** Runs the command as a user does: in a process of its own, from source, with nothing of the tests' environment. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";

const MAIN = join(import.meta.dirname, "../../src/cli/main.ts");
/** So long that only a command that hangs meets it. */
const KILL_AFTER_MS = 60_000;

export type CommandRun = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
};

export const BARE_ENV = { PATH: process.env["PATH"], HOME: process.env["HOME"], TZ: "UTC" };

export function startCommand(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return spawn(process.execPath, [MAIN, ...args], {
    env: { ...BARE_ENV, ...env },
    // Where no observatory.yaml lies.
    cwd: import.meta.dirname,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: KILL_AFTER_MS,
    killSignal: "SIGKILL",
  });
}

export async function runCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CommandRun> {
  const child = startCommand(args, env);
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>,
  ]);
  return { code, signal, stdout, stderr };
}

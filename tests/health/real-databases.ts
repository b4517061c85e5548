/** Real database servers of this machine (Debian's packages), each in a directory of its own, on a port that was free. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { findPostgres, startPostgres as startServer } from "../../examples/support-desk/local/postgres.ts";
import { freePort } from "../process/run-program.ts";

export type Database = {
  readonly port: number;
  /** Stops answering, and keeps its connections. */
  readonly hang: () => void;
  readonly goOn: () => void;
  readonly stop: () => Promise<void>;
};

export const HAS_POSTGRES = findPostgres() !== undefined;
export const HAS_REDIS = existsSync("/usr/bin/redis-server");
const MARIADB = "/usr/sbin/mariadbd";
export const HAS_MARIADB = existsSync(MARIADB);

async function ready(child: ChildProcess, stream: "stdout" | "stderr", sign: RegExp): Promise<void> {
  const output = child[stream];
  if (output === null) throw new Error("no output");
  const lines: string[] = [];
  for await (const line of createInterface({ input: output })) {
    lines.push(line);
    if (!sign.test(line)) continue;
    output.resume();
    return;
  }
  throw new Error(`the database did not start:\n${lines.join("\n")}`);
}

/** A database is a process, and what it has started for its clients. */
export function signalAll(pid: number, signal: NodeJS.Signals): void {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").map(Number);
  for (const one of [pid, ...children.filter((child) => child > 0)]) process.kill(one, signal);
}

function database(child: ChildProcess, port: number, directory: string): Database {
  const pid = Number(child.pid);
  return {
    port,
    hang: () => signalAll(pid, "SIGSTOP"),
    goOn: () => signalAll(pid, "SIGCONT"),
    stop: async () => {
      signalAll(pid, "SIGCONT");
      child.kill("SIGTERM");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export async function startPostgres(): Promise<Database> {
  const { port, pid, stop } = await startServer({ user: "app" });
  return {
    port,
    hang: () => signalAll(pid, "SIGSTOP"),
    goOn: () => signalAll(pid, "SIGCONT"),
    stop: async () => {
      signalAll(pid, "SIGCONT");
      await stop();
    },
  };
}

export async function startRedis(): Promise<Database> {
  const directory = await mkdtemp(join(tmpdir(), "observatory-redis-"));
  const port = await freePort();
  const child = spawn(
    "/usr/bin/redis-server",
    ["--port", `${port}`, "--bind", "127.0.0.1", "--dir", directory, "--save", ""],
    {
      stdio: ["ignore", "pipe", "ignore"],
    },
  );
  await ready(child, "stdout", /Ready to accept connections/);
  return database(child, port, directory);
}

/** Without users and their rights: who connects may do anything. It makes its own files in 0.3 s that way. */
export async function startMariaDb(): Promise<Database> {
  const directory = await mkdtemp(join(tmpdir(), "observatory-mariadb-"));
  const data = join(directory, "data");
  await mkdir(data);
  const port = await freePort();
  const settings = [
    `--datadir=${data}`,
    `--socket=${join(directory, "socket")}`,
    `--port=${port}`,
    "--bind-address=127.0.0.1",
    "--skip-grant-tables",
    "--innodb-buffer-pool-size=8M",
    "--innodb-log-file-size=4M",
    ...(process.getuid?.() === 0 ? ["--user=root"] : []),
  ];
  const child = spawn(MARIADB, ["--no-defaults", ...settings], {
    cwd: directory,
    stdio: ["ignore", "ignore", "pipe"],
  });
  await ready(child, "stderr", /ready for connections/);
  return database(child, port, directory);
}

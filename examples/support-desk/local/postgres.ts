import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { globSync } from "node:fs";
import { chown, mkdtemp, readFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

export type Postgres = {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** What the server wrote to its log: with `logStatements` each statement as it came. */
  readonly lines: readonly string[];
  readonly stop: () => Promise<void>;
};

/** Ends Postgres and takes its directory away when the pipe closes: also where this process is killed and can do neither. */
const GUARDED = '"$@" & cat > /dev/null; kill -INT $!; wait $!; cd / && rm -rf "$0"';

/** The folder of Postgres' programs: Debian keeps them out of PATH, Homebrew and others do not. */
export function findPostgres(): string | undefined {
  const onPath = (process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, "initdb"));
  return [...globSync("/usr/lib/postgresql/*/bin/initdb").toSorted().toReversed(), ...globSync(onPath)].map(dirname)[0];
}

/** Postgres refuses to run as root; there it runs as the user that its package has made. */
async function account(): Promise<{ uid?: number; gid?: number }> {
  if (process.getuid?.() !== 0) return {};
  const line = (await readFile("/etc/passwd", "utf8")).split("\n").find((one) => one.startsWith("postgres:"));
  const [, , uid, gid] = line?.split(":") ?? [];
  if (uid === undefined || gid === undefined)
    throw new Error("Postgres does not run as root, and there is no user postgres");
  return { uid: Number(uid), gid: Number(gid) };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** A Postgres of its own, with its data in a directory that goes when it stops. Throws, with what to install, where there is none. */
export async function startPostgres({ logStatements = false, user = "desk" } = {}): Promise<Postgres> {
  const programs = findPostgres();
  if (programs === undefined) {
    throw new Error(
      "There is no Postgres here. Install one (Debian, Ubuntu: apt install postgresql; macOS: brew install postgresql).",
    );
  }
  const who = await account();
  const directory = await mkdtemp(join(tmpdir(), "support-desk-"));
  if (who.uid !== undefined && who.gid !== undefined) await chown(directory, who.uid, who.gid);
  await promisify(execFile)(
    join(programs, "initdb"),
    ["-D", directory, "-U", user, "--auth=trust", "--no-sync", "--no-instructions"],
    { cwd: directory, ...who },
  );
  const port = await freePort();
  const settings = {
    port,
    listen_addresses: "127.0.0.1",
    unix_socket_directories: directory,
    fsync: "off",
    lc_messages: "C",
    log_statement: logStatements ? "all" : "none",
  };
  const settle = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const child = spawn("sh", ["-c", GUARDED, directory, join(programs, "postgres"), "-D", directory, ...settle], {
    cwd: directory,
    stdio: ["pipe", "ignore", "pipe"],
    // A group of its own: Ctrl-C is for the service, which still needs its database to finish.
    detached: true,
    ...who,
  });
  const exited = once(child, "exit");
  const lines: string[] = [];
  const ready = Promise.withResolvers<void>();
  createInterface({ input: child.stderr }).on("line", (line) => {
    if (lines.length < 100_000) lines.push(line);
    if (line.includes("ready to accept connections")) ready.resolve();
  });
  void exited.then(() => ready.reject(new Error(`Postgres did not start:\n${lines.join("\n")}`)));
  await ready.promise;
  const [pid] = (await readFile(join(directory, "postmaster.pid"), "utf8")).split("\n", 1);
  return {
    url: `postgres://${user}@127.0.0.1:${port}/postgres`,
    port,
    pid: Number(pid),
    lines,
    stop: async () => {
      child.stdin.end();
      await exited;
    },
  };
}

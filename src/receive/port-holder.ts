/**
 * Who listens on a port, where that can be found out: an agent-observatory by what it answers, any other process of the same user by the
 * tables of Linux (proc(5)). Never more of a process than its number and name: its arguments may hold secrets.
 */
import { readdir, readFile, readlink } from "node:fs/promises";
import { request } from "node:http";

/** The `server` header of our HTTP servers, by which one finds another. */
export const SERVER_NAME = "agent-observatory";

const PROBE_TIMEOUT_MS = 500;
const LISTENING = "0A";

function probe(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const sent = request({ host, port, path: "/-/healthy", timeout: PROBE_TIMEOUT_MS, agent: false }, (response) => {
      resolve(response.headers.server === SERVER_NAME);
      response.destroy();
    });
    sent.on("timeout", () => sent.destroy());
    sent.on("error", () => resolve(false));
    sent.end();
  });
}

/** Sockets that listen on the port, by the inode that stands for them. */
async function listeningInodes(port: number): Promise<Set<string>> {
  const hexPort = port.toString(16).toUpperCase().padStart(4, "0");
  const tables = await Promise.all(
    ["/proc/net/tcp", "/proc/net/tcp6"].map((file) => readFile(file, "utf8").catch(() => "")),
  );
  const rows = tables.flatMap((table) => table.split("\n").map((line) => line.trim().split(/\s+/)));
  return new Set(
    rows.flatMap(([, local, , state, , , , , , inode]) =>
      state === LISTENING && local?.endsWith(`:${hexPort}`) && inode !== undefined ? [inode] : [],
    ),
  );
}

async function holds(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  // Processes of other users do not let us look; others end while we do.
  const files = await readdir(folder).catch(() => []);
  for (const file of files) {
    const target = await readlink(`${folder}/${file}`).catch(() => "");
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    if (inode !== undefined && inodes.has(inode)) return true;
  }
  return false;
}

async function findProcess(port: number): Promise<string | undefined> {
  const inodes = await listeningInodes(port);
  if (inodes.size === 0) return undefined;
  const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    if (!(await holds(pid, inodes))) continue;
    const name = (await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "")).trim();
    return `process ${pid}${name === "" ? "" : ` (${name})`}`;
  }
  return undefined;
}

/** Completes "a port that … has". */
export async function describeHolder(host: string, port: number): Promise<string> {
  const [ours, found] = await Promise.all([probe(host, port), findProcess(port)]);
  const who = found ?? "another process";
  return ours ? `an agent-observatory that is already running, ${who},` : who;
}

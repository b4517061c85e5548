/** What Linux tells of processes: their memory and the CPU time that they took. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

const TICKS_PER_SECOND = 100;

export function memoryMb(pids: readonly number[], member: "VmRSS" | "VmHWM"): number {
  const of = (pid: number): number =>
    Number(new RegExp(`${member}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
  return pids.reduce((sum, pid) => sum + of(pid), 0) / 1024;
}

/** User and system time of all threads. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name before it, in parentheses, may have spaces.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

const docker = (...args: string[]): string => spawnSync("docker", args, { encoding: "utf8" }).stdout.trim();

/** The process in the container that publishes the port of a URL. */
export function containerPid(url: string): number {
  const id = docker("ps", "--quiet", "--no-trunc", "--filter", `publish=${new URL(url).port}`);
  const pid = Number(docker("inspect", "--format", "{{.State.Pid}}", id));
  if (!(pid > 0)) throw new Error(`expected one container that publishes ${url}, got ${JSON.stringify(id)}`);
  return pid;
}

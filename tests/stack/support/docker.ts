import { spawnSync } from "node:child_process";

export const ROOT = new URL("../../../", import.meta.url).pathname;
export const GRAFANA = "grafana";

type Port = { readonly target: number; readonly published: string; readonly host_ip?: string };
export type Service = {
  readonly image: string;
  readonly restart?: string;
  readonly user?: string;
  readonly mem_limit?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly healthcheck?: unknown;
  readonly ports?: readonly Port[];
  readonly environment?: Readonly<Record<string, string | null>>;
};

function docker(...args: string[]): { readonly ok: boolean; readonly out: string; readonly error: string } {
  // Only what docker needs: a variable that the developer has set for the own stack is not to change what is tested.
  const needed = /^(?:PATH|HOME|DOCKER_.+)$/;
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => needed.test(name)));
  const run = spawnSync("docker", args, { cwd: ROOT, env, encoding: "utf8", timeout: 30_000 });
  return { ok: run.status === 0, out: run.stdout ?? "", error: run.stderr ?? "" };
}

/** docker-compose.yml as compose understands it, without anybody's .env. */
export function loadServices(): Readonly<Record<string, Service>> {
  const config = docker("compose", "--env-file", "/dev/null", "config", "--format", "json");
  if (!config.ok) throw new Error(`docker-compose.yml cannot be read: ${config.error}`);
  return (JSON.parse(config.out) as { services: Record<string, Service> }).services;
}

export const hasImage = (image: string): boolean => docker("image", "inspect", image).ok;

/** In one line what is missing to start the stack, and what to run; undefined where nothing is. */
export function findWhatIsMissing(): string | undefined {
  if (!docker("version").ok)
    return "no Docker engine answers: start it, or run `npm run stack:images` as root on Debian";
  if (!docker("compose", "version").ok) return "the docker compose plugin is missing: run `npm run stack:images`";
  const images = Object.entries(loadServices()).flatMap(([name, { image }]) => (name === GRAFANA ? [] : [image]));
  const missing = [...new Set(images)].filter((image) => !hasImage(image));
  return missing.length === 0
    ? undefined
    : `these images are not here: ${missing.join(", ")}. Run \`docker compose pull\`, or \`npm run stack:images\` where no registry is reached`;
}

const PROJECT = "agent-observatory-test-";

/** A name that tells whose stack it is, so that what a killed run left behind can be told from a running one's. */
export const projectName = (): string => `${PROJECT}${process.pid}`;

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Removes the stacks of test runs that were killed before they could do it themselves. */
export function removeLeftovers(): void {
  const projects = JSON.parse(docker("compose", "ls", "--all", "--format", "json").out || "[]") as { Name: string }[];
  for (const { Name: name } of projects) {
    if (!name.startsWith(PROJECT) || isRunning(Number(name.slice(PROJECT.length)))) continue;
    docker("compose", "--project-name", name, "down", "--volumes", "--timeout", "1");
  }
}

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ObservatoryError } from "../../base/index.ts";
import type { Terminal } from "../command.ts";

export type Said = { readonly ok: boolean; readonly out: string; readonly error: string };

/** The docker compose stack of this package. Needs the folder that docker-compose.yml is in, and a Docker engine. */
export type Docker = {
  readonly folder: string;
  /** Runs docker and tells what it said; `ok` is false where it failed or took too long. */
  readonly ask: (args: readonly string[], timeoutMs?: number) => Said;
  /** The same for `docker compose`, with the profiles and the file of settings. */
  readonly askCompose: (args: readonly string[]) => Said;
  /** Runs docker compose on this terminal and tells its exit code. */
  readonly runCompose: (args: readonly string[]) => number;
};

export type DockerOptions = {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly profiles?: readonly string[];
  /** File of variables for docker-compose.yml, such as ports. */
  readonly envFile?: string | undefined;
};

const TIMEOUT_MS = 30_000;
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

/** What stands in docs and messages for the command: of the checkout, or of the installed package. */
export const isCheckout = (folder: string): boolean => existsSync(join(folder, "scripts", "stack.ts"));

export const stackError = (expected: string, received: string, remedy?: string): ObservatoryError =>
  new ObservatoryError("AO_STACK", { expected, received, ...(remedy !== undefined && { remedy }) });

/** Throws AO_STACK where the package has no stack, or the file of settings is not there. */
export function openDocker({ env, cwd, profiles = [], envFile }: DockerOptions): Docker {
  const folder = dirname(fileURLToPath(import.meta.resolve("agent-observatory/package.json")));
  if (!existsSync(join(folder, "docker-compose.yml")))
    throw stackError(`docker-compose.yml in ${folder}`, "none", "Install the whole package: this copy has no stack.");
  const settings = envFile === undefined ? undefined : resolve(cwd, envFile);
  if (settings !== undefined && !existsSync(settings)) throw stackError(`a file at ${settings}`, "none");
  const general = [
    ...(settings === undefined ? [] : ["--env-file", settings]),
    ...profiles.flatMap((profile) => ["--profile", profile]),
  ];
  // A service can read this, as Alertmanager does to send to alert-sink; of the flags, compose tells it nothing.
  const chosen = [...(env["COMPOSE_PROFILES"] ?? "").split(","), ...profiles].filter((profile) => profile !== "");
  const all = chosen.length === 0 ? env : { ...env, COMPOSE_PROFILES: chosen.join(",") };
  const ask: Docker["ask"] = (args, timeout = TIMEOUT_MS) => {
    const run = spawnSync("docker", args, {
      cwd: folder,
      env: all,
      encoding: "utf8",
      timeout,
      maxBuffer: MAX_ANSWER_BYTES,
      stdio: ["ignore", "pipe", "pipe"],
    });
    return { ok: run.status === 0, out: run.stdout ?? "", error: (run.stderr || run.error?.message || "").trim() };
  };
  return {
    folder,
    ask,
    askCompose: (args) => ask(["compose", ...general, ...args]),
    runCompose: (args) =>
      // What compose says belongs to the course of things, not to the result.
      spawnSync("docker", ["compose", ...general, ...args], { cwd: folder, env: all, stdio: ["ignore", 2, "inherit"] })
        .status ?? 1,
  };
}

/** Throws AO_STACK where Docker or its compose plugin is not there. */
export function requireDocker({ ask, folder }: Docker): void {
  const images = isCheckout(folder) ? " As root on Debian, `npm run stack:images` does both." : "";
  const info = ask(["info", "--format", "{{.ServerVersion}}"]);
  if (!info.ok) {
    const why = info.error.split("\n").at(-1) ?? "";
    throw stackError(
      "a Docker engine that answers",
      /ENOENT/.test(why) ? "none: there is no docker command" : `none (${why})`,
      `Install Docker (https://docs.docker.com/engine/install/) and start it, or do without: agent-observatory serve.${images}`,
    );
  }
  if (!ask(["compose", "version"]).ok)
    throw stackError(
      "the compose plugin of Docker, 2.20 or later",
      "none",
      `Install it: https://docs.docker.com/compose/install/.${images}`,
    );
}

export const dockerFor = ({ env, cwd }: Pick<Terminal, "env" | "cwd">, more: Omit<DockerOptions, "env" | "cwd">) =>
  openDocker({ env, cwd, ...more });

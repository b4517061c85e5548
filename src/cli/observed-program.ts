import { spawn } from "node:child_process";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";
import { loadConfig } from "../config/index.ts";
import type { EmbeddedUrls } from "./embedded.ts";
import { RUN_ATTRIBUTE } from "./run-summary.ts";

/** How a program ended: one of the two. */
export type Ending = { readonly code: number } | { readonly signal: NodeJS.Signals };

const ENDPOINTS = ["OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] as const;
/** As shells end when a program is not there, or is none. */
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;

/** `--require` for NODE_OPTIONS, whatever the path holds; behind what the program has there already. */
export function nodeOptionsWith(given: string | undefined, preload: string): string {
  const quoted = `"${preload.replace(/["\\]/g, (character) => `\\${character}`)}"`;
  return `${given === undefined || given.trim() === "" ? "" : `${given} `}--require ${quoted}`;
}

/** The file that `dev` preloads. The package finds itself, from dist/ as from src/. */
export function preloadPath(): string {
  return fileURLToPath(new URL("bin/preload.cjs", import.meta.resolve("agent-observatory/package.json")));
}

const appended = (given: string | undefined, pair: string): string =>
  given === undefined || given.trim() === "" ? pair : `${given},${pair}`;

export type ProgramOptions = {
  readonly urls: EmbeddedUrls;
  readonly runId: string;
  readonly token: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
};

/** Whether the program's own settings send its telemetry somewhere. */
export function hasEndpoint(env: NodeJS.ProcessEnv, cwd: string): boolean {
  if (ENDPOINTS.some((name) => (env[name] ?? "").trim() !== "")) return true;
  // observatory.yaml may say it, too: then it differs from what holds without.
  const { otlp } = loadConfig({ env, cwd }).config;
  const standard = loadConfig({ env: { AGENT_OBSERVATORY_CONFIG: "" }, cwd: "/" }).config.otlp;
  return otlp.protocol === standard.protocol && otlp.tracesUrl !== standard.tracesUrl;
}

/** The environment of an observed program: its own, with the preload, and where to send to unless it says so itself. */
export function observedEnvironment({ urls, runId, token, env, cwd }: ProgramOptions): NodeJS.ProcessEnv {
  const grpc = loadConfig({ env, cwd }).config.otlp.protocol === "grpc";
  const own = hasEndpoint(env, cwd);
  return {
    ...env,
    NODE_OPTIONS: nodeOptionsWith(env["NODE_OPTIONS"], preloadPath()),
    OTEL_RESOURCE_ATTRIBUTES: appended(env["OTEL_RESOURCE_ATTRIBUTES"], `${RUN_ATTRIBUTE}=${runId}`),
    ...(!own && { OTEL_EXPORTER_OTLP_ENDPOINT: grpc ? urls.otlpGrpc : urls.otlpHttp }),
    ...(!own &&
      token !== undefined && {
        OTEL_EXPORTER_OTLP_HEADERS: appended(
          env["OTEL_EXPORTER_OTLP_HEADERS"],
          `authorization=${encodeURIComponent(`Bearer ${token}`)}`,
        ),
      }),
  };
}

export type RunProgramOptions = {
  /** After which it is asked to end, by SIGTERM. */
  readonly limitMs?: number | undefined;
  /** Where its standard output goes: where ours has another use, to the standard error. */
  readonly stdout?: "inherit" | "stderr" | "ignore";
};

/** Signals that end programs and that are ours to pass on. */
const PASSED: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Runs a program on this terminal, its streams untouched, and passes signals on. Ctrl-C and the end of a terminal reach the program by
 * themselves, with us: passed on they would come twice, and a second Ctrl-C often means "at once".
 */
export function runProgram(
  program: readonly string[],
  env: NodeJS.ProcessEnv,
  say: (text: string) => void,
  { limitMs, stdout = "inherit" }: RunProgramOptions = {},
): Promise<Ending> {
  const [command = "", ...args] = program;
  const onTerminal = [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY);
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ["inherit", stdout === "stderr" ? 2 : stdout, "inherit"], env });
    const limit = limitMs === undefined ? undefined : setTimeout(() => child.kill("SIGTERM"), limitMs);
    const pass = (signal: NodeJS.Signals): void => {
      if (!onTerminal || signal === "SIGTERM") child.kill(signal);
    };
    for (const signal of PASSED) process.on(signal, pass);
    const end = (ending: Ending): void => {
      clearTimeout(limit);
      for (const signal of PASSED) process.off(signal, pass);
      resolve(ending);
    };
    child.once("error", (error: NodeJS.ErrnoException) => {
      say(
        error.code === "ENOENT"
          ? `there is no program ${JSON.stringify(command)}`
          : `cannot run ${JSON.stringify(command)}: ${error.message}`,
      );
      end({ code: error.code === "ENOENT" ? NOT_FOUND : NOT_EXECUTABLE });
    });
    child.once("exit", (code, signal) => end(signal === null ? { code: code ?? 0 } : { signal }));
  });
}

/** Ends this process as the program ended: by the same signal, or with the same code, which is returned. */
export function endAs(ending: Ending): number {
  if ("code" in ending) return ending.code;
  process.removeAllListeners(ending.signal);
  process.kill(process.pid, ending.signal);
  // Where the signal does not end us (it is ignored), the code tells of it as shells do.
  return 128 + constants.signals[ending.signal];
}

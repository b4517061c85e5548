/** Runs programs as a user does: in a process of their own, preloaded, sending to the stack. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { createResearchTeamDouble, type Expected } from "../../../examples/research-team/scenario.ts";
import type { LlmStats } from "../../../examples/support/llm-double.ts";
import { SDKS_DIRECTORY } from "../../process/run-program.ts";
import { ROOT } from "./docker.ts";

export type ProgramLine = { readonly message: string; readonly level: string; readonly trace_id?: string };

export type TeamRun = {
  readonly service: string;
  readonly endedAtMs: number;
  /** What the service on the other side counted. */
  readonly served: Expected & Pick<LlmStats, "byModel">;
  /** What the program logged, as it printed it. */
  readonly lines: readonly ProgramLine[];
};

export type TeamOptions = {
  readonly otlpUrl: string;
  readonly service: string;
  readonly runs?: number;
  /** Every call of the service fails. */
  readonly failing?: boolean;
  readonly env?: Readonly<Record<string, string>>;
};

/** Not the environment of the tests: what they run with is not to change what a program sees. */
const BASE_ENV = { PATH: process.env["PATH"], HOME: process.env["HOME"] };

function startPreloaded(program: string, env: Readonly<Record<string, string>>, folder = ROOT): ChildProcess {
  return spawn(process.execPath, ["--require", "agent-observatory/register", program], {
    cwd: folder,
    env: { ...BASE_ENV, ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
}

export type AtWork = {
  /** Resolves when the program has printed this line; rejects when it ends before. */
  readonly says: (line: string) => Promise<void>;
  readonly tell: (line: string) => void;
  /** Ends its input, by which the program ends; resolves when it has. */
  readonly close: () => Promise<void>;
};

/** A program of several steps, given as text, among the libraries of tests/sdks. It tells on standard output how far it is. */
export async function startAmongLibraries(source: string, env: Readonly<Record<string, string>>): Promise<AtWork> {
  const folder = await mkdtemp(join(SDKS_DIRECTORY, "running-"));
  await writeFile(join(folder, "program.mjs"), source);
  const child = startPreloaded("program.mjs", env, folder);
  const output = { said: "", complaints: "" };
  child.stdout!.on("data", (data: Buffer) => {
    output.said += data;
  });
  child.stderr!.on("data", (data: Buffer) => {
    output.complaints += data;
  });
  const ended = once(child, "exit");
  const exit = ended.then(([code]) => {
    throw new Error(`${env["OTEL_SERVICE_NAME"]} ended with ${code}: ${output.complaints}`);
  });
  // Nobody may be waiting for it by then.
  exit.catch(() => undefined);
  return {
    says: async (line) => {
      while (!output.said.split("\n").includes(line)) await Promise.race([once(child.stdout!, "data"), exit]);
    },
    tell: (line) => child.stdin!.write(`${line}\n`),
    close: async () => {
      child.stdin!.end();
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The research team of examples/, unchanged; resolves when its process has ended. */
export async function runTeam({ otlpUrl, service, runs = 1, failing = false, env }: TeamOptions): Promise<TeamRun> {
  await using double = await createResearchTeamDouble({ failing });
  const child = startPreloaded("examples/research-team/app.mjs", {
    OPENAI_BASE_URL: double.url,
    OPENAI_API_KEY: "sk-demo",
    OTEL_EXPORTER_OTLP_ENDPOINT: otlpUrl,
    OTEL_SERVICE_NAME: service,
    DEMO_RUNS: String(runs),
    DEMO_FAIL: failing ? "1" : "0",
    ...env,
  });
  child.stdout!.resume();
  const [stderr, [code]] = await Promise.all([text(child.stderr!), once(child, "exit")]);
  const output = stderr.split("\n").filter((line) => line !== "");
  const unexpected = output.filter((line) => !line.startsWith("{"));
  if (code !== 0 || unexpected.length > 0) throw new Error(`${service} ended with ${code} and said: ${stderr}`);
  await double.idle();
  return {
    service,
    endedAtMs: Date.now(),
    served: { ...double.expected(), byModel: double.stats().byModel },
    lines: output.map((line) => JSON.parse(line) as ProgramLine),
  };
}

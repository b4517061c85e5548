import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Backends } from "../stack/support/real-backends.ts";

export type Served = Backends & {
  readonly pid: number;
  /** From spawning `agent-observatory serve` to the first answer that says it is ready. */
  readonly readyAfterMs: number;
  /** Takes OTLP over gRPC. */
  readonly otlpGrpc: string;
  /** What it said on stderr, where that is kept. */
  readonly said: () => string;
  /** Ends it as a crash would: nothing of it runs any more when this resolves. What it stored stays. */
  readonly kill: () => Promise<void>;
};

export type ServedOptions = {
  /** Where it stores; a folder that is removed at the end by default. */
  readonly dataDirectory?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** "keep" for `said`. */
  readonly stderr?: "inherit" | "ignore" | "keep";
};

const READY_TIMEOUT_MS = 20_000;
const COMMAND = fileURLToPath(new URL("../../bin/agent-observatory.cjs", import.meta.url));

/** A start that did not come about: what the process said and ended with. */
export class NotServed extends Error {
  readonly code: number | null;
  readonly said: string;

  constructor(code: number | null, said: string) {
    super(`agent-observatory serve was not ready (exit code ${code}) ${said}`);
    this.code = code;
    this.said = said;
  }
}

/** `agent-observatory serve` of dist/, as a user runs it, on ports and in a folder of its own. */
export async function startServed(options: ServedOptions = {}): Promise<Served> {
  const folder = await mkdtemp(join(tmpdir(), "agent-observatory-served-"));
  const startMs = performance.now();
  const child = spawn(process.execPath, [COMMAND, "serve", "--json"], {
    stdio: ["ignore", "pipe", options.stderr === "keep" ? "pipe" : (options.stderr ?? "inherit")],
    env: {
      PATH: process.env["PATH"],
      HOME: folder,
      AGENT_OBSERVATORY_PORT: "0",
      AGENT_OBSERVATORY_OTLP_HTTP_PORT: "0",
      AGENT_OBSERVATORY_OTLP_GRPC_PORT: "0",
      AGENT_OBSERVATORY_DATA_DIRECTORY: options.dataDirectory ?? join(folder, "data"),
      ...options.environment,
    },
  });
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  // All that it said is there then, too.
  const ended = once(child, "close");
  const end = async (signal: "SIGTERM" | "SIGKILL"): Promise<void> => {
    child.kill(signal);
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  const close = (): Promise<void> => end("SIGTERM");
  const waiting = AbortSignal.timeout(READY_TIMEOUT_MS);
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  // It says where it is when all of that is open, or ends.
  const [line] = (await Promise.race([once(lines, "line", { signal: waiting }), ended.then(() => [])]).catch(
    () => [],
  )) as string[];
  const fail = async (): Promise<never> => {
    await close();
    throw new NotServed(child.exitCode, said);
  };
  if (line === undefined) return fail();
  const { web: url, otlpHttp: otlp, otlpGrpc } = JSON.parse(line) as Record<"web" | "otlpHttp" | "otlpGrpc", string>;
  const isReady = (): Promise<boolean> =>
    fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await isReady())) {
    if (waiting.aborted || child.exitCode !== null) return fail();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return {
    pid: child.pid as number,
    readyAfterMs: performance.now() - startMs,
    prometheus: url,
    loki: url,
    jaeger: url,
    otlpGrpc: new URL(otlpGrpc).host,
    said: () => said,
    otlp: { metrics: `${otlp}/v1/metrics`, logs: `${otlp}/v1/logs`, traces: `${otlp}/v1/traces` },
    close,
    kill: () => end("SIGKILL"),
  };
}

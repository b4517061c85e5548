import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Backends } from "./real-backends.ts";

export type Served = Backends & {
  readonly pid: number;
  /** From spawning `agent-observatory serve` to the first answer that says it is ready. */
  readonly readyAfterMs: number;
};

const READY_TIMEOUT_MS = 20_000;
const COMMAND = fileURLToPath(new URL("../../../bin/agent-observatory.cjs", import.meta.url));

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** `agent-observatory serve` of dist/, as a user runs it, on ports and in a folder of its own. */
export async function startServed(environment: Readonly<Record<string, string>> = {}): Promise<Served> {
  const folder = await mkdtemp(join(tmpdir(), "agent-observatory-served-"));
  const [port, http, grpc] = [await freePort(), await freePort(), await freePort()];
  const startMs = performance.now();
  const child = spawn(process.execPath, [COMMAND, "serve"], {
    stdio: ["ignore", "ignore", "inherit"],
    env: {
      PATH: process.env["PATH"],
      HOME: folder,
      AGENT_OBSERVATORY_PORT: String(port),
      AGENT_OBSERVATORY_OTLP_HTTP_PORT: String(http),
      AGENT_OBSERVATORY_OTLP_GRPC_PORT: String(grpc),
      AGENT_OBSERVATORY_DATA_DIRECTORY: join(folder, "data"),
      ...environment,
    },
  });
  const ended = once(child, "exit");
  const close = async (): Promise<void> => {
    child.kill("SIGTERM");
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  const otlp = `http://127.0.0.1:${http}`;
  for (;;) {
    try {
      const { ok } = await fetch(`${url}/-/ready`);
      if (ok) break;
    } catch {
      // It does not listen yet.
    }
    if (child.exitCode !== null || performance.now() - startMs > READY_TIMEOUT_MS) {
      await close();
      throw new Error(`agent-observatory serve was not ready (exit code ${child.exitCode})`);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return {
    pid: child.pid as number,
    readyAfterMs: performance.now() - startMs,
    prometheus: url,
    loki: url,
    jaeger: url,
    otlp: { metrics: `${otlp}/v1/metrics`, logs: `${otlp}/v1/logs`, traces: `${otlp}/v1/traces` },
    close,
  };
}

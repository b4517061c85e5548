import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { createBackends, findOpenRuns, summarizeTrace, withOpenRuns } from "../../src/backends/index.ts";
import { ATTR } from "../../src/model/index.ts";
import { type Served, startServed } from "../embedded/served.ts";
import { type CommandRun, runCommand } from "./run-command.ts";

const HOUR_MS = 3_600_000;
const LOOK_EVERY_MS = 100;
const LOOK_FOR_MS = 20_000;

/** An agent that has used one tool and then works until somebody stops it. */
const PROGRAM = `
import { agent, tool } from "agent-observatory";
const look = tool("look", async () => "seen");
const run = agent("watcher", async () => {
  await look();
  await new Promise((resolve) => {
    setInterval(() => {}, 1000);
    process.once("SIGUSR2", resolve);
  });
});
await run();
process.exit();
`;

let served: Served;
let folder: string;
before(async () => {
  served = await startServed();
  folder = await mkdtemp(join(import.meta.dirname, "running-"));
  await writeFile(join(folder, "program.mjs"), PROGRAM);
});
after(async () => {
  await served.close();
  await rm(folder, { recursive: true, force: true });
});

function startProgram(service: string) {
  return spawn(process.execPath, ["--require", "agent-observatory/register", "program.mjs"], {
    cwd: folder,
    env: {
      PATH: process.env["PATH"],
      OTEL_SERVICE_NAME: service,
      OTEL_EXPORTER_OTLP_ENDPOINT: new URL(served.otlp.traces).origin,
    },
    stdio: "inherit",
    timeout: 60_000,
  });
}

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  const startMs = performance.now();
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() - startMs > LOOK_FOR_MS) throw new Error("what was waited for did not come about");
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

const ask = (...args: string[]): Promise<CommandRun> => runCommand([...args, "--url", served.prometheus]);
type Listed = { readonly traceId: string; readonly name: string; readonly state: string; readonly toolCalls: number };

async function list(service: string): Promise<readonly Listed[]> {
  const { stdout } = await ask("traces", "--service", service, "--json");
  return (JSON.parse(stdout) as { traces: Listed[] }).traces;
}

describe("an agent that is still at work", () => {
  it("is listed and drawn with what it has done so far, and has ended when it has", async () => {
    const program = startProgram("at-work");
    const exited = once(program, "exit");
    const running = await until(async () => {
      const [trace] = await list("at-work");
      return trace?.toolCalls === 1 && trace.name === "invoke_agent watcher" ? trace : undefined;
    });
    assert.equal(running.state, "running");
    const { stdout: drawn } = await ask("trace", running.traceId);
    assert.match(drawn, /└─ invoke_agent watcher .*running\n {3}└─ execute_tool look/);
    const { stdout: byPrefix } = await ask("trace", running.traceId.slice(0, 12));
    assert.match(byPrefix, /invoke_agent watcher/);
    program.kill("SIGUSR2");
    await exited;
    const ended = await until(async () => {
      const [trace] = await list("at-work");
      return trace?.state === "ended" ? trace : undefined;
    });
    assert.equal(ended.traceId, running.traceId);
    const backends = createBackends({ url: served.prometheus });
    const nowMs = Date.now();
    assert.deepEqual(
      (await findOpenRuns(backends.loki, { startMs: nowMs - HOUR_MS, endMs: nowMs, nowMs: nowMs + HOUR_MS })).filter(
        ({ span }) => span.service === "at-work",
      ),
      [],
    );
  });
});

describe("an agent whose process is killed", () => {
  it("is marked as incomplete, with what had arrived below it", async () => {
    const program = startProgram("killed");
    const exited = once(program, "exit");
    const { traceId } = await until(async () => {
      const [trace] = await list("killed");
      return trace?.toolCalls === 1 && trace.name === "invoke_agent watcher" ? trace : undefined;
    });
    program.kill("SIGKILL");
    await exited;
    const { jaeger, loki } = createBackends({ url: served.prometheus });
    const nowMs = Date.now();
    const later = { startMs: nowMs - HOUR_MS, endMs: nowMs, nowMs: nowMs + 120_000, traceId };
    const trace = withOpenRuns(await until(() => jaeger.trace(traceId)), await findOpenRuns(loki, later));
    const summary = summarizeTrace(trace);
    assert.deepEqual(
      { name: summary.name, state: summary.state, toolCalls: summary.toolCalls, agents: summary.agents },
      { name: "invoke_agent watcher", state: "incomplete", toolCalls: 1, agents: ["watcher"] },
    );
    const [run, tool] = trace.spans;
    assert.equal(run?.attributes[ATTR.runState], "incomplete");
    assert.equal(tool?.parentSpanId, run?.spanId);
    assert.ok((run?.durationMs ?? 0) < nowMs + 1000 - (run?.startMs ?? 0), "until it was last heard of");
  });
});

/** The whole way: a program that fails, the embedded process that keeps what it sent, and what is told of it. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { explain } from "../../src/explain/index.ts";
import { startBackends, TRACE_ID } from "../cli/answering-backends.ts";
import { runCommand } from "../cli/run-command.ts";
import { type Served, startServed } from "../embedded/served.ts";

const PROGRAM = `
import { agent, createLogger, tool } from "agent-observatory";
const logger = createLogger({ name: "shop" });
const look = tool("look", () => "seen");
const divide = tool("divide", () => {
  logger.error("cannot divide \\u001b[2J");
  throw new RangeError("division by zero");
});
const planner = agent("planner", async (input) => {
  look({ city: "Oslo" });
  await divide({ by: 0 });
});
await planner("what is 1/0?").catch(() => {});
`;

let served: Served;
let folder: string;
let traceId: string;
before(async () => {
  served = await startServed({ stderr: "ignore" });
  folder = await mkdtemp(join(import.meta.dirname, "running-"));
  await writeFile(join(folder, "program.mjs"), PROGRAM);
  const child = spawn(process.execPath, ["--require", "agent-observatory/register", "program.mjs"], {
    cwd: folder,
    env: {
      PATH: process.env["PATH"],
      OTEL_SERVICE_NAME: "shop",
      OTEL_EXPORTER_OTLP_ENDPOINT: new URL(served.otlp.traces).origin,
      AGENT_OBSERVATORY_CAPTURE_CONTENT: "true",
    },
    stdio: "ignore",
    timeout: 60_000,
  });
  await once(child, "exit");
  const { stdout } = await runCommand(["traces", "--service", "shop", "--json", "--url", served.prometheus]);
  traceId = (JSON.parse(stdout) as { traces: { traceId: string }[] }).traces[0]?.traceId ?? assert.fail(stdout);
});
after(async () => {
  await served.close();
  await rm(folder, { recursive: true, force: true });
});

describe("explain", () => {
  it("tells where a program failed, with arguments, stack, log lines and what it was asked", async () => {
    const { code, stdout, stderr } = await runCommand(["explain", traceId.slice(0, 12), "--url", served.prometheus]);
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /^trace [0-9a-f]{32} {2}failed\n\nThe agent planner failed after .+, because the tool divide failed:/,
    );
    assert.match(stdout, /The last step that went well was the tool look\./);
    assert.match(stdout, /began in {4}execute_tool divide [0-9a-f]{16}/);
    assert.match(stdout, /took along {2}invoke_agent planner/);
    assert.match(stdout, /RangeError: division by zero\n +at /);
    assert.match(stdout, /look +ok +.*Oslo.*seen/);
    assert.match(stdout, /input +.*what is 1\/0\?/);
    assert.match(stdout, /error +cannot divide \\u\{1b\}\[2J/);
    assert.ok(!stdout.includes("\u001b"), "what was observed cannot steer the terminal");
    assert.match(stdout, /Look at next\n {2}\S.+\n {2}The whole course: agent-observatory trace/);
  });

  it("says the same as JSON and as a function", async () => {
    const { stdout } = await runCommand(["explain", traceId, "--json", "--url", served.prometheus]);
    const told = JSON.parse(stdout) as {
      outcome: string;
      failure: { at: { name: string }; error: { category: string }; time: string };
      logs: { line: string; ofTrace: boolean }[];
    };
    assert.equal(told.outcome, "failed");
    assert.equal(told.failure.at.name, "execute_tool divide");
    assert.match(told.failure.time, /^20\d\d-.*Z$/);
    const explained = await explain(traceId, { backends: { url: served.prometheus } });
    assert.deepEqual(explained?.failure?.at, told.failure.at);
    assert.deepEqual(
      explained?.logs.map(({ line, ofTrace }) => [line, ofTrace]),
      told.logs.map(({ line, ofTrace }) => [line, ofTrace]),
    );
    assert.equal(told.logs[0]?.ofTrace, true);
    assert.equal(await explain("f".repeat(32), { backends: { url: served.prometheus } }), undefined);
    await assert.rejects(explain("no id"), RangeError);
  });

  it("works on back ends as the stack has them, and without Loki", async () => {
    await using backends = await startBackends();
    const whole = await runCommand(["explain", TRACE_ID, "--url", backends.url]);
    assert.equal(whole.code, 0, whole.stderr);
    assert.match(whole.stdout, /recovered/);
    assert.match(whole.stdout, /Log lines/);
    await using silent = await startBackends({
      instead: ({ path }) => (path.startsWith("/loki/") ? { status: 503, body: "too busy" } : undefined),
    });
    const without = await runCommand(["explain", TRACE_ID, "--url", silent.url]);
    assert.equal(without.code, 0);
    assert.match(without.stdout, /Log lines could not be asked for: .*too busy/);
  });

  it("ends with 1 where there is no such trace, with 2 where the id is none", async () => {
    assert.equal((await runCommand(["explain", "f".repeat(32), "--url", served.prometheus])).code, 1);
    assert.equal((await runCommand(["explain", "xyz", "--url", served.prometheus])).code, 2);
  });
});

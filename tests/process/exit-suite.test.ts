/**
 * Every way in which a program can end, with the collector up all the time and with the collector away for a minute of the run: nothing is
 * lost and nothing comes twice. All programs of a half run at once.
 */
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { after, before, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { type OtlpReceiver, startOtlpReceiver } from "../../scripts/otlp-receiver.ts";
import { freePort, type ProgramRun, runProgram } from "./run-program.ts";

const SPANS = 1000;
const AWAY_MS = 60_000;
const BATCH_INTERVAL_MS = 200;
/** Programs that run at the same time, so that none is slow for want of a processor. */
const AT_ONCE = 5;

type Way = {
  readonly name: string;
  /** What the program does once it has made half of its spans and is to make the rest: `make` does that. */
  readonly end: string;
  /** Ends a thread that makes the spans instead. */
  readonly threadEnd?: string;
  readonly code: number | null;
  readonly signal?: NodeJS.Signals;
  /** Sent once the program says DONE. */
  readonly kill?: NodeJS.Signals;
};

const WAIT = `setInterval(() => {}, 1000); console.log("DONE");`;
const WAYS: readonly Way[] = [
  { name: "its natural end", end: "make();", code: 0 },
  { name: "process.exit()", end: "make(); process.exit(3);", code: 3 },
  { name: "process.exit() in a promise", end: "Promise.resolve().then(() => { make(); process.exit(3); });", code: 3 },
  { name: "process.exit() twice", end: `process.on("exit", () => process.exit(4)); make(); process.exit(3);`, code: 4 },
  { name: "work in a listener of exit", end: `process.on("exit", () => make());`, code: 0 },
  { name: "SIGTERM", end: `make(); ${WAIT}`, code: null, signal: "SIGTERM", kill: "SIGTERM" },
  { name: "SIGINT", end: `make(); ${WAIT}`, code: null, signal: "SIGINT", kill: "SIGINT" },
  { name: "SIGHUP", end: `make(); ${WAIT}`, code: null, signal: "SIGHUP", kill: "SIGHUP" },
  {
    name: "SIGTERM that it listens to",
    end: `process.on("SIGTERM", () => { make(); process.exit(5); }); ${WAIT}`,
    code: 5,
    kill: "SIGTERM",
  },
  {
    name: "SIGINT that it raises again",
    end: `process.once("SIGINT", () => { make(); process.kill(process.pid, "SIGINT"); }); ${WAIT}`,
    code: null,
    signal: "SIGINT",
    kill: "SIGINT",
  },
  { name: "an uncaught exception", end: `make(); setImmediate(() => { throw new Error("mine"); });`, code: 1 },
  { name: "an unhandled rejection", end: `make(); Promise.reject(new Error("mine"));`, code: 1 },
  { name: "an await without end", end: "make(); await new Promise(() => {});", code: 13 },
  { name: "a thread's natural end", end: "", threadEnd: "make(); parentPort.close();", code: 0 },
  { name: "process.exit() in a thread", end: "", threadEnd: "make(); process.exit(6);", code: 0 },
  { name: "an error in a thread", end: "", threadEnd: `make(); throw new Error("mine");`, code: 1 },
  {
    name: "the end of a thread from outside",
    end: `worker.once("message", () => worker.terminate());`,
    threadEnd: `make(); setImmediate(() => parentPort.postMessage("made"));`,
    code: 0,
  },
  {
    name: "process.exit() while a thread holds spans",
    end: `worker.once("message", () => process.exit(7));`,
    threadEnd: `make(); parentPort.postMessage("made");`,
    code: 7,
  },
  {
    name: "SIGTERM while a thread holds spans",
    end: `worker.once("message", () => { ${WAIT} });`,
    threadEnd: `make(); parentPort.postMessage("made");`,
    code: null,
    signal: "SIGTERM",
    kill: "SIGTERM",
  },
];

const MAKE = `const step = tool("step", () => {}); const make = () => { for (let at = 0; at < ${SPANS / 2}; at += 1) step(); };`;
/** The signal says when: at the first one the first half of the spans is made, at the second the rest. */
const turns = (first: string, rest: string): string => `
  const alive = setInterval(() => {}, 1000);
  const turn = () => new Promise((resolve) => process.once("SIGUSR2", resolve));
  const first = turn();
  console.log("READY");
  await first;
  const second = turn();
  ${first} console.log("HALF"); await second; clearInterval(alive); ${rest}`;

const programOf = ({ end, threadEnd }: Way): string =>
  threadEnd === undefined
    ? `import { tool } from "agent-observatory"; ${MAKE}
       ${turns("make();", end)}`
    : `import { Worker } from "node:worker_threads";
       const worker = new Worker(new URL("./thread.mjs", import.meta.url));
       ${turns(`worker.postMessage("first");`, `worker.postMessage("second"); ${end}`)}`;
const threadOf = ({ threadEnd = "" }: Way): string => `
  import { parentPort } from "node:worker_threads"; import { tool } from "agent-observatory"; ${MAKE}
  parentPort.on("message", (turn) => { if (turn === "first") make(); else { ${threadEnd} } });`;

/** Programs of several processes: the others make the spans. `over` is how one of them ends. */
const OTHERS: Readonly<Record<string, { readonly main: string; readonly other: string }>> = {
  "disconnecting a cluster": {
    main: `cluster.disconnect();`,
    other: `make();`,
  },
  "killing a worker of a cluster": {
    main: `Object.values(cluster.workers)[0].once("message", () => Object.values(cluster.workers)[0].process.kill("SIGTERM"));`,
    other: `make(); process.send("made");`,
  },
  "process.exit() in a worker of a cluster": { main: "", other: "make(); process.exit(0);" },
};
const clusterOf = ({ main, other }: { readonly main: string; readonly other: string }): string => `
  import cluster from "node:cluster"; import { tool } from "agent-observatory"; ${MAKE}
  if (cluster.isPrimary) {
    const worker = cluster.fork();
    await new Promise((resolve) => worker.once("message", resolve));
    ${turns(`worker.send("first");`, `worker.send("second"); ${main}`)}
  } else {
    process.on("message", (turn) => { make(); if (turn === "second") return; });
    process.on("message", (turn) => { if (turn === "second") { ${other.replace("make();", "")} } });
    process.send("up");
  }`;

type Case = {
  readonly name: string;
  readonly source: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly kill?: NodeJS.Signals;
};
const CASES: readonly Case[] = [
  ...WAYS.map((way) => ({
    name: way.name,
    source: programOf(way),
    files: { "thread.mjs": threadOf(way) },
    code: way.code,
    signal: way.signal ?? null,
    ...(way.kill !== undefined && { kill: way.kill }),
  })),
  ...Object.entries(OTHERS).map(([name, other]) => ({ name, source: clusterOf(other), code: 0, signal: null })),
];

/** A program that has been started, and waits for its turns. */
function start(
  one: Case,
  url: string,
): { ready: Promise<void>; half: Promise<void>; turn: () => void; run: Promise<ProgramRun> } {
  const [ready, half] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let child: ChildProcess | undefined;
  const run = runProgram(one.source, {
    receiver: url,
    ...(one.files !== undefined && { files: one.files }),
    env: {
      OTEL_SERVICE_NAME: one.name,
      AGENT_OBSERVATORY_EXIT_TIMEOUT_MS: "20000",
      OTEL_BSP_SCHEDULE_DELAY: String(BATCH_INTERVAL_MS),
    },
    onStart: (started) => {
      child = started;
      started.stdout?.on("data", (chunk: Buffer) => {
        if (chunk.includes("READY")) ready.resolve();
        if (chunk.includes("HALF")) half.resolve();
        if (chunk.includes("DONE") && one.kill !== undefined) started.kill(one.kill);
      });
      for (const { resolve } of [ready, half]) started.once("exit", () => resolve());
    },
  });
  return { ready: ready.promise, half: half.promise, turn: () => void child?.kill("SIGUSR2"), run };
}

function assertAllArrived(one: Case, run: ProgramRun, receivers: readonly OtlpReceiver[]): void {
  assert.deepEqual([run.code, run.signal], [one.code, one.signal], run.stderr);
  const steps = receivers
    .flatMap(({ spans }) => spans)
    .filter((span) => span.resource["service.name"] === one.name && span.name === "execute_tool step");
  const ids = new Set(steps.map((span) => span.spanId));
  assert.deepEqual({ arrived: ids.size, twice: steps.length - ids.size }, { arrived: SPANS, twice: 0 }, run.stderr);
  const told = run.stderr.split("\n").filter((line) => line.startsWith("agent-observatory:") && line.includes("lost"));
  assert.deepEqual(told, []);
}

// Together, because the second half is waiting for the most part.
describe("1,000 spans of a program", { concurrency: true }, () => {
  describe("with the collector up", { concurrency: AT_ONCE }, () => {
    let receiver: OtlpReceiver;
    before(async () => {
      receiver = await startOtlpReceiver();
    });
    after(() => receiver.close());
    for (const [at, one] of CASES.entries()) {
      it(`arrive once each: ${one.name}`, async () => {
        const { ready, half, turn, run } = start(one, receiver.url);
        await ready;
        turn();
        await half;
        // Half of the programs have sent the first spans when they make the rest; the others end with all of them in hand.
        if (at % 2 === 1) await delay(2 * BATCH_INTERVAL_MS);
        turn();
        assertAllArrived(one, await run, [receiver]);
      });
    }
  });

  describe(`with the collector away for ${AWAY_MS / 1000} s of its run`, () => {
    it("arrive once each, however it ends", { timeout: 3 * AWAY_MS }, async (test) => {
      const port = await freePort();
      const early = await startOtlpReceiver({ port });
      const started = CASES.map((one) => ({ one, ...start(one, early.url) }));
      await Promise.all(started.map(({ ready }) => ready));
      await early.close();
      for (const { turn } of started) turn();
      await Promise.all(started.map(({ half }) => half));
      await delay(AWAY_MS);
      const late = await startOtlpReceiver({ port });
      for (let at = 0; at < started.length; at += AT_ONCE) {
        const group = started.slice(at, at + AT_ONCE);
        for (const { turn } of group) turn();
        await Promise.all(group.map(({ run }) => run));
      }
      for (const { one, run } of started) {
        await test.test(one.name, async () => assertAllArrived(one, await run, [early, late]));
      }
      await late.close();
    });
  });
});

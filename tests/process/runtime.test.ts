/** CPU, memory, garbage collection and event loop of programs. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ReceivedPoint } from "../../scripts/otlp-receiver.ts";
import { type ProgramRun, pushedValue, runProgram } from "./run-program.ts";

const OF_RUNTIME = /^(?:process|v8js|nodejs)[._]/;
/** Without what keeps the loop running, which a program has only while something does. */
const names = (points: readonly ReceivedPoint[]): string[] =>
  [...new Set(points.map(({ metric }) => metric))]
    .filter((metric) => OF_RUNTIME.test(metric) && metric !== "nodejs_active_resources")
    .toSorted();

const OF_PROCESS = ["process.cpu.time", "process.memory.usage", "process.uptime"];
const OF_THREAD = [
  "nodejs.eventloop.utilization",
  "v8js.gc.duration",
  "v8js.memory.heap.limit",
  "v8js.memory.heap.used",
];
const OF_LOOP = ["nodejs.eventloop.delay.max", "nodejs.eventloop.delay.p50", "nodejs.eventloop.delay.p99"];

/** Something to tell of, without which nothing is sent. */
const TOLD = `tool("told", () => 1)();`;
const HEAD = `import { tool } from "agent-observatory";
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const collect = async () => { let kept = []; for (let round = 0; round < 20; round += 1) {
    kept = Array.from({ length: 100_000 }, (_, at) => ({ at })); await pause(0); } return kept; };
  const block = (ms) => { const begun = process.cpuUsage(); const used = () => { const { user, system } = process.cpuUsage(begun); return user + system; };
    while (used() < ms * 1000); };
`;

describe("the runtime of a program", () => {
  it("is measured: CPU, memory, garbage collection, and how late the event loop is", async () => {
    const { points, code, stderr } = await runProgram(
      `${HEAD} await collect(); await pause(100); block(400); await pause(100); ${TOLD}`,
      { env: { OTEL_METRIC_EXPORT_INTERVAL: "50" } },
    );
    assert.deepEqual([code, stderr], [0, ""]);
    assert.deepEqual(names(points), [...OF_LOOP, ...OF_THREAD, ...OF_PROCESS].toSorted());
    const value = (metric: string, labels?: Record<string, string>): number =>
      pushedValue(points, metric, labels) ?? -1;
    const cpu = ["user", "system"].map((mode) => value("process.cpu.time", { "cpu.mode": mode }));
    assert.ok(
      cpu.every((seconds) => seconds > 0 && seconds < 60),
      cpu.join(),
    );
    assert.ok(value("process.cpu.time") > 0.4, "what it blocked for, at least");
    assert.ok(value("process.uptime") > 0.6 && value("process.uptime") < 60);
    assert.ok(value("process.memory.usage") > value("v8js.memory.heap.used"));
    assert.ok(value("v8js.memory.heap.limit") > value("v8js.memory.heap.used"));
    assert.ok(value("v8js.gc.duration", { "v8js.gc.type": "minor" }) >= 1, "how many there were");
    assert.ok(value("nodejs.eventloop.delay.max") > 0.3, "as late as it was blocked");
    assert.ok(value("nodejs.eventloop.delay.p50") < 0.2, "and in time at other times");
    const timers = points.filter(({ labels }) => labels["type"] === "Timeout").map((point) => point.value);
    assert.ok(timers.includes(1) && !timers.includes(2), "the program's timer, and none of ours");
    const utilization = value("nodejs.eventloop.utilization");
    assert.ok(utilization > 0.2 && utilization <= 1, String(utilization));
  });

  it("is no reason to send anything, to live on, or to wake a listener of the program", async () => {
    const run = await runProgram(
      `process.on("beforeExit", () => console.log("before exit"));
       let kept = []; for (let round = 0; round < 20; round += 1) {
         kept = Array.from({ length: 100_000 }, (_, at) => ({ at })); await new Promise((resolve) => setTimeout(resolve, 0)); }
       console.log(process.getActiveResourcesInfo().filter((type) => !type.endsWith("Wrap")).length);`,
    );
    assert.deepEqual([run.code, run.stdout, run.stderr, run.requests], [0, "0\nbefore exit\n", "", {}]);
  });

  it("is not measured where that is switched off", async () => {
    const { points } = await runProgram(`${HEAD} await collect(); ${TOLD}`, {
      env: { AGENT_OBSERVATORY_RUNTIME_METRICS: "false" },
    });
    assert.equal(pushedValue(points, "agent_tool_calls_total"), 1);
    assert.deepEqual(names(points), []);
  });

  it("is that of its own in a thread, and the process is told once", async () => {
    const { points, code, stderr }: ProgramRun = await runProgram(
      `${HEAD}
       import { Worker } from "node:worker_threads";
       const threads = [1, 2].map(() => new Worker(new URL("./thread.mjs", import.meta.url)));
       await Promise.all(threads.map((thread) => new Promise((resolve) => thread.once("exit", resolve))));
       await collect(); await pause(100); ${TOLD}`,
      { files: { "thread.mjs": `${HEAD} await collect(); ${TOLD}` } },
    );
    assert.deepEqual([code, stderr], [0, ""]);
    const byInstance = Map.groupBy(
      points.filter(({ metric }) => OF_RUNTIME.test(metric)),
      ({ resource }) => String(resource["service.instance.id"]),
    );
    const told = [...byInstance.values()].map(names).toSorted((one, other) => one.length - other.length);
    assert.deepEqual(told, [OF_THREAD, OF_THREAD, [...OF_LOOP, ...OF_THREAD, ...OF_PROCESS].toSorted()]);
  });
});

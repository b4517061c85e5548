import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { type AddressInfo, createServer } from "node:net";
import { describe, it } from "node:test";
import { runProgram } from "./run-program.ts";

const HEAD = `import { tool } from "agent-observatory"; tool("one", () => {})();`;
const READY = `const timer = setInterval(() => {}, 1000); console.log("READY");`;

/** Sends one signal for each time that the program says READY. */
const answering =
  (signal: NodeJS.Signals) =>
  (child: ChildProcess): void => {
    child.stdout?.on("data", (chunk: Buffer) => {
      for (const _ of chunk.toString().matchAll(/READY/g)) child.kill(signal);
    });
  };

/** What the program does, beside what it does without us. */
async function compared(source: string, signal: NodeJS.Signals) {
  const onStart = answering(signal);
  const bare = await runProgram(source, { mode: "none", onStart });
  const run = await runProgram(`${HEAD}\n${source}`, { onStart });
  const outcome = ({ code, signal: by, stdout, stderr }: typeof run) => ({ code, by, stdout, stderr });
  assert.deepEqual(outcome(run), outcome(bare));
  assert.equal(run.spans.length, 1, "and the span is there");
  return outcome(run);
}

describe("signals of an observed program", () => {
  it("have the program's listeners and no others", async () => {
    await compared(
      `const count = () => ["SIGTERM", "SIGINT", "SIGHUP"].map((name) => [process.listenerCount(name), process.listeners(name).length, process.rawListeners(name).length].join());
       console.log(count().join(" "), process.eventNames().filter((name) => String(name).startsWith("SIG")).join());
       const own = () => {};
       for (const name of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(name, own).once(name, own);
       console.log(count().join(" "), process.listeners("SIGTERM")[0] === own);
       process.removeAllListeners("SIGTERM"); process.off("SIGINT", own);
       console.log(count().join(" "));
       process.exit(0);`,
      "SIGTERM",
    );
  });

  it("end a program whose listener leaves that to the system where it is the only one, as signal-exit does", async () => {
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
      const { by } = await compared(
        `const listener = () => {
           if (process.listeners("${signal}").length !== 1) return;
           process.off("${signal}", listener);
           process.kill(process.pid, "${signal}");
         };
         process.on("${signal}", listener); ${READY}`,
        signal,
      );
      assert.equal(by, signal);
    }
  });

  it("let a program finish what its listener has begun, once or each time", async () => {
    for (const add of ["once", "on"]) {
      const { stdout } = await compared(
        `process.${add}("SIGTERM", (name, number) => {
           console.log(name, number);
           setTimeout(() => { console.log("cleaned up"); clearInterval(timer); process.exitCode = 3; }, 100);
         }); ${READY}`,
        "SIGTERM",
      );
      assert.equal(stdout, "READY\nSIGTERM 15\ncleaned up\n");
    }
  });

  it("end it at the second one where its listener is gone after the first", async () => {
    const { by, stdout } = await compared(
      `process.once("SIGINT", () => { console.log("once more: READY"); }); ${READY}`,
      "SIGINT",
    );
    assert.deepEqual([by, stdout], ["SIGINT", "READY\nonce more: READY\n"]);
  });

  it("reach listeners that come and go, each once", async () => {
    const { stdout } = await compared(
      `const listener = () => { console.log("heard"); process.off("SIGTERM", listener); process.exit(0); };
       for (let at = 0; at < 50; at += 1) { process.on("SIGTERM", listener); process.off("SIGTERM", listener); }
       process.on("SIGTERM", listener); ${READY}`,
      "SIGTERM",
    );
    assert.equal(stdout, "READY\nheard\n");
  });

  it("of other kinds are left alone", async () => {
    assert.equal((await runProgram(`${HEAD} ${READY}`, { onStart: answering("SIGQUIT") })).signal, "SIGQUIT");
  });

  it("stop the program there and then: hardly anything of it runs while the rest is sent", async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const run = await runProgram(
      `${HEAD} let signalled = false;
       setInterval(() => { if (signalled) console.log("still running"); }, 1);
       setImmediate(() => { process.kill(process.pid, "SIGTERM"); signalled = true; });`,
      {
        receiver: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`,
        env: { AGENT_OBSERVATORY_EXIT_TIMEOUT_MS: "500" },
      },
    );
    silent.close();
    assert.equal(run.signal, "SIGTERM");
    // Timers that are due come before signals in a turn of the loop.
    assert.ok(run.stdout.split("still running").length <= 3, run.stdout);
    assert.match(run.stderr, /1 spans .* lost/);
  });
});

describe("listeners of an observed program", () => {
  it("bring no warning of ours where there are as many as may be", async () => {
    await compared(
      `for (const [name, count] of [["exit", 10], ["beforeExit", 10], ["SIGTERM", 10], ["newListener", 8], ["removeListener", 8]]) {
         for (let at = 0; at < count; at += 1) process.on(name, () => {});
       }
       await new Promise(setImmediate); process.exit(0);`,
      "SIGTERM",
    );
  });

  it("can all be removed by the program, and it is still seen how it ends", async () => {
    for (const [type, end] of [
      ["exit", "process.exit(0);"],
      ["beforeExit", ""],
    ]) {
      await compared(`process.removeAllListeners("${type}"); await null; ${end}`, "SIGTERM");
    }
    await compared(
      `for (const name of process.eventNames()) process.listeners(name).length; process.removeAllListeners("exit").removeAllListeners("beforeExit"); await null; process.on("exit", () => console.log("bye"));`,
      "SIGTERM",
    );
  });

  it("of the exit see what they always saw, and what they record arrives", async () => {
    const source = (log: string): string => `
      process.on("exit", (code) => { ${log} console.log("first", code, process.exitCode); });
      process.on("exit", () => { process.exitCode = 9; });
      process.on("exit", (code) => console.log("last", code, process.exitCode));
      process.exit(4);`;
    const bare = await runProgram(source(""), { mode: "none" });
    const run = await runProgram(
      `import { createLogger, tool } from "agent-observatory"; const log = createLogger({ name: "bye" }); ${source(`tool("late", () => {})();`)}`,
    );
    assert.deepEqual([run.code, run.stdout, run.stderr], [bare.code, bare.stdout, bare.stderr]);
    assert.deepEqual(
      run.spans.map((span) => span.name),
      ["execute_tool late"],
    );
  });
});

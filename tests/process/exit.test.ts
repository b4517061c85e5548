import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { createServer } from "node:net";
import { describe, it } from "node:test";
import { startOtlpReceiver } from "../../scripts/otlp-receiver.ts";
import {
  freePort,
  type ProgramRun,
  type ProgramType,
  pushedValue,
  type RunOptions,
  runProgram,
} from "./run-program.ts";

const COUNT = 200;

const HEAD: Readonly<Record<ProgramType, string>> = {
  module: `import { agent, createLogger, tool } from "agent-observatory";`,
  commonjs: `const { agent, createLogger, tool } = require("agent-observatory");`,
};

/** `end` is how the program ends after it has made its spans, within an async function. */
const program = (end: string, type: ProgramType = "module"): string => `${HEAD[type]}
  const log = createLogger({ name: "program" });
  const step = tool("step", async () => {});
  const work = agent("worker", async () => {
    for (let at = 1; at < ${COUNT}; at += 1) { await step(); if (at % 10 === 0) log.info("step", { at }); }
  });
  async function main() { await work(); ${end} }
  main();`;

function assertNothingLost(run: ProgramRun): void {
  assert.equal(run.spans.length, COUNT, run.stderr);
  assert.equal(new Set(run.spans.map((span) => span.spanId)).size, COUNT, "no span came twice");
  const lines = run.logs.filter(({ scope }) => scope !== "agent-observatory");
  assert.equal(lines.length, 19);
  assert.equal(pushedValue(run.points, "agent_tool_calls_total", { agent: "worker", status: "ok" }), COUNT - 1);
  assert.equal(pushedValue(run.points, "agent_requests_total", { agent: "worker" }), 1);
  assert.equal(pushedValue(run.points, "agent_requests_active", { agent: "worker" }), 0);
}

/** Our own lines on stderr. */
const messages = (run: ProgramRun): string[] =>
  run.stderr.split("\n").filter((line) => line.startsWith("agent-observatory:"));
/** How deep Node itself stands in a stack depends on when a promise settles. */
const comparable = (text: string): string =>
  text.replaceAll(/running-\w+/g, "running").replaceAll(/^ +at .*\(node:internal.*\n/gm, "");
/** Sends the signal as soon as the program says that it is ready. */
const signalWhenReady =
  (signal: NodeJS.Signals) =>
  (child: ChildProcess): void => {
    child.stdout?.on("data", (chunk: Buffer) => {
      if (chunk.includes("READY")) child.kill(signal);
    });
  };
const WAIT = `const timer = setInterval(() => {}, 1000); console.log("READY");`;

describe("a program that ends", () => {
  const cases: readonly (readonly [name: string, end: string, expected: Partial<ProgramRun>, options?: RunOptions])[] =
    [
      ["by itself", "", { code: 0 }],
      ["by itself, with an exit code", "process.exitCode = 7;", { code: 7 }],
      ["by process.exit", "process.exit(0);", { code: 0 }],
      ["by process.exit with a code", "process.exit(5);", { code: 5 }],
      ["by an uncaught exception", `setImmediate(() => { throw new TypeError("mine"); });`, { code: 1 }],
      ["by an unhandled rejection", `throw new TypeError("mine");`, { code: 1 }],
      [
        "by its own handler of an uncaught exception",
        `process.on("uncaughtException", () => process.exit(9)); setImmediate(() => { throw new Error("mine"); });`,
        { code: 9 },
      ],
      ["by process.exit in a beforeExit handler", `process.on("beforeExit", () => process.exit(4));`, { code: 4 }],
    ];
  for (const [name, end, expected] of cases) {
    it(`loses nothing: ${name}`, async () => {
      const type = name.includes("process.exit") ? "commonjs" : "module";
      const run = await runProgram(program(end, type), { type });
      assert.equal(run.code, expected.code, run.stderr);
      assert.equal(run.signal, null);
      assertNothingLost(run);
      const bare = await runProgram(program(end, type), { type, mode: "none" });
      assert.equal(run.code, bare.code);
      assert.equal(comparable(run.stderr), comparable(bare.stderr), "stderr is the program's own");
    });
  }

  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    it(`loses nothing: by ${signal}, and it is that signal that ends it`, async () => {
      const run = await runProgram(program(WAIT), { onStart: signalWhenReady(signal) });
      assert.equal(run.signal, signal);
      assert.equal(run.stderr, "");
      assertNothingLost(run);
    });
  }

  it("loses nothing: by its own handler of a signal, which alone decides", async () => {
    for (const [end, code, signal] of [
      [`process.on("SIGTERM", () => { console.log("own"); process.exit(3); }); ${WAIT}`, 3, null],
      [`${WAIT} process.on("SIGTERM", () => { console.log("own"); clearInterval(timer); });`, 0, null],
      [
        `process.once("SIGTERM", () => { console.log("own"); process.kill(process.pid, "SIGTERM"); }); ${WAIT}`,
        null,
        "SIGTERM",
      ],
    ] as const) {
      const run = await runProgram(program(end), { onStart: signalWhenReady("SIGTERM") });
      assert.deepEqual([run.code, run.signal], [code, signal], end);
      assert.match(run.stdout, /own/);
      assertNothingLost(run);
    }
  });

  it("lives on after a signal that its own handler ignores", async () => {
    const end = `process.on("SIGINT", () => { console.log("ignored"); setImmediate(() => { clearInterval(timer); console.log("went on"); }); }); ${WAIT}`;
    const run = await runProgram(program(end), { onStart: signalWhenReady("SIGINT") });
    assert.deepEqual([run.code, run.signal], [0, null]);
    assert.match(run.stdout, /ignored[\s\S]*went on/);
    assertNothingLost(run);
  });

  it("loses nothing of a worker thread, however the thread ends", async () => {
    for (const end of ["", "process.exit(0);"]) {
      const worker = `import { tool } from "agent-observatory";
        const step = tool("in-worker", () => {});
        for (let at = 0; at < ${COUNT}; at += 1) step();
        ${end}`;
      const run = await runProgram(
        `import { once } from "node:events"; import { Worker } from "node:worker_threads"; import { tool } from "agent-observatory";
         tool("in-main", () => {})();
         const [code] = await once(new Worker(new URL("./worker.mjs", import.meta.url)), "exit");
         console.log("worker ended", code);`,
        { files: { "worker.mjs": worker } },
      );
      assert.equal(run.stdout, "worker ended 0\n");
      assert.equal(run.code, 0, run.stderr);
      assert.equal(run.spans.length, COUNT + 1);
      assert.equal(pushedValue(run.points, "agent_tool_calls_total", { tool: "in-worker" }), COUNT);
      assert.equal(new Set(run.spans.map((span) => span.resource["service.instance.id"])).size, 2);
    }
  });

  it("is not held up by a thread that cannot answer, beyond a bound", async () => {
    const run = await runProgram(
      `import { once } from "node:events"; import { Worker } from "node:worker_threads";
       await once(new Worker(new URL("./worker.mjs", import.meta.url)), "message"); process.exit(3);`,
      {
        env: { AGENT_OBSERVATORY_EXIT_TIMEOUT_MS: "60000" },
        files: {
          "worker.mjs": `import { parentPort } from "node:worker_threads"; import { tool } from "agent-observatory"; tool("one", () => {})();
            setImmediate(() => setImmediate(() => { parentPort.postMessage("busy"); for (;;); }));`,
        },
      },
    );
    assert.deepEqual([run.code, run.spans.length], [3, 1], run.stderr);
    assert.ok(run.elapsedMs < 20_000, `took ${run.elapsedMs} ms`);
  });

  it("keeps no more of a thread than fits while the main thread is busy, and counts the rest", async () => {
    const run = await runProgram(
      `import { Worker } from "node:worker_threads"; const shared = new SharedArrayBuffer(4);
       new Worker(new URL("./worker.mjs", import.meta.url), { workerData: shared });
       Atomics.wait(new Int32Array(shared), 0, 0, 60_000);`,
      {
        env: { OTEL_BSP_MAX_QUEUE_SIZE: "100" },
        files: {
          "worker.mjs": `import { workerData } from "node:worker_threads"; import { tool } from "agent-observatory"; const step = tool("step", () => {});
            for (let at = 0; at < 1000; at += 1) step();
            setImmediate(() => setImmediate(() => { Atomics.store(new Int32Array(workerData), 0, 1); Atomics.notify(new Int32Array(workerData), 0); }));`,
        },
      },
    );
    assert.equal(run.code, 0, run.stderr);
    assert.equal(run.spans.length, 100);
    assert.equal(pushedValue(run.points, "agent_observatory_dropped_total", { signal: "traces" }), 900);
    assert.equal(pushedValue(run.points, "agent_tool_calls_total", { tool: "step" }), 1000);
  });

  it("sends more than one batch by process.exit, compressed as well", async () => {
    const run = await runProgram(
      `import { tool } from "agent-observatory"; const step = tool("step", () => {});
       for (let at = 0; at < 3000; at += 1) step();
       process.exit(0);`,
      { env: { OTEL_EXPORTER_OTLP_COMPRESSION: "gzip" } },
    );
    assert.equal(run.code, 0, run.stderr);
    assert.equal(run.spans.length, 3000);
  });
});

describe("a program that ends in the middle of its work", () => {
  const source = (end: string): string => `import { agent, tool, workflow } from "agent-observatory";
    const never = () => new Promise(() => {});
    workflow("flow", () => agent("worker", async () => { tool("done", () => {})(); ${end} await tool("pending", never)(); })())();`;

  for (const [name, end, failed, expected] of [
    ["process.exit", "setImmediate(() => process.exit(0));", false, { code: 0, signal: null }],
    ["running dry", "", false, { code: 0, signal: null }],
    ["an exit code", "setImmediate(() => process.exit(2));", true, { code: 2, signal: null }],
    ["an uncaught exception", `setImmediate(() => { throw new Error("mine"); });`, true, { code: 1, signal: null }],
    ["a signal", WAIT, true, { code: null, signal: "SIGTERM" }],
  ] as const) {
    it(`leaves no child without its parents: ${name}`, async () => {
      const run = await runProgram(source(end), { onStart: signalWhenReady("SIGTERM") });
      assert.deepEqual([run.code, run.signal], [expected.code, expected.signal], run.stderr);
      assert.deepEqual(
        Object.fromEntries(
          run.spans.map((span) => [span.name, [span.failed, span.attributes["agent_observatory.unfinished"] ?? false]]),
        ),
        {
          "execute_tool done": [false, false],
          "execute_tool pending": [failed, true],
          "invoke_agent worker": [failed, true],
          "invoke_workflow flow": [failed, true],
        },
      );
      const ids = new Set(run.spans.map((span) => span.spanId));
      assert.equal(
        run.spans.filter((span) => span.parentSpanId !== undefined && !ids.has(span.parentSpanId)).length,
        0,
      );
      assert.equal(pushedValue(run.points, "agent_requests_active", { agent: "worker" }), 0);
      assert.equal(pushedValue(run.points, "agent_errors_total", { category: "cancelled" }), failed ? 1 : undefined);
    });
  }
});

describe("a program that ends while no collector takes its telemetry", () => {
  const endings = { itself: "", "process.exit": "process.exit(6);" };
  /** Where there was time to try, it is said that it failed; in any case what is lost. */
  const assertLossTold = (run: ProgramRun, tried: boolean): void => {
    const told = messages(run);
    assert.equal(told.length, tried ? 2 : 1, run.stderr);
    if (tried) assert.match(told[0] ?? "", /could not send/);
    assert.match(told.at(-1) ?? "", new RegExp(`${COUNT} spans and 20 log lines of this process .*are lost`));
  };

  for (const [name, end] of Object.entries(endings)) {
    it(`ends by ${name} as ever when nobody listens, and says so once`, async () => {
      const run = await runProgram(program(end), { receiver: "http://127.0.0.1:1" });
      assert.equal(run.code, end === "" ? 0 : 6);
      assert.equal(run.signal, null);
      assertLossTold(run, end === "");
      assert.match(run.stderr, /http:\/\/127\.0\.0\.1:1\/\S* .*\(ECONNREFUSED\).*OTEL_EXPORTER_OTLP_ENDPOINT/);
    });

    it(`ends by ${name} as ever when nobody listens, by gRPC as well`, async () => {
      const closed = await freePort();
      const run = await runProgram(program(end), {
        receiver: `http://127.0.0.1:${closed}`,
        // Nobody there is known at once: the time that is allowed is not used up.
        env: { OTEL_EXPORTER_OTLP_PROTOCOL: "grpc", AGENT_OBSERVATORY_EXIT_TIMEOUT_MS: "60000" },
      });
      assert.deepEqual([run.code, run.signal], [end === "" ? 0 : 6, null]);
      assertLossTold(run, end === "");
      assert.match(run.stderr, /\(ECONNREFUSED\)/);
      assert.ok(run.elapsedMs < 30_000, `took ${run.elapsedMs} ms`);
    });

    it(`ends by ${name} in bounded time when the collector never answers`, async () => {
      const silent = createServer(() => {});
      await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
      const address = silent.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      try {
        const run = await runProgram(program(end), {
          receiver: `http://127.0.0.1:${port}`,
          // The batch itself may take a minute: what is measured is the bound on the program's end.
          env: { AGENT_OBSERVATORY_EXIT_TIMEOUT_MS: "500", OTEL_EXPORTER_OTLP_TIMEOUT: "60000" },
        });
        assert.equal(run.code, end === "" ? 0 : 6, run.stderr);
        assert.ok(run.elapsedMs < 30_000, `took ${run.elapsedMs} ms`);
        assert.equal(messages(run).length, 1, run.stderr);
      } finally {
        silent.close();
      }
    });
  }

  for (const [name, end] of Object.entries({ ...endings, SIGTERM: WAIT })) {
    it(`delivers at its end by ${name} what was refused for a while`, async () => {
      const seen = new Set<string>();
      const receiver = await startOtlpReceiver({
        refuse: (path) => {
          if (seen.has(path)) return undefined;
          seen.add(path);
          return 503;
        },
      });
      try {
        const run = await runProgram(program(end), {
          receiver,
          env: { AGENT_OBSERVATORY_EXIT_TIMEOUT_MS: "20000" },
          onStart: signalWhenReady("SIGTERM"),
        });
        assert.deepEqual([run.code, run.signal], name === "SIGTERM" ? [null, "SIGTERM"] : [end === "" ? 0 : 6, null]);
        assertNothingLost(run);
      } finally {
        await receiver.close();
      }
    });
  }
});

describe("a program with nothing to do", () => {
  it("ends at once, although metrics are pushed and can be pulled", async () => {
    const run = await runProgram("console.log('done');", {
      env: { OTEL_METRIC_EXPORT_INTERVAL: "600000", AGENT_OBSERVATORY_METRICS_PORT: String(await freePort()) },
    });
    assert.deepEqual([run.code, run.signal, run.stdout, run.stderr], [0, null, "done\n", ""]);
    assert.ok(run.elapsedMs < 20_000);
  });

  it("ends at once after its last span, however long the intervals are", async () => {
    const run = await runProgram(`import { tool } from "agent-observatory"; tool("one", () => {})();`, {
      env: { OTEL_BSP_SCHEDULE_DELAY: "600000", OTEL_METRIC_EXPORT_INTERVAL: "600000" },
    });
    assert.deepEqual([run.code, run.spans.length], [0, 1]);
    assert.ok(run.elapsedMs < 20_000);
  });

  it("sends its spans while it runs on", async () => {
    const receiver = await startOtlpReceiver();
    try {
      const run = await runProgram(
        `import { tool } from "agent-observatory"; tool("one", () => {})(); setInterval(() => {}, 1000);`,
        {
          receiver,
          env: { OTEL_BSP_SCHEDULE_DELAY: "50" },
          onStart: (child) => {
            const poll = setInterval(() => {
              if (receiver.spans.length === 0 && child.exitCode === null) return;
              clearInterval(poll);
              child.kill("SIGKILL");
            }, 20);
          },
        },
      );
      assert.equal(run.signal, "SIGKILL");
      assert.equal(run.spans.length, 1);
    } finally {
      await receiver.close();
    }
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { summarizeStack } from "../../src/errors/index.ts";

const STACK = `Error: no answer
of two lines
    at Planner.plan (/srv/app/src/planner.js:12:9)
    at async callModel (file:///srv/app/src/with%20space/model.js:7:3)
    at async OpenAI.makeRequest (/srv/app/node_modules/openai/client.js:400:11)
    at async OpenAI.post (/srv/app/node_modules/openai/client.js:300:11)
    at async inner (/srv/app/node_modules/.pnpm/@ai-sdk+core@1/node_modules/@ai-sdk/core/index.mjs:1:1)
    at wrapped (/opt/agent-observatory/dist/index.js:5:1)
    at new Runner (/srv/app/src/run.js:3:1)
    at Array.map (<anonymous>)
    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)
    at eval (eval at build (/srv/app/src/run.js:9:1), <anonymous>:1:7)
    at /srv/app/index.js:40:2`;

describe("the summary of a stack", () => {
  const summary = summarizeStack(STACK, { root: "/srv/app", own: "/opt/agent-observatory/dist" });

  it("shows the program's frames from its directory, and each library as one line", () => {
    assert.deepEqual(summary.frames, [
      "Planner.plan src/planner.js:12",
      "callModel src/with space/model.js:7",
      "… openai (2 frames)",
      "… @ai-sdk/core",
      "Runner src/run.js:3",
      "(anonymous) index.js:40",
    ]);
  });

  it("knows places of the program by function and file alone", () => {
    assert.deepEqual(summary.places, [
      "Planner.plan src/planner.js",
      "callModel src/with space/model.js",
      "Runner src/run.js",
      " index.js",
    ]);
  });

  it("takes the library's places where the program has none", () => {
    const stack = "Error\n    at run (/a/node_modules/pg/lib/client.js:5:1)\n    at node:internal/x:1:1";
    assert.deepEqual(summarizeStack(stack), { frames: ["… pg"], places: ["run pg"] });
  });

  it("is empty for what is no stack of V8", () => {
    for (const text of ["", "no frames", "at nowhere", "Traceback:\n  File 'x.py', line 3"]) {
      assert.deepEqual(summarizeStack(text), { frames: [], places: [] });
    }
  });

  it("is bounded, and fast with hostile stacks", () => {
    const startedMs = performance.now();
    const deep = `Error\n${"    at fn (/srv/app/x.js:1:1)\n".repeat(100_000)}`;
    assert.equal(summarizeStack(deep).frames.length, 12);
    summarizeStack(`Error\n    at ${"(".repeat(200_000)}`);
    summarizeStack(`Error\n    at ${":1".repeat(240)}`);
    summarizeStack(`${" ".repeat(200_000)}`);
    summarizeStack(`${"  at".repeat(50_000)}`);
    assert.ok(performance.now() - startedMs < 1000);
  });
});

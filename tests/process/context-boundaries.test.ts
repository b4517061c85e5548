import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ReceivedSpan } from "../../scripts/otlp-receiver.ts";
import { freePort, type PreloadMode, type ProgramRun, type RunOptions, runProgram } from "./run-program.ts";

const REGISTER = "agent-observatory/register";
const HEAD = `import { agent, tool } from "agent-observatory"; const named = (name) => tool(name, () => name);`;

/** The span's name with the names above it, root first, without the words that say what they are. */
function paths(spans: readonly ReceivedSpan[]): string[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const path = (span: ReceivedSpan): string => {
    const name = span.name.replace(/^(invoke_agent|execute_tool) /, "");
    if (span.parentSpanId === undefined) return name;
    const parent = byId.get(span.parentSpanId);
    return `${parent === undefined ? "(lost)" : path(parent)} / ${name}`;
  };
  return spans.map(path).toSorted();
}

async function run(source: string, options: RunOptions = {}): Promise<ProgramRun> {
  const result = await runProgram(`${HEAD}\n${source}`, options);
  assert.equal(result.code, 0, result.stderr);
  return result;
}

describe("the current span", () => {
  it("is that of the one who emits, also for listeners that were added before", async () => {
    const { spans } = await run(`
      import { EventEmitter, on } from "node:events";
      const emitter = new EventEmitter();
      emitter.on("now", () => named("on")());
      emitter.once("now", () => named("once")());
      emitter.on("now", async () => { await null; named("awaited")(); });
      await agent("emits", async () => { emitter.emit("now"); await null; })();
      const target = new EventTarget();
      target.addEventListener("now", () => named("target")());
      agent("dispatches", () => target.dispatchEvent(new Event("now")))();
      const events = on(emitter, "item");
      await agent("reads", async () => {
        queueMicrotask(() => emitter.emit("item", 1));
        for await (const _ of events) { named("item")(); break; }
      })();`);
    assert.deepEqual(paths(spans), [
      "dispatches",
      "dispatches / target",
      "emits",
      "emits / awaited",
      "emits / on",
      "emits / once",
      "reads",
      "reads / item",
    ]);
  });

  it("is that of the one who reads or writes a stream", async () => {
    const { spans } = await run(`
      import { PassThrough, Readable, Transform } from "node:stream";
      import { pipeline } from "node:stream/promises";
      import { createReadStream } from "node:fs";
      const upper = (name) => new Transform({ transform(chunk, _, done) { named(name)(); done(null, chunk); } });
      await agent("pipes", () => pipeline(Readable.from(["a"]), upper("transform"), async function* (source) {
        for await (const chunk of source) { named("generator")(); yield chunk; }
      }, new PassThrough().resume()))();
      await agent("listens", () => new Promise((resolve) => {
        createReadStream(process.argv[1]).once("data", named("data")).on("close", resolve).resume();
      }))();
      await agent("web", async () => {
        const stream = new ReadableStream({ pull(controller) { controller.enqueue("a"); controller.close(); } });
        for await (const _ of stream.pipeThrough(new TransformStream({ transform(chunk, to) { named("web-transform")(); to.enqueue(chunk); } }))) named("web-read")();
      })();`);
    assert.deepEqual(paths(spans), [
      "listens",
      "listens / data",
      "pipes",
      "pipes / generator",
      "pipes / transform",
      "web",
      "web / web-read",
      "web / web-transform",
    ]);
  });

  it("stays with what was started in it, and does not leak into what runs beside it", async () => {
    const { spans } = await run(`
      import { AsyncResource } from "node:async_hooks";
      import { setImmediate as turn } from "node:timers/promises";
      const work = async (name) => { for (let at = 0; at < 3; at += 1) await turn(); named(name)(); };
      await Promise.all(["a", "b", "c"].map((name) => agent(name, () => work("in-" + name))()));
      let bound, interval;
      agent("binds", () => { bound = AsyncResource.bind(named("bound")); interval = setInterval(() => { clearInterval(interval); named("interval")(); }, 1); })();
      bound();
      named("outside")();`);
    assert.deepEqual(paths(spans), [
      "a",
      "a / in-a",
      "b",
      "b / in-b",
      "binds",
      "binds / bound",
      "binds / interval",
      "c",
      "c / in-c",
      "outside",
    ]);
  });
});

describe("a worker thread", () => {
  const THREAD = `${HEAD} named("in-thread")(); console.log(process.env.TRACEPARENT);`;
  const starting = (options = ""): string => `
    import { once } from "node:events";
    import { Worker } from "node:worker_threads";
    await agent("starts", () => once(new Worker(new URL("./thread.mjs", import.meta.url), { ${options} }), "exit"))();
    named("after")();`;

  for (const mode of ["require", "import", "NODE_OPTIONS"] as const satisfies readonly PreloadMode[]) {
    it(`continues the trace in which it is started, preloaded by ${mode}`, async () => {
      const { spans, stdout } = await run(starting(), { mode, files: { "thread.mjs": THREAD } });
      assert.deepEqual(paths(spans), ["after", "starts", "starts / in-thread"]);
      assert.equal(stdout, "undefined\n", "and its environment is what it was");
      const [here, there] = [/starts$/, /in-thread/].map(
        (name) => spans.find((span) => name.test(span.name))?.resource,
      );
      assert.equal(here?.["process.pid"], there?.["process.pid"]);
      assert.notEqual(here?.["service.instance.id"], there?.["service.instance.id"], "series of their own");
    });
  }

  it("is not observed where the program keeps the preload from it, and works as ever", async () => {
    for (const [mode, options] of [
      ["require", "execArgv: []"],
      ["NODE_OPTIONS", "env: {}"],
    ] as const) {
      const { spans, stdout } = await run(starting(options), { mode, files: { "thread.mjs": THREAD } });
      assert.deepEqual([paths(spans), stdout], [["after", "starts"], "undefined\n"], options);
    }
    const kept = await run(starting("execArgv: []"), { mode: "NODE_OPTIONS", files: { "thread.mjs": THREAD } });
    assert.deepEqual(paths(kept.spans), ["after", "starts", "starts / in-thread"]);
  });

  it("continues the trace in threads of threads, of every kind", async () => {
    const { spans, points } = await run(
      `import { once } from "node:events"; import { createRequire } from "node:module";
       const { SHARE_ENV, Worker } = createRequire(import.meta.url)("worker_threads");
       await agent("starts", () => once(new Worker(new URL("./thread.mjs", import.meta.url), { env: SHARE_ENV }), "exit"))();
       await agent("evaluates", () => once(new Worker('require("agent-observatory").tool("evaluated", () => {})()', { eval: true }), "exit"))();`,
      {
        files: {
          "thread.mjs": `${HEAD} import { once } from "node:events"; import { Worker } from "node:worker_threads";
            await agent("thread", () => once(new Worker(new URL("./inner.mjs", import.meta.url)), "exit"))();`,
          "inner.mjs": `${HEAD} named("inner")();`,
        },
      },
    );
    assert.deepEqual(paths(spans), [
      "evaluates",
      "evaluates / evaluated",
      "starts",
      "starts / thread",
      "starts / thread / inner",
    ]);
    const calls = points.filter((point) => point.metric === "agent_tool_calls_total");
    assert.equal(
      calls.some((point) => point.labels["tool"] === "inner"),
      true,
      "numbers come along as well",
    );
    assert.equal(
      new Set(
        points
          .filter(({ metric }) => metric === "agent_observatory_up")
          .map(({ resource }) => resource["service.instance.id"]),
      ).size,
      1,
      "that it runs is told once for the process",
    );
  });

  it("takes no port from the main thread, says nothing, and hears of no signal", async () => {
    const { spans, stdout, stderr } = await run(
      `import { Worker } from "node:worker_threads"; import { once } from "node:events";
       const worker = new Worker(new URL("./thread.mjs", import.meta.url));
       const [text] = await once(worker, "message"); console.log(text); await once(worker, "exit");`,
      {
        env: { AGENT_OBSERVATORY_METRICS_PORT: String(await freePort()) },
        files: {
          "thread.mjs": `${HEAD} import { parentPort } from "node:worker_threads"; named("in-thread")();
            parentPort.postMessage(["SIGTERM", "SIGINT", "SIGHUP"].map((name) => process.listenerCount(name)).join());`,
        },
      },
    );
    assert.deepEqual([paths(spans), stdout, stderr], [["in-thread"], "0,0,0\n", ""]);
  });

  it("leaves the program's own environment data and its workers as they are", async () => {
    const { stdout } = await run(`
      import { once } from "node:events";
      import { Worker, getEnvironmentData, setEnvironmentData } from "node:worker_threads";
      setEnvironmentData("mine", { deep: [1] });
      const worker = new Worker('const { getEnvironmentData, parentPort, workerData } = require("worker_threads"); parentPort.postMessage([getEnvironmentData("mine"), workerData])', { eval: true, workerData: "data" });
      console.log(["message", "error", "exit", "online"].map((name) => worker.listenerCount(name)).join());
      console.log(JSON.stringify((await once(worker, "message"))[0]), getEnvironmentData("mine").deep[0]);
      try { new Worker(new URL("https://example.com")); } catch (error) { console.log(error.code); }
      try { new Worker("", { eval: true, workerData: () => {} }); } catch (error) { console.log(error.name); }`);
    assert.equal(stdout, '0,0,0,0\n[{"deep":[1]},"data"] 1\nERR_INVALID_URL_SCHEME\nDataCloneError\n');
  });
});

describe("a child process", () => {
  const CHILD = `${HEAD} named("in-child")();`;
  const preload = `"--require", "${REGISTER}", "child.mjs"`;
  const env = `env: { PATH: process.env.PATH, OTEL_EXPORTER_OTLP_ENDPOINT: process.env.OTEL_EXPORTER_OTLP_ENDPOINT }`;

  it("continues the trace in which it is started, however that is done", async () => {
    const { spans } = await run(
      `import { exec, execFile, fork, spawn } from "node:child_process"; import { once } from "node:events"; import { promisify } from "node:util";
       const node = process.execPath;
       await agent("spawn", () => once(spawn(node, [${preload}]), "exit"))();
       await agent("spawn-env", () => once(spawn(node, [${preload}], { ${env} }), "exit"))();
       await agent("execFile", () => promisify(execFile)(node, [${preload}]))();
       await agent("exec", () => promisify(exec)(node + " --require ${REGISTER} child.mjs", { ${env} }))();
       await agent("fork", () => once(fork("child.mjs"), "exit"))();
       await agent("shell", () => once(spawn(node + " --require ${REGISTER} child.mjs", { shell: true }), "exit"))();`,
      { files: { "child.mjs": CHILD } },
    );
    assert.deepEqual(
      paths(spans),
      ["exec", "execFile", "fork", "shell", "spawn", "spawn-env"].flatMap((name) => [name, `${name} / in-child`]),
    );
  });

  it("continues it across a child that knows nothing of it, and over two processes", async () => {
    const { spans } = await run(
      `import { once } from "node:events"; import { spawn } from "node:child_process";
       await agent("starts", () => once(spawn("sh", ["-c", JSON.stringify(process.execPath) + " --require ${REGISTER} child.mjs"], { stdio: "inherit" }), "exit"))();`,
      {
        files: {
          "child.mjs": `${HEAD} import { once } from "node:events"; import { fork } from "node:child_process";
            await once(fork("grandchild.mjs"), "exit"); await agent("child", () => once(fork("grandchild.mjs"), "exit"))();`,
          "grandchild.mjs": `${HEAD} named("grandchild")();`,
        },
      },
    );
    assert.deepEqual(paths(spans), ["starts", "starts / child", "starts / child / grandchild", "starts / grandchild"]);
  });

  const SHOW = `const show = async (options) => {
    const { stdout } = await promisify(execFile)("sh", ["-c", 'echo "$TRACEPARENT|$TRACESTATE|$BAGGAGE|$MINE"'], options);
    return stdout.trim();
  };`;
  const shown = (body: string, options?: RunOptions): Promise<ProgramRun> =>
    run(
      `import { execFile } from "node:child_process"; import { promisify } from "node:util"; import { context, propagation } from "@opentelemetry/api"; ${SHOW} ${body}`,
      options,
    );
  const OWN = "00-11111111111111111111111111111111-2222222222222222-01";

  it("sees W3C's headers as variables, and what the program gives it stays", async () => {
    const { stdout, spans } = await shown(`
      const given = { MINE: "mine" };
      await agent("a", async () => console.log(await show({ env: given })))();
      console.log(await show({ env: given }), JSON.stringify(given), process.env.TRACEPARENT);
      await agent("b", async () => console.log(await show({ env: { TRACEPARENT: "${OWN}" } })))();
      const carried = propagation.setBaggage(context.active(), propagation.createBaggage({ "user.id": { value: "u 1" } }));
      await context.with(carried, agent("c", async () => console.log(await show())));`);
    const [a, b, c] = ["a", "b", "c"].map((name) => spans.find((span) => span.name.endsWith(` ${name}`)));
    assert.ok(b !== undefined);
    assert.deepEqual(stdout.trim().split("\n"), [
      `00-${a?.traceId}-${a?.spanId}-01|||mine`,
      `|||mine {"MINE":"mine"} undefined`,
      `${OWN}|||`,
      `00-${c?.traceId}-${c?.spanId}-01||user.id=u%201|`,
    ]);
  });

  it("hands on what this process was started with, and takes it as the parent of its own roots", async () => {
    const { stdout, spans } = await shown(
      `console.log(await show()); console.log(await show({ env: { ...process.env, MINE: "mine" } }));
       await agent("a", async () => console.log(await show({ env: process.env })))();`,
      { env: { TRACEPARENT: OWN, TRACESTATE: "vendor=1", BAGGAGE: "user.id=u1" } },
    );
    const [a] = spans;
    assert.deepEqual([a?.traceId, a?.parentSpanId], ["1".repeat(32), "2".repeat(16)]);
    assert.deepEqual(stdout.trim().split("\n"), [
      `${OWN}|vendor=1|user.id=u1|`,
      `${OWN}|vendor=1|user.id=u1|mine`,
      `00-${"1".repeat(32)}-${a?.spanId}-01|vendor=1|user.id=u1|`,
    ]);
  });

  it("decides with its parent whether it is sampled, and is not disturbed by a variable that says nothing", async () => {
    const unsampled = await run(`named("one")();`, { env: { TRACEPARENT: OWN.replace(/01$/, "00") } });
    assert.equal(unsampled.spans.length, 0);
    const odd = await run(`named("one")();`, { env: { TRACEPARENT: "odd", BAGGAGE: ";;=,", TRACESTATE: "=" } });
    assert.deepEqual([odd.spans.length, odd.spans[0]?.parentSpanId, odd.stderr], [1, undefined, ""]);
  });

  it("is left alone where that is asked for", async () => {
    const { stdout, spans } = await shown(`await agent("a", async () => console.log(await show()))();`, {
      env: { AGENT_OBSERVATORY_CHILD_PROCESS_CONTEXT: "false", TRACEPARENT: OWN },
    });
    assert.deepEqual([stdout, spans[0]?.parentSpanId], [`${OWN}|||\n`, undefined]);
  });

  it("that cannot be started fails as ever", async () => {
    const source = (head: string): string => `${head} import { spawn } from "node:child_process";
      await agent("a", () => new Promise((resolve) => spawn("no-such-program").once("error", (error) => { console.log(error.code, error.path, error.spawnargs); resolve(); })))();
      try { spawn("echo", { env: { BAD: "\\0" } }); } catch (error) { console.log(error.code); }`;
    const bare = await runProgram(source("const agent = (_, fn) => fn;"), { mode: "none" });
    const observed = await runProgram(source(`import { agent } from "agent-observatory";`));
    assert.deepEqual([observed.code, observed.stdout, observed.stderr], [bare.code, bare.stdout, bare.stderr]);
  });

  it("of a cluster continues the trace in which it was forked; what it serves continues that of the caller", async () => {
    const { spans } = await run(`
      import cluster from "node:cluster"; import { once } from "node:events"; import { createServer } from "node:http";
      if (cluster.isPrimary) {
        const worker = agent("forks", () => cluster.fork())();
        const [{ port }] = await once(worker, "message");
        await agent("calls", async () => (await fetch("http://127.0.0.1:" + port)).text())();
        worker.send("done"); await once(worker, "exit");
      } else {
        named("up")();
        const server = createServer((_, response) => { named("handles")(); response.end("ok"); });
        server.listen(0, "127.0.0.1", () => process.send({ port: server.address().port }));
        process.once("message", () => { server.close(); server.closeAllConnections(); process.disconnect(); });
      }`);
    assert.deepEqual(paths(spans), [
      "calls",
      "calls / GET",
      "calls / GET / GET",
      "calls / GET / GET / handles",
      "forks",
      "forks / up",
    ]);
  });
});

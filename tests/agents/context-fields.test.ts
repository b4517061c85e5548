import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import type { AttributeMap } from "../../scripts/otlp-receiver.ts";
import { ATTR } from "../../src/model/index.ts";
import { type ProgramRun, runProgram } from "../process/run-program.ts";

const HEAD = `import { agent, getContext, setContext, tool, withContext } from "agent-observatory";
  const named = (name) => tool(name, () => name);
  const FIELDS = { requestId: "r-1", userId: "u-1", sessionId: "s-1", correlationId: "c-1", attributes: { tenant: "acme", seats: 3, trial: false } };`;
const REGISTER = "agent-observatory/register";

const IDS = {
  [ATTR.requestId]: "r-1",
  [ATTR.userId]: "u-1",
  [ATTR.sessionId]: "s-1",
  [ATTR.correlationId]: "c-1",
  tenant: "acme",
  seats: 3,
  trial: false,
};

/** What of the context stands on a span or log record. */
function carried(attributes: AttributeMap | undefined): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const name of Object.keys(IDS)) {
    const value = attributes?.[name];
    if (value !== undefined) found[name] = typeof value === "bigint" ? Number(value) : value;
  }
  return found;
}

const spanOf = (run: ProgramRun, name: string) => run.spans.find((span) => span.name === name)?.attributes;

async function run(source: string, options: Parameters<typeof runProgram>[1] = {}): Promise<ProgramRun> {
  const result = await runProgram(`${HEAD}\n${source}`, { conventions: false, ...options });
  assert.equal(result.code, 0, result.stderr);
  assert.equal(result.stderr, "");
  return result;
}

/** A server of the program's own or a model's: keeps the headers that came. */
async function heard<T>(work: (port: number, headers: NodeJS.Dict<string | string[]>[]) => Promise<T>): Promise<T> {
  const headers: NodeJS.Dict<string | string[]>[] = [];
  const server = createServer((request, response) => {
    headers.push(request.headers);
    request.resume().on("end", () => response.setHeader("content-type", "application/json").end("{}"));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await work((server.address() as AddressInfo).port, headers);
  } finally {
    server.close();
  }
}

describe("the fields of a context", () => {
  it("stand on every span below, across await, timers and emitters, and on none beside", async () => {
    const { spans, stdout } = await run(`
      import { EventEmitter, once } from "node:events"; import { setTimeout as delay } from "node:timers/promises"; import { trace } from "@opentelemetry/api";
      const emitter = new EventEmitter(); emitter.on("now", () => named("listener")());
      const result = await withContext(FIELDS, async () => {
        await delay(1); named("awaited")();
        await new Promise((resolve) => setTimeout(() => { named("timer")(); resolve(); }, 1));
        emitter.emit("now");
        await agent("nested", () => withContext({ requestId: "r-2", attributes: { tenant: "other" } }, () => { named("inner")(); return null; }))();
        trace.getTracer("own").startSpan("own").end();
        return getContext();
      });
      console.log(JSON.stringify(result), JSON.stringify(getContext()));
      named("beside")();`);
    const all = { requestId: "r-1", userId: "u-1", sessionId: "s-1", correlationId: "c-1" };
    const own = { tenant: "acme", seats: 3, trial: false };
    assert.equal(stdout, `${JSON.stringify({ ...all, attributes: own })} {}\n`);
    const told = Object.fromEntries(spans.map((span) => [span.name.split(" ").at(-1), carried(span.attributes)]));
    assert.deepEqual(told, {
      awaited: IDS,
      timer: IDS,
      listener: IDS,
      nested: IDS,
      own: IDS,
      inner: { ...IDS, [ATTR.requestId]: "r-2", tenant: "other" },
      beside: {},
    });
  });

  it("are set for the rest of a request by setContext, and not for the next one on the same connection", async () => {
    const { spans } = await run(`
      import { Agent, createServer, get } from "node:http"; import { once } from "node:events";
      const server = createServer(async (request, response) => {
        if (request.url === "/first") setContext({ sessionId: "s-1", userId: "u-1" });
        await null; named(request.url)(); response.end("x");
      }).listen(0, "127.0.0.1"); await once(server, "listening");
      const keep = new Agent({ keepAlive: true, maxSockets: 1 });
      for (const path of ["/first", "/second"]) {
        const [response] = await once(get({ port: server.address().port, host: "127.0.0.1", path, agent: keep }), "response"); await response.resume().toArray();
      }
      keep.destroy(); server.close();`);
    const told = spans.filter(({ kind, name }) => kind === 2 || name.startsWith("execute_tool"));
    assert.deepEqual(
      told
        .map(({ attributes }) => [attributes["url.path"] ?? attributes[ATTR.toolName], attributes[ATTR.sessionId]])
        .toSorted(),
      [
        ["/first", "s-1"],
        ["/first", "s-1"],
        ["/second", undefined],
        ["/second", undefined],
      ],
    );
  });

  it("stand on log lines: of winston, pino, our own logger and OpenTelemetry's", async () => {
    const { stdout, logs } = await run(
      `
      import winston from "winston"; import pino from "pino"; import { createLogger } from "agent-observatory"; import { logs } from "@opentelemetry/api";
      const theirs = winston.createLogger({ transports: [new winston.transports.Console()] });
      const ours = createLogger({ name: "ours" });
      withContext({ ...FIELDS, userId: "person@example.com" }, () => {
        theirs.info("by winston", { order: 5, session_id: "of the program" }); pino().info({ tenant: "mine" }, "by pino"); ours.info("by ours");
      });
      theirs.info("outside");
    `.replace('import { logs } from "@opentelemetry/api";', ""),
    );
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const said = (text: string) => lines.find(({ message, msg }) => (message ?? msg) === text);
    assert.equal(said("by winston").request_id, "r-1");
    assert.equal(said("by winston").session_id, "of the program", "what the program says itself stays");
    assert.equal(said("by pino").session_id, "s-1");
    assert.equal(said("by pino").tenant, "mine");
    assert.equal(said("by ours").session_id, "s-1");
    assert.doesNotMatch(stdout, /person@example/);
    assert.equal(said("outside").session_id, undefined);
    const record = (text: string) => logs.find(({ body }) => body === text)?.attributes;
    for (const text of ["by winston", "by ours"]) assert.equal(record(text)?.[ATTR.sessionId], "s-1", text);
    assert.equal(record("by pino")?.[ATTR.correlationId], "c-1");
    assert.equal(record("by pino")?.["request_id"], undefined, "once is enough");
    assert.equal(record("by winston")?.["session_id"], "of the program");
    assert.deepEqual(carried(record("outside")), {});
  });

  it("go along to worker threads, children and own services", async () => {
    const { spans } = await run(
      `import { Worker } from "node:worker_threads"; import { spawn } from "node:child_process"; import { once } from "node:events"; import { createServer } from "node:http";
       const server = createServer((_, response) => { named("served")(); response.end("{}"); }).listen(0, "127.0.0.1"); await once(server, "listening");
       await withContext(FIELDS, async () => {
         await once(new Worker("./thread.mjs"), "exit");
         await once(spawn(process.execPath, ["--require", "${REGISTER}", "child.mjs"]), "exit");
         await (await fetch("http://127.0.0.1:" + server.address().port)).text();
       });
       server.close();`,
      {
        files: {
          "thread.mjs": `import { tool } from "agent-observatory"; tool("in-thread", () => 1)();`,
          "child.mjs": `import { tool } from "agent-observatory"; tool("in-child", () => 1)();`,
        },
      },
    );
    for (const name of ["in-thread", "in-child", "served"]) {
      const found = spans.find((span) => span.name === `execute_tool ${name}`);
      assert.deepEqual(carried(found?.attributes), IDS, name);
    }
  });

  it("take what comes: hostile values, too much of it, names that mean something else", async () => {
    const result = await run(`
      const hostile = { get sessionId() { throw new Error("hostile"); } };
      for (const given of [undefined, null, 5, "x", hostile, { sessionId: {}, userId: Symbol("x"), requestId: "" }]) withContext(given, () => setContext(given));
      console.log(JSON.stringify(getContext()), withContext({ requestId: 7 }, () => getContext().requestId));
      withContext({ sessionId: "x".repeat(10000), attributes: { "gen_ai.agent.name": "forged", "agent_observatory.cost.usd": 1e9, ok: "ok", many: "y".repeat(9999), fn: () => {}, ...Object.fromEntries(Array.from({ length: 100 }, (_, at) => ["n" + at, at])) } }, () => {
        named("much")(); console.log(getContext().sessionId.length, Object.keys(getContext().attributes).length); });
      try { withContext(FIELDS, () => { throw new Error("own"); }); } catch (error) { console.log(error.message); }
    `);
    assert.equal(result.stdout, "{} 7\n256 32\nown\n");
    const much = spanOf(result, "execute_tool much");
    assert.equal(much?.[ATTR.agentName], undefined);
    assert.equal(much?.[ATTR.costUsd], undefined);
    assert.equal(much?.["ok"], "ok");
    const idle = await runProgram(
      `${HEAD} setContext(FIELDS); console.log(withContext(FIELDS, () => JSON.stringify(getContext())));`,
      { mode: "none" },
    );
    assert.equal(idle.stdout, "{}\n");
  });

  it("are in no label of a metric", async () => {
    const { points } = await run(`withContext(FIELDS, () => agent("a", () => named("t")())());`);
    assert.ok(points.length > 5);
    const labels = points.flatMap(({ labels }) => Object.entries(labels).map(([name, value]) => `${name}=${value}`));
    assert.deepEqual(
      labels.filter((label) => /u-1|s-1|r-1|c-1|acme/.test(label)),
      [],
    );
  });

  it("never go to a public provider of models", async () => {
    await heard(async (port, headers) => {
      const proxied = `import { request } from "node:http";
        const ask = (host) => new Promise((resolve) => request({ host: "127.0.0.1", port: ${port}, path: "/v1/chat/completions", method: "POST", headers: { host, "content-type": "application/json" }, hostname: host, lookup: (_, options, done) => options.all ? done(null, [{ address: "127.0.0.1", family: 4 }]) : done(null, "127.0.0.1", 4) }, (response) => response.resume().on("end", resolve)).end(JSON.stringify({ model: "m", messages: [] })));
        await withContext(FIELDS, async () => { await ask("api.openai.com"); await ask("models.internal"); });`;
      await run(proxied);
      assert.deepEqual(
        headers.map(({ host, baggage }) => [host, baggage !== undefined]),
        [
          ["api.openai.com", false],
          ["models.internal", true],
        ],
      );
    });
  });
});

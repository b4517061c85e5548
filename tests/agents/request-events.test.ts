/** Callbacks of a request that is served, whose body comes in many pieces. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ATTR } from "../../src/model/index.ts";
import { runProgram } from "../process/run-program.ts";

const HEAD = `import { setContext, tool, withContext } from "agent-observatory"; import { once } from "node:events"; import { Agent, createServer, request } from "node:http"; import { setTimeout as delay } from "node:timers/promises";
  const named = (name) => tool(name, () => 1)();
  const keep = new Agent({ keepAlive: true, maxSockets: 1 });
  const send = async (server, path) => { const sent = request({ port: server.address().port, host: "127.0.0.1", path, method: "POST", agent: keep }); sent.write("x"); await delay(20); sent.end("y".repeat(200_000)); const [response] = await once(sent, "response"); await response.resume().toArray(); };
  const serve = async (handle) => { const server = createServer(handle).listen(0, "127.0.0.1"); await once(server, "listening"); for (const path of ["/one", "/two"]) await send(server, path); keep.destroy(); server.close(); };`;

describe("what a server's request and response emit", () => {
  it("is heard inside of that request, with what setContext said of it, also on a connection that is used again", async () => {
    const { spans, stderr } = await runProgram(`${HEAD}
      await serve((request, response) => {
        setContext({ sessionId: "s" + request.url });
        let isFirst = true;
        request.on("data", () => { if (isFirst) named("data" + request.url); isFirst = false; });
        request.on("end", () => { named("end" + request.url); response.on("finish", () => named("finish" + request.url)); response.on("close", () => named("close" + request.url)); response.end("done"); });
      });`);
    assert.equal(stderr, "");
    for (const path of ["/one", "/two"]) {
      const served = spans.find(({ kind, attributes }) => kind === 2 && attributes["url.path"] === path);
      for (const event of ["data", "end", "finish"]) {
        const span = spans.find(({ name }) => name === `execute_tool ${event}${path}`);
        assert.equal(span?.traceId, served?.traceId, event + path);
        assert.equal(span?.parentSpanId, served?.spanId, event + path);
        assert.equal(span?.attributes[ATTR.sessionId], `s${path}`, event + path);
      }
    }
  });

  it("leaves listeners, results and errors what they are", async () => {
    const source = `${HEAD}
      await serve((request, response) => {
        const listener = () => console.log("never"); request.on("end", listener); request.off("end", listener);
        console.log(request.listenerCount("end"), Object.keys(request).includes("emit"), request.emit("mine"), request.once("mine", () => {}).emit("mine"));
        try { request.on("bad", () => { throw new Error("of the program"); }).emit("bad"); } catch (error) { console.log(error.message); }
        request.resume().on("end", () => response.end());
      });`;
    const observed = await runProgram(source);
    const bare = await runProgram(source, { mode: "none" });
    assert.equal(observed.stdout, bare.stdout);
    assert.match(observed.stdout, /0 false false true\nof the program/);
  });
});

describe("what a stream of HTTP/2 emits", () => {
  it("is heard inside of that request", async () => {
    const { spans, stderr } =
      await runProgram(`${HEAD} import { connect, createServer as createServer2 } from "node:http2";
      const server = createServer2((request, response) => {
        setContext({ sessionId: "s" + request.url });
        request.resume().on("end", () => { named("end" + request.url); response.on("finish", () => named("finish" + request.url)); response.end("done"); });
      }).listen(0, "127.0.0.1");
      await once(server, "listening");
      const client = connect("http://127.0.0.1:" + server.address().port);
      for (const path of ["/one", "/two"]) { const sent = client.request({ ":path": path, ":method": "POST" }); sent.write("x"); await delay(20); sent.end("y".repeat(200_000)); sent.resume(); await once(sent, "close"); }
      client.close(); server.close();`);
    assert.equal(stderr, "");
    for (const path of ["/one", "/two"]) {
      const served = spans.find(({ kind, attributes }) => kind === 2 && attributes["url.path"] === path);
      for (const event of ["end", "finish"]) {
        const span = spans.find(({ name }) => name === `execute_tool ${event}${path}`);
        assert.equal(span?.parentSpanId, served?.spanId, event + path);
        assert.equal(span?.attributes[ATTR.sessionId], `s${path}`, event + path);
      }
    }
  });
});

describe("a generator that withContext returns", () => {
  it("has the fields in each of its steps, whoever takes them", async () => {
    const { spans, stdout } = await runProgram(`${HEAD}
      const fields = { sessionId: "s1" };
      const numbers = withContext(fields, function* () { named("sync"); yield 1; named("sync"); return 2; });
      console.log([...numbers], Object.prototype.toString.call(numbers));
      const parts = withContext(fields, async function* () { named("async"); yield "a"; await delay(1); named("async"); });
      for await (const part of parts) named("outside");`);
    assert.equal(stdout, "[ 1 ] [object Generator]\n");
    const told = spans.map(({ name, attributes }) => [name, attributes[ATTR.sessionId]]);
    assert.deepEqual(told.toSorted(), [
      ["execute_tool async", "s1"],
      ["execute_tool async", "s1"],
      ["execute_tool outside", undefined],
      ["execute_tool sync", "s1"],
      ["execute_tool sync", "s1"],
    ]);
  });
});

describe("a wrapped function", () => {
  it("is known for what it was: asynchronous or not, with its own properties", async () => {
    const { stdout } = await runProgram(`import { agent, tool } from "agent-observatory";
      async function work(a, b) { return a; } work.schema = { type: "object" };
      for (const one of [work, tool("t", work), agent("a", tool("t", work))]) console.log(one.constructor.name, one.length, one.name, one.schema?.type, Object.keys(one).join());
      console.log(tool("g", async function* () {}).constructor.name);`);
    assert.equal(stdout, `${"AsyncFunction 2 work object schema\n".repeat(3)}AsyncGeneratorFunction\n`);
  });
});

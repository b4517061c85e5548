import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ReceivedSpan } from "../../scripts/otlp-receiver.ts";
import { ATTR } from "../../src/model/index.ts";
import { type ProgramType, pushedValue, runProgram, SDKS_DIRECTORY } from "../process/run-program.ts";
import { asking, importing, type McpSdk, offering, ours } from "./mcp-programs.ts";

const SDKS: readonly McpSdk[] = ["v1", "v2"];
const inner = `const inner = tool("inner", (text) => text);`;
const KINDS = ["", "internal", "server", "client"];
const served = (span: ReceivedSpan): boolean => span.attributes[ATTR.mcpMethod] !== undefined && span.kind === 2;

/** Each span's name and kind with those above it, root first, counted. */
function trees(spans: readonly ReceivedSpan[]): Record<string, number> {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const path = (span: ReceivedSpan): string => {
    const parent = span.parentSpanId === undefined ? undefined : byId.get(span.parentSpanId);
    const own = `${KINDS[span.kind]} ${span.name}`;
    if (span.parentSpanId !== undefined && parent === undefined) return `(lost) / ${own}`;
    return parent === undefined ? own : `${path(parent)} / ${own}`;
  };
  const counts: Record<string, number> = {};
  for (const one of spans.map(path).toSorted()) counts[one] = (counts[one] ?? 0) + 1;
  return counts;
}

type Preload = "require" | "import" | "none";

function runOverStdio(sdk: McpSdk, type: ProgramType, mode: Preload, env: Readonly<Record<string, string>> = {}) {
  const file = type === "module" ? "server.mjs" : "server.cjs";
  const server = `${importing(sdk, type, ["McpServer", "StdioServerTransport", "z"])}
    ${ours(type, "tool")} ${inner}
    const make = () => {${offering(sdk)}};
    make().connect(new StdioServerTransport());`;
  const names = ["Client", "StdioClientTransport", "CreateMessageRequestSchema", "ListRootsRequestSchema"];
  const preload = mode === "none" ? [] : [`--${mode}`, "agent-observatory/register"];
  const client = `${importing(sdk, type, names)}
    ${ours(type, "agent, tool")} ${inner}
    const onprogress = (progress) => { inner("progress"); console.log("progress", JSON.stringify(progress)); };
    (async () => {
      const transport = new StdioClientTransport({
        command: process.execPath, args: [...${JSON.stringify(preload)}, "${file}"],
        env: { ...process.env, OTEL_SERVICE_NAME: "server", ...${JSON.stringify(env)} },
      });
      transport.onerror = (error) => console.log("transport", error.message);
      ${asking(sdk)}
    })();`;
  return runProgram(client, { mode, type, directory: SDKS_DIRECTORY, files: { [file]: server } });
}

const BUYER = "internal invoke_agent buyer";
const both = (name: string): string => `${BUYER} / client ${name} / server ${name}`;
/** What the program of mcp-programs.ts asks for, over any transport. */
const ASKED: Readonly<Record<string, number>> = {
  "client initialize": 1,
  "client initialize / server initialize": 1,
  [BUYER]: 1,
  [`${BUYER} / client tools/list`]: 1,
  [both("tools/list")]: 1,
  [`${BUYER} / client tools/call echo`]: 4,
  [both("tools/call echo")]: 4,
  [`${both("tools/call echo")} / internal execute_tool inner`]: 4,
  [`${BUYER} / client tools/call broken`]: 1,
  [both("tools/call broken")]: 1,
  [`${BUYER} / client tools/call asks`]: 1,
  [both("tools/call asks")]: 1,
  [`${both("tools/call asks")} / client sampling/createMessage`]: 1,
  [`${both("tools/call asks")} / client sampling/createMessage / server sampling/createMessage`]: 1,
  [`${both("tools/call asks")} / client sampling/createMessage / server sampling/createMessage / internal execute_tool inner`]: 1,
  [`${both("tools/call asks")} / client roots/list`]: 1,
  [`${both("tools/call asks")} / client roots/list / server roots/list`]: 1,
  [`${BUYER} / client tools/call steps`]: 1,
  [both("tools/call steps")]: 1,
  [`${both("tools/call steps")} / client roots/list`]: 1,
  [`${both("tools/call steps")} / client roots/list / server roots/list`]: 1,
  [`${BUYER} / client tools/call steps / internal execute_tool inner`]: 2,
  [`${BUYER} / client prompts/get greet`]: 1,
  [both("prompts/get greet")]: 1,
  [`${BUYER} / client resources/read`]: 2,
  [both("resources/read")]: 2,
  [`${BUYER} / client tools/call slow`]: 2,
  [both("tools/call slow")]: 2,
  "client tools/call echo": 1,
};

describe("MCP over stdio", () => {
  for (const sdk of SDKS) {
    const combinations: readonly (readonly [ProgramType, Preload])[] = [
      ["module", "require"],
      ["module", "import"],
      ["commonjs", "require"],
    ];
    for (const [type, mode] of combinations) {
      it(`is one trace across two processes (SDK ${sdk}, ${type}, --${mode})`, async () => {
        const [run, bare] = await Promise.all([runOverStdio(sdk, type, mode), runOverStdio(sdk, type, "none")]);
        assert.equal(run.code, 0, run.stderr);
        assert.equal(run.stdout, bare.stdout);
        assert.equal(run.stderr, bare.stderr);
        assert.deepEqual(trees(run.spans), ASKED);
        // Before the agent: initialization; after it: the call on a closed connection.
        assert.equal(new Set(run.spans.map(({ traceId }) => traceId)).size, 3);
        const services = new Set(run.spans.filter(served).map(({ resource }) => resource["service.name"]));
        assert.deepEqual([...services].toSorted(), ["program", "server"]);
      });
    }
  }

  it("says what was asked, of whom, and how it went", async () => {
    const run = await runOverStdio("v1", "module", "require");
    const of = (name: string, kind: number): ReceivedSpan[] =>
      run.spans.filter((span) => span.name === name && span.kind === kind);
    const [echo] = of("tools/call echo", 3);
    assert.equal(echo?.attributes[ATTR.operation], "execute_tool");
    assert.equal(echo?.attributes[ATTR.toolName], "echo");
    assert.equal(echo?.attributes[ATTR.agentName], "buyer");
    assert.equal(echo?.attributes[ATTR.networkTransport], "pipe");
    assert.equal(echo?.attributes[ATTR.jsonrpcRequestId], "2");
    assert.match(String(echo?.attributes[ATTR.mcpProtocolVersion]), /^\d{4}-\d\d-\d\d$/);
    assert.equal(echo?.attributes[ATTR.toolArguments], undefined, "content is off");
    for (const kind of [2, 3]) {
      const [broken] = of("tools/call broken", kind);
      assert.deepEqual([broken?.failed, broken?.attributes[ATTR.errorType]], [true, "tool_error"]);
      const [prompt] = of("prompts/get greet", kind);
      assert.equal(prompt?.attributes[ATTR.promptName], "greet");
      const [stock, missing] = of("resources/read", kind).toSorted((a, b) => a.startMs - b.startMs);
      assert.equal(stock?.attributes[ATTR.mcpResourceUri], "shop://stock");
      assert.equal(missing?.attributes[ATTR.mcpResourceUri], "shop://none", "without the query");
      assert.equal(missing?.attributes[ATTR.errorType], "-32602");
      assert.equal(missing?.attributes[ATTR.rpcStatusCode], "-32602");
    }
    const [timeout, aborted] = of("tools/call slow", 3).toSorted((a, b) => a.startMs - b.startMs);
    assert.deepEqual([timeout?.failed, timeout?.attributes[ATTR.errorType]], [true, "timeout"]);
    assert.deepEqual([aborted?.failed, aborted?.attributes[ATTR.streamOutcome]], [false, "abandoned"]);

    const tool = { "gen_ai.tool.name": "echo", "mcp.method.name": "tools/call" };
    assert.equal(pushedValue(run.points, "mcp.server.operation.duration", tool), 4);
    assert.equal(pushedValue(run.points, "mcp.client.operation.duration", { ...tool, "network.transport": "pipe" }), 4);
    assert.equal(pushedValue(run.points, "mcp.client.session.duration"), 1);
    assert.equal(pushedValue(run.points, "mcp.server.session.duration"), 1);
    assert.equal(
      pushedValue(run.points, "agent_tool_calls_total", { tool: "echo" }),
      5,
      "the server counts no second time",
    );
  });

  it("leaves the stdout of a server to the protocol", async () => {
    for (const sdk of SDKS) {
      const env = { TRACING_EXPORTER: "console", AGENT_OBSERVATORY_LOG_LEVEL: "debug" };
      const [run, bare] = await Promise.all([
        runOverStdio(sdk, "module", "require", env),
        runOverStdio(sdk, "module", "none", env),
      ]);
      assert.equal(run.stdout, bare.stdout);
      assert.match(run.stderr, /"name":"tools\/call echo"/, "its spans are shown on stderr");
    }
  });
});

function overHttp(sdk: McpSdk, body: string): string {
  const Transport = sdk === "v1" ? "StreamableHTTPServerTransport" : "NodeStreamableHTTPServerTransport";
  const names = ["McpServer", Transport, "Client", "StreamableHTTPClientTransport", "CreateMessageRequestSchema"];
  return `${importing(sdk, "module", [...names, "ListRootsRequestSchema", "z"])}
    import { createServer } from "node:http";
    import { once } from "node:events";
    ${ours("module", "agent, tool")} ${inner}
    const make = () => {${offering(sdk)}};
    const connection = new ${Transport}({ sessionIdGenerator: () => "session-1" });
    await make().connect(connection);
    const http = createServer((request, response) => connection.handleRequest(request, response)).listen(0, "127.0.0.1");
    await once(http, "listening");
    const url = new URL("http://127.0.0.1:" + http.address().port + "/mcp");
    ${body}
    http.closeAllConnections();
    http.close();`;
}

describe("MCP over streamable HTTP", () => {
  for (const sdk of SDKS) {
    it(`is one trace, with the requests of HTTP below those of MCP (SDK ${sdk})`, async () => {
      const program = overHttp(
        sdk,
        `const transport = new StreamableHTTPClientTransport(url);
         const onprogress = (progress) => { inner("progress"); console.log("progress", JSON.stringify(progress)); };
         ${asking(sdk)}`,
      );
      const [run, bare] = await Promise.all([
        runProgram(program, { directory: SDKS_DIRECTORY }),
        runProgram(program, { directory: SDKS_DIRECTORY, mode: "none" }),
      ]);
      assert.equal(run.code, 0, run.stderr);
      assert.equal(run.stdout, bare.stdout);
      const isHttp = ({ name }: ReceivedSpan): boolean => ["POST", "GET", "DELETE"].includes(name);
      assert.deepEqual(trees(run.spans.filter((span) => !isHttp(span))), ASKED);
      const paths = trees(run.spans);
      assert.equal(paths[`${BUYER} / client tools/call echo / client POST`], 4);
      assert.equal(paths[`${BUYER} / client tools/call echo / client POST / server POST`], 4);
      const echo = run.spans.find((span) => span.name === "tools/call echo" && span.kind === 3);
      assert.equal(echo?.attributes[ATTR.networkTransport], "tcp");
      assert.equal(echo?.attributes[ATTR.mcpSessionId], "session-1");
      assert.equal(echo?.attributes[ATTR.serverAddress], "127.0.0.1");
    });
  }

  it("goes by the HTTP headers where a message carries no context", async () => {
    const program = overHttp(
      "v1",
      `const ask = async (id, method, params) => {
         const response = await fetch(url, { method: "POST", body: JSON.stringify({ jsonrpc: "2.0", id, method, params }),
           headers: { "content-type": "application/json", accept: "application/json, text/event-stream", ...(id > 1 && { "mcp-session-id": "session-1" }) } });
         return response.text();
       };
       await agent("raw", async () => {
         await ask(1, "initialize", { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "raw", version: "1" } });
         console.log(await ask(2, "tools/call", { name: "echo", arguments: { text: "raw" } }));
         console.log(await ask(3, "no/such", {}));
         console.log(await ask(4, "tools/call", { name: "echo", arguments: { text: "known" }, _meta: { traceparent: "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01" } }));
         console.log(await ask(5, "tools/call", { name: "echo", arguments: { text: "bad" }, _meta: { traceparent: "nonsense" } }));
       })();`,
    );
    const [run, bare] = await Promise.all([
      runProgram(program, { directory: SDKS_DIRECTORY }),
      runProgram(program, { directory: SDKS_DIRECTORY, mode: "none" }),
    ]);
    assert.equal(run.code, 0, run.stderr);
    assert.equal(run.stdout, bare.stdout);
    const above = "internal invoke_agent raw / client POST / server POST";
    const found = trees(run.spans);
    assert.equal(found[`${above} / server tools/call echo / internal execute_tool inner`], 2);
    assert.equal(found[`${above} / server no/such`], 1);
    const known = run.spans.find(({ parentSpanId }) => parentSpanId === "0123456789abcdef");
    assert.equal(known?.traceId, "0123456789abcdef0123456789abcdef");
    const refused = run.spans.find(({ name }) => name === "no/such");
    assert.deepEqual([refused?.failed, refused?.attributes[ATTR.errorType]], [true, "-32601"]);
  });
});

const inMemory = (sdk: McpSdk, body: string): string => `
  ${importing(sdk, "module", ["McpServer", "Client", "InMemoryTransport", "z"])}
  ${ours("module", "agent, tool")} ${inner}
  const make = () => {${offering(sdk)}};
  const connected = async () => {
    const [near, far] = InMemoryTransport.createLinkedPair();
    const [client, server] = [new Client({ name: "agent", version: "1.0.0" }), make()];
    await server.connect(far);
    await client.connect(near);
    return client;
  };
  ${body}`;

describe("MCP within one process", () => {
  it("keeps the agent's name on both sides", async () => {
    for (const sdk of SDKS) {
      const run = await runProgram(
        inMemory(
          sdk,
          `const client = await connected();
           await agent("buyer", () => client.callTool({ name: "echo", arguments: { text: "a" } }))();
           await client.close();`,
        ),
        { directory: SDKS_DIRECTORY },
      );
      assert.equal(run.code, 0, run.stderr);
      const within = run.spans.find(({ name }) => name === "execute_tool inner");
      assert.equal(within?.attributes[ATTR.agentName], "buyer", sdk);
    }
  });

  it("adds to the span of the tool call that a wrapper or a framework has opened", async () => {
    const run = await runProgram(
      inMemory(
        "v1",
        `const client = await connected();
         const call = (text) => client.callTool({ name: "echo", arguments: { text } });
         await tool("echo", () => call("same"))();
         await tool("mcp__shop__echo", () => call("prefixed"))();
         await tool("search", () => call("another"))();
         await tool("echo", async () => { await call("first"); await call("second"); })();
         await tool("broken", () => client.callTool({ name: "broken", arguments: {} }))();
         await client.close();`,
      ),
      { directory: SDKS_DIRECTORY },
    );
    assert.equal(run.code, 0, run.stderr);
    const found = trees(run.spans.filter(({ name }) => name !== "initialize" && !name.endsWith("inner")));
    assert.deepEqual(found, {
      "internal execute_tool echo": 2,
      "internal execute_tool echo / server tools/call echo": 2,
      "internal execute_tool echo / client tools/call echo": 1,
      "internal execute_tool echo / client tools/call echo / server tools/call echo": 1,
      "internal execute_tool mcp__shop__echo": 1,
      "internal execute_tool mcp__shop__echo / server tools/call echo": 1,
      "internal execute_tool search": 1,
      "internal execute_tool search / client tools/call echo": 1,
      "internal execute_tool search / client tools/call echo / server tools/call echo": 1,
      "internal execute_tool broken": 1,
      "internal execute_tool broken / server tools/call broken": 1,
    });
    const outer = run.spans.find(({ name }) => name === "execute_tool mcp__shop__echo");
    assert.equal(outer?.attributes[ATTR.mcpMethod], "tools/call");
    assert.equal(outer?.attributes[ATTR.toolName], "mcp__shop__echo");
    const broken = run.spans.find(({ name }) => name === "execute_tool broken");
    assert.deepEqual([broken?.failed, broken?.attributes[ATTR.errorType]], [true, "tool_error"]);
  });

  it("captures arguments and results where the program wants that", async () => {
    const run = await runProgram(
      inMemory(
        "v2",
        `const client = await connected();
         await client.callTool({ name: "echo", arguments: { text: "said" } });
         await client.close();`,
      ),
      { directory: SDKS_DIRECTORY, env: { AGENT_OBSERVATORY_CAPTURE_CONTENT: "true" } },
    );
    for (const span of run.spans.filter(({ name }) => name === "tools/call echo")) {
      assert.equal(span.attributes[ATTR.toolArguments], '{"text":"said"}');
      assert.match(String(span.attributes[ATTR.toolResult]), /"text":"said"/);
    }
  });

  it("keeps what the program itself puts into _meta, and what it hands over as it is", async () => {
    const run = await runProgram(
      `${importing("v1", "module", ["Server", "Client", "InMemoryTransport", "CallToolRequestSchema"])}
       ${ours("module", "agent")}
       const [near, far] = InMemoryTransport.createLinkedPair();
       const server = new Server({ name: "s", version: "1" }, { capabilities: { tools: {} } });
       server.setRequestHandler(CallToolRequestSchema, async ({ params }) => ({ content: [], structuredContent: { meta: params._meta } }));
       server.fallbackRequestHandler = async ({ method }) => ({ method });
       await server.connect(far);
       const client = new Client({ name: "c", version: "1" });
       await client.connect(near);
       const meta = async (_meta) => (await client.callTool({ name: "t", _meta })).structuredContent.meta;
       console.log(Object.keys(await meta({ own: 1 })).join());
       console.log((await meta({ traceparent: "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01" })).traceparent);
       console.log(JSON.stringify(await client.request({ method: "own/method" }, (await import("zod")).z.any())));
       console.log(server.fallbackRequestHandler.length, Object.keys(server).includes("fallbackRequestHandler"));
       const prototype = Object.getPrototypeOf(Object.getPrototypeOf(client));
       console.log(Object.keys(prototype).length, prototype.request.name, prototype.request.length);
       await client.close();`,
      { directory: SDKS_DIRECTORY },
    );
    assert.equal(run.code, 0, run.stderr);
    assert.deepEqual(run.stdout.trimEnd().split("\n"), [
      "own,traceparent",
      "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01",
      '{"method":"own/method"}',
      "1 true",
      "0 request 3",
    ]);
    assert.equal(trees(run.spans)["client own/method / server own/method"], 1);
  });

  it("is one span also where the server needs more of the user and the client asks again", async () => {
    const program = `
      import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
      import { McpServer, createMcpHandler, inputRequired, acceptedContent } from "@modelcontextprotocol/server";
      import { z } from "zod";
      ${ours("module", "agent, tool")} ${inner}
      const confirmation = z.object({ confirm: z.boolean() });
      const handler = createMcpHandler(() => {
        const server = new McpServer({ name: "shop", version: "1.0.0" });
        server.registerTool("deploy", { inputSchema: z.object({ to: z.string() }) }, async ({ to }, extra) => {
          if (acceptedContent(extra.mcpReq.inputResponses, "sure", confirmation)?.confirm !== true) {
            return inputRequired({ inputRequests: { sure: inputRequired.elicit({ message: "Sure?", requestedSchema: confirmation }) } });
          }
          return { content: [{ type: "text", text: inner(to) }] };
        });
        return server;
      });
      const client = new Client({ name: "agent", version: "1.0.0" }, { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode: "auto" } });
      client.setRequestHandler("elicitation/create", async () => { inner("asked"); return { action: "accept", content: { confirm: true } }; });
      await client.connect(new StreamableHTTPClientTransport(new URL("http://shop.example/mcp"), { fetch: (url, init) => handler.fetch(new Request(url, init)) }));
      console.log(JSON.stringify(await agent("buyer", () => client.callTool({ name: "deploy", arguments: { to: "test" } }))()));
      await client.close();
      await handler.close();`;
    const run = await runProgram(program, { directory: SDKS_DIRECTORY });
    const bare = await runProgram(program, { directory: SDKS_DIRECTORY, mode: "none" });
    assert.equal(run.code, 0, run.stderr);
    assert.equal(run.stdout, bare.stdout);
    assert.match(run.stdout, /test/);
    const buyer = run.spans.find(({ name }) => name === "invoke_agent buyer");
    assert.deepEqual(trees(run.spans.filter(({ traceId }) => traceId === buyer?.traceId)), {
      [BUYER]: 1,
      [`${BUYER} / client tools/call deploy`]: 1,
      [both("tools/call deploy")]: 2,
      [`${both("tools/call deploy")} / internal execute_tool inner`]: 1,
      [`${BUYER} / client tools/call deploy / server elicitation/create`]: 1,
      [`${BUYER} / client tools/call deploy / server elicitation/create / internal execute_tool inner`]: 1,
    });
    const call = run.spans.find(({ name, kind }) => name === "tools/call deploy" && kind === 3);
    assert.equal(call?.attributes[ATTR.mcpProtocolVersion], "2026-07-28");
  });

  it("keeps nothing of calls, connections and servers that are over", async () => {
    for (const sdk of SDKS) {
      const run = await runProgram(
        inMemory(
          sdk,
          `import v8 from "node:v8"; import vm from "node:vm";
           v8.setFlagsFromString("--expose-gc");
           const gc = vm.runInNewContext("gc");
           const round = async (times) => {
             for (let at = 0; at < times; at += 1) {
               const client = await connected();
               await Promise.all([1, 2, 3].map((n) => client.callTool({ name: "echo", arguments: { text: "x".repeat(1000) + n } })));
               client.callTool({ name: "slow", arguments: {} }, ...(${sdk === "v1"} ? [undefined, { timeout: 5 }] : [{ timeout: 5 }])).catch(() => {});
               if (at % 2 === 0) await client.close();
             }
           };
           const heap = async () => { await new Promise((resolve) => setTimeout(resolve, 50)); gc(); gc(); return process.memoryUsage().heapUsed; };
           await round(200);
           const before = await heap();
           await round(600);
           console.log(Math.round((await heap() - before) / 1024));`,
        ),
        { directory: SDKS_DIRECTORY, env: { TRACING_EXPORTER: "none" } },
      );
      assert.equal(run.code, 0, run.stderr);
      assert.ok(Number(run.stdout) < 5000, `${sdk}: ${run.stdout.trim()} kB more`);
    }
  });
});

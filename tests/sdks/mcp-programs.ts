/** Programs that speak MCP, in either version of the TypeScript SDK and as either kind of module. */
import type { ProgramType } from "../process/run-program.ts";

export type McpSdk = "v1" | "v2";

const V1 = "@modelcontextprotocol/sdk";
const IMPORTS: Readonly<Record<McpSdk, Readonly<Record<string, string>>>> = {
  v1: {
    Client: `${V1}/client/index.js`,
    StdioClientTransport: `${V1}/client/stdio.js`,
    StreamableHTTPClientTransport: `${V1}/client/streamableHttp.js`,
    McpServer: `${V1}/server/mcp.js`,
    Server: `${V1}/server/index.js`,
    StdioServerTransport: `${V1}/server/stdio.js`,
    StreamableHTTPServerTransport: `${V1}/server/streamableHttp.js`,
    InMemoryTransport: `${V1}/inMemory.js`,
    CreateMessageRequestSchema: `${V1}/types.js`,
    ListRootsRequestSchema: `${V1}/types.js`,
    CallToolRequestSchema: `${V1}/types.js`,
    z: "zod",
  },
  v2: {
    Client: "@modelcontextprotocol/client",
    InMemoryTransport: "@modelcontextprotocol/client",
    StdioClientTransport: "@modelcontextprotocol/client/stdio",
    StreamableHTTPClientTransport: "@modelcontextprotocol/client",
    McpServer: "@modelcontextprotocol/server",
    Server: "@modelcontextprotocol/server",
    StdioServerTransport: "@modelcontextprotocol/server/stdio",
    NodeStreamableHTTPServerTransport: "@modelcontextprotocol/node",
    z: "zod",
  },
};

/** The lines that import these names; what a version does not have is left out. */
export function importing(sdk: McpSdk, type: ProgramType, names: readonly string[]): string {
  return names
    .filter((name) => IMPORTS[sdk][name] !== undefined)
    .map((name) =>
      type === "module"
        ? `import { ${name} } from "${IMPORTS[sdk][name]}";`
        : `const { ${name} } = require("${IMPORTS[sdk][name]}");`,
    )
    .join("\n");
}

export const ours = (type: ProgramType, names: string): string =>
  type === "module"
    ? `import { ${names} } from "agent-observatory";`
    : `const { ${names} } = require("agent-observatory");`;

/** What a server offers, as the body of a function that makes one. */
export const offering = (sdk: McpSdk): string => `
  const server = new McpServer({ name: "shop", version: "1.0.0" }, { capabilities: { logging: {} } });
  const shape = (members) => ${sdk === "v1" ? "members" : "z.object(members)"};
  const related = (extra) => ({ relatedRequestId: extra.${sdk === "v1" ? "requestId" : "mcpReq.id"} });
  const answer = (text) => ({ content: [{ type: "text", text: String(text) }] });
  server.registerTool("echo", { description: "says it again", inputSchema: shape({ text: z.string() }) },
    async ({ text }) => answer(inner(text)));
  server.registerTool("broken", { description: "throws" }, async () => { throw new Error("out of stock"); });
  server.registerTool("slow", { description: "never answers" }, () => new Promise(() => {}));
  server.registerTool("steps", { description: "tells of progress" }, async (extra) => {
    const meta = ${sdk === "v1" ? "extra._meta" : "extra.mcpReq._meta"};
    const notify = ${sdk === "v1" ? "extra.sendNotification" : "extra.mcpReq.notify"};
    for (const progress of [1, 2]) await notify({ method: "notifications/progress", params: { progressToken: meta.progressToken, progress, total: 2 } });
    // The SDK gives up a notification that waits when the answer comes: this one asks for something in between.
    await server.server.listRoots(undefined, related(extra));
    return answer("stepped");
  });
  server.registerTool("asks", { description: "asks the client's model" }, async (extra) => {
    const params = { messages: [{ role: "user", content: { type: "text", text: "sum up" } }], maxTokens: 10 };
    const { content } = await server.server.createMessage(params, related(extra));
    const { roots } = await server.server.listRoots(undefined, related(extra));
    return answer(content.text + " " + roots.length);
  });
  server.registerPrompt("greet", { description: "greets" }, async () => ({ messages: [{ role: "user", content: { type: "text", text: "hi" } }] }));
  server.registerResource("stock", "shop://stock", {}, async (uri) => ({ contents: [{ uri: uri.href, text: "7" }] }));
  return server;`;

/** What a client asks; it prints all that it gets. */
export const asking = (sdk: McpSdk): string => `
  const client = new Client({ name: "agent", version: "1.0.0" }, { capabilities: { sampling: {}, roots: {} } });
  const onRequest = (method, schema, handler) => client.setRequestHandler(${sdk === "v1" ? "schema" : "method"}, handler);
  onRequest("sampling/createMessage", typeof CreateMessageRequestSchema === "undefined" ? undefined : CreateMessageRequestSchema,
    async () => { inner("model"); return { model: "own", role: "assistant", content: { type: "text", text: "summed" } }; });
  onRequest("roots/list", typeof ListRootsRequestSchema === "undefined" ? undefined : ListRootsRequestSchema, async () => ({ roots: [{ uri: "file:///a" }] }));
  const say = (name, promise) => promise.then((value) => console.log(name, JSON.stringify(value)), (error) => console.log(name, error.constructor.name, error.code, error.message));
  await client.connect(transport);
  console.log(client.getServerVersion().name);
  const mine = Object.freeze({ name: "echo", arguments: Object.freeze({ text: "hello" }), _meta: Object.freeze({ own: 1 }) });
  await agent("buyer", async () => {
    await say("list", client.listTools().then(({ tools }) => tools.map(({ name }) => name)));
    await say("echo", client.callTool(mine));
    await say("broken", client.callTool({ name: "broken", arguments: {} }));
    await say("asks", client.callTool({ name: "asks", arguments: {} }));
    await say("steps", client.callTool({ name: "steps", arguments: {} }, ...${sdk === "v1" ? "[undefined, { onprogress }]" : "[{ onprogress }]"}));
    await say("prompt", client.getPrompt({ name: "greet" }));
    await say("resource", client.readResource({ uri: "shop://stock" }));
    await say("missing", client.readResource({ uri: "shop://none?token=secret" }));
    await say("timeout", client.callTool({ name: "slow", arguments: {} }, ...${sdk === "v1" ? "[undefined, { timeout: 50 }]" : "[{ timeout: 50 }]"}));
    const leaving = new AbortController();
    setTimeout(() => leaving.abort(), 20);
    await say("aborted", client.callTool({ name: "slow", arguments: {} }, ...${sdk === "v1" ? "[undefined, { signal: leaving.signal }]" : "[{ signal: leaving.signal }]"}));
    await Promise.all(["a", "b", "c"].map((text) => client.callTool({ name: "echo", arguments: { text } })));
  })();
  await client.close();
  await say("closed", client.callTool({ name: "echo", arguments: { text: "late" } }));`;

/** A turn of a LangGraph agent that fails in `debugRun`, and what is told of it; beside it one that fails alike and is not recorded in full. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createLlmDouble } from "../../examples/support/llm-double.ts";
import { type Explanation, explain } from "../../src/explain/index.ts";
import { ATTR } from "../../src/model/index.ts";
import { runCommand } from "../cli/run-command.ts";
import { type Served, startServed } from "../embedded/served.ts";
import { runProgram, SDKS_DIRECTORY } from "../process/run-program.ts";
import { runJoined } from "./joined-programs.ts";
import { importing } from "./mcp-programs.ts";

const PROGRAM = `
import { ChatOpenAI } from "@langchain/openai"; import { tool } from "@langchain/core/tools"; import { z } from "zod";
import { StateGraph, MessagesAnnotation, START, END } from "@langchain/langgraph"; import { ToolNode } from "@langchain/langgraph/prebuilt";
import { createLogger, debugRun, withContext } from "agent-observatory";
const logger = createLogger("desk");
const lookup = tool(async ({ order }) => { logger.debug("looking for " + order); return "order " + order + " was paid by a card"; }, { name: "lookup", description: "Finds an order", schema: z.object({ order: z.string() }) });
const refund = tool(async ({ order }) => { throw Object.assign(new Error("the account of " + order + " is closed"), { code: "ACCOUNT_CLOSED" }); }, { name: "refund", description: "Pays back", schema: z.object({ order: z.string() }) });
const tools = [lookup, refund];
const model = new ChatOpenAI({ model: "gpt-4o", temperature: 0.3, maxTokens: 200, configuration: { baseURL: process.env.BASE }, apiKey: "sk-key-of-nobody", maxRetries: 0 }).bindTools(tools);
const graph = new StateGraph(MessagesAnnotation)
  .addNode("think", async ({ messages }) => ({ messages: [await model.invoke(messages)] }))
  .addNode("act", new ToolNode(tools, { handleToolErrors: false }))
  .addEdge(START, "think").addEdge("act", "think")
  .addConditionalEdges("think", ({ messages }) => (messages.at(-1).tool_calls?.length ? "act" : END))
  .compile({ name: "refunds" });
const turn = (order) => graph.invoke({ messages: [{ role: "user", content: "Refund " + order }] });
const session = { customer: "c-1", card: "4111 1111 1111 1111", steps: ["greeted"] };
const mine = withContext({ sessionId: "s-mine" }, () => debugRun({ name: "turn", input: "Refund A-1", state: session }, async (run) => {
  session.steps.push("asked for a refund");
  await turn("A-1").catch((error) => { console.log(run.traceId); throw error; });
}));
const theirs = withContext({ sessionId: "s-theirs" }, () => turn("B-2"));
await Promise.allSettled([mine, theirs]);
`;

let served: Served;
let told: Explanation;
let traceId: string;
before(async () => {
  served = await startServed({ stderr: "ignore" });
  await using double = await createLlmDouble({
    medianLatencyMs: 0,
    respond: ({ toolResults, lastUserText }) => {
      const order = lastUserText.slice("Refund ".length);
      return { toolCalls: [{ name: toolResults.length === 0 ? "lookup" : "refund", arguments: { order } }] };
    },
  }).start();
  const { stdout, stderr, code } = await runProgram(PROGRAM, {
    directory: SDKS_DIRECTORY,
    receiver: new URL(served.otlp.traces).origin,
    env: { BASE: double.url },
  });
  assert.equal(code, 0, stderr);
  traceId = stdout.trim();
  told = (await explain(traceId, { backends: { url: served.prometheus } })) ?? assert.fail(`no trace ${traceId}`);
});
after(async () => {
  await served.close();
});

describe("a turn that failed in debugRun", () => {
  it("is explained with input, state, tools, settings of the model, messages, arguments and results", () => {
    assert.equal(told.outcome, "failed");
    assert.equal(told.failure?.at.name, "execute_tool refund");
    assert.match(String(told.failure?.error.message), /the account of A-1 is closed/);
    const { debug, captured, toolCalls, logs } = told;
    assert.equal(debug?.input, '"Refund A-1"');
    assert.match(String(debug?.state), /"steps":\["greeted"\]/);
    assert.match(String(debug?.stateAtEnd), /"steps":\["greeted","asked for a refund"\]/);
    assert.match(String(debug?.environment), new RegExp(`"node":"${process.version}"`));
    assert.match(String(debug?.environment), /"@langchain\/core@\d/);
    assert.equal(debug?.isTruncated, false);
    assert.deepEqual(captured.toolsAvailable, ["lookup", "refund"]);
    assert.equal(captured.modelSettings[ATTR.requestTemperature], 0.3);
    assert.equal(Number(captured.modelSettings[ATTR.requestMaxTokens]), 200);
    assert.match(String(captured.lastOutput), /refund/);
    assert.deepEqual(
      toolCalls.map(({ subject, status }) => [subject, status]),
      [
        ["lookup", "ok"],
        ["refund", "error"],
      ],
    );
    assert.match(String(toolCalls[0]?.arguments), /A-1/);
    assert.match(String(toolCalls[0]?.result), /paid by a card/);
    assert.match(String(toolCalls[1]?.arguments), /A-1/);
    assert.ok(logs.some(({ line, ofTrace }) => ofTrace && line.includes("looking for A-1")));
    assert.equal(told.until.llmCalls, 2);
  });

  it("says nothing that is secret, and nothing of the turn beside it", async () => {
    const all = JSON.stringify(told);
    assert.doesNotMatch(all, /B-2|4111 1111|key-of-nobody/);
    const { stdout } = await runCommand(["traces", "--json", "--url", served.prometheus]);
    const { traces } = JSON.parse(stdout) as { traces: { traceId: string }[] };
    const other = traces.find((one) => one.traceId !== traceId)?.traceId ?? assert.fail(stdout);
    const theirs = await explain(other, { backends: { url: served.prometheus } });
    assert.equal(theirs?.failure?.at.name, "execute_tool refund");
    assert.equal(theirs?.debug, undefined);
    assert.equal(theirs?.captured.hasContent, false);
    assert.equal(theirs?.toolCalls[0]?.arguments, undefined);
  });

  it("is told for people in a section of its own", async () => {
    const { stdout, code } = await runCommand(["explain", traceId.slice(0, 12), "--url", served.prometheus]);
    assert.equal(code, 0);
    const section = stdout.split("\nRecorded in full\n")[1]?.split("\n\n")[0] ?? assert.fail(stdout);
    assert.match(section, /^ {2}input {8}"Refund A-1"$/m);
    assert.match(section, /^ {2}state {8}\{.*"greeted"/m);
    assert.match(section, /^ {2}state at end {1}\{.*"asked for a refund"/m);
    assert.match(section, /^ {2}process {6}\{.*"node":/m);
    assert.match(section, /^ {2}spans {8}\d+$/m);
    assert.match(stdout, /tools {8}lookup, refund/);
    assert.match(stdout, /settings .*gen_ai\.request\.temperature=0\.3/);
    const json = await runCommand(["explain", traceId, "--json", "--url", served.prometheus]);
    assert.deepEqual(JSON.parse(json.stdout).debug, JSON.parse(JSON.stringify(told.debug)));
  });
});

describe("debugRun beside an OpenTelemetry SDK of the program", () => {
  it("tells its exporter nothing of other requests, and nothing that is secret", async () => {
    const source = `const sdk = startSdk(); const { debugRun, tool } = await import("agent-observatory");
      const step = tool("step", (text) => text);
      const turn = async (text) => { await chat(text); return step(text); };
      const results = await Promise.all([debugRun(() => turn("MINE person@example.com")), turn("FOREIGN")]);
      await sdk.shutdown(); tell(results);`;
    for (const line of ["2.x", "3.x"] as const) {
      const { result, theirs, stderr } = await runJoined(source, { line });
      assert.deepEqual(result, ["MINE person@example.com", "FOREIGN"], stderr);
      const all = JSON.stringify(theirs);
      assert.match(all, /MINE \[REDACTED:email\]/, line);
      assert.doesNotMatch(all, /FOREIGN|person@example/, line);
      assert.equal(theirs.filter(({ attributes }) => attributes[ATTR.debug] === true).length, 3, line);
    }
  });
});

describe("an MCP server that was started before", () => {
  it("records a call in full that was made in debugRun, only where a setting believes its callers", async () => {
    const server = `${importing("v1", "module", ["McpServer", "StdioServerTransport", "z"])}
      const server = new McpServer({ name: "shop", version: "1.0.0" });
      server.registerTool("echo", { inputSchema: { text: z.string() } }, async ({ text }) => ({ content: [{ type: "text", text }] }));
      await server.connect(new StdioServerTransport());`;
    const client = `${importing("v1", "module", ["Client", "StdioClientTransport"])} import { debugRun } from "agent-observatory";
      const client = new Client({ name: "agent", version: "1.0.0" });
      await client.connect(new StdioClientTransport({ command: process.execPath, args: ["--require", "agent-observatory/register", "server.mjs"], env: { ...process.env, OTEL_SERVICE_NAME: "server" } }));
      const call = (text) => client.callTool({ name: "echo", arguments: { text } });
      await Promise.all([call("PLAIN"), debugRun(() => call("DEBUGGED")), call("PLAIN")]);
      await client.close();`;
    for (const believed of [false, true]) {
      const { spans, stderr } = await runProgram(client, {
        directory: SDKS_DIRECTORY,
        files: { "server.mjs": server },
        env: believed ? { AGENT_OBSERVATORY_DEBUG_FROM_CALLERS: "true" } : {},
      });
      const argumentsAt = (kind: number) =>
        spans
          .filter((span) => span.kind === kind && span.attributes[ATTR.toolName] === "echo")
          .map(({ attributes }) => attributes[ATTR.toolArguments])
          .toSorted();
      const one = ['{"text":"DEBUGGED"}', undefined, undefined];
      assert.deepEqual(argumentsAt(3), one, stderr);
      assert.deepEqual(argumentsAt(2), believed ? one : [undefined, undefined, undefined], stderr);
    }
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ReceivedSpan } from "../../scripts/otlp-receiver.ts";
import { ATTR } from "../../src/model/index.ts";
import { type PreloadMode, pushedValue, runProgram, SDKS_DIRECTORY } from "../process/run-program.ts";

/**
 * Stands in for the Claude Code executable, which needs a network and an account: it speaks the same lines of JSON over stdin and stdout, as
 * the SDK's own types describe them (sdk.d.ts). What the user asks decides what it does; running totals are those of the session.
 */
const STAND_IN = `
  import { createInterface } from "node:readline";
  const say = (message) => process.stdout.write(JSON.stringify({ session_id: "session-1", uuid: crypto.randomUUID(), ...message }) + "\\n");
  const assistant = (content, parent = null) => say({ type: "assistant", parent_tool_use_id: parent, message: { id: "m", role: "assistant", model: "claude-sonnet-4-5", content, usage: { input_tokens: 1, output_tokens: 1 } } });
  const use = (id, name, input, parent) => assistant([{ type: "tool_use", id, name, input }], parent);
  const done = (id, content, is_error = false, parent = null) => say({ type: "user", parent_tool_use_id: parent, message: { role: "user", content: [{ type: "tool_result", tool_use_id: id, content, is_error }] } });
  let turns = 0;
  const totals = () => ({
    total_cost_usd: 0.02 * turns,
    modelUsage: {
      "claude-sonnet-4-5": { inputTokens: 10 * turns, outputTokens: 5 * turns, cacheReadInputTokens: 100 * turns, cacheCreationInputTokens: 20 * turns, webSearchRequests: 0, costUSD: 0.015 * turns, contextWindow: 1, maxOutputTokens: 1 },
      "claude-haiku-4-5": { inputTokens: 3 * turns, outputTokens: 1 * turns, cacheReadInputTokens: 0, cacheCreationInputTokens: 0, webSearchRequests: 0, costUSD: 0.005 * turns, contextWindow: 1, maxOutputTokens: 1 },
    },
  });
  const result = (more) => say({ type: "result", subtype: "success", is_error: false, duration_ms: 5, duration_api_ms: 3, num_turns: 2, stop_reason: "end_turn", usage: {}, permission_denials: [], errors: [], ...totals(), ...more });
  for await (const line of createInterface({ input: process.stdin })) {
    const message = JSON.parse(line);
    if (message.type === "control_request") {
      say({ type: "control_response", response: { subtype: "success", request_id: message.request_id, response: { commands: [], models: [], account: {}, output_style: "default", available_output_styles: [], agents: [] } } });
      continue;
    }
    if (message.type !== "user") continue;
    const asked = JSON.stringify(message.message.content);
    turns += 1;
    say({ type: "system", subtype: "init", model: "claude-sonnet-4-5", cwd: process.cwd(), tools: [], mcp_servers: [], permissionMode: "default", claude_code_version: "2.0.0", apiKeySource: "none", slash_commands: [], output_style: "default", skills: [], plugins: [] });
    if (asked.includes("die")) process.exit(3);
    if (asked.includes("hang")) { use("t9", "Bash", { command: "sleep" }); continue; }
    use("t1-" + turns, "Read", { file_path: "/a" });
    use("t2-" + turns, "Task", { subagent_type: "reviewer", prompt: "look" });
    use("t3-" + turns, "Bash", { command: "ls" }, "t2-" + turns);
    done("t1-" + turns, "a file");
    done("t3-" + turns, "no such command", true, "t2-" + turns);
    done("t2-" + turns, "looked");
    if (asked.includes("limit")) { result({ subtype: "error_max_turns", is_error: true, errors: ["Reached maximum number of turns (2)"] }); continue; }
    result({ result: "TRACEPARENT=" + (process.env.TRACEPARENT ?? "") + " TRACESTATE=" + (process.env.TRACESTATE ?? "") });
  }`;

const PROGRAM = `
  import { query } from "@anthropic-ai/claude-agent-sdk";
  import { fileURLToPath } from "node:url";
  import { workflow } from "agent-observatory";
  const options = { pathToClaudeCodeExecutable: fileURLToPath(new URL("stand-in.mjs", import.meta.url)), executable: process.execPath, settingSources: [], agent: process.env.AGENT };
  const shown = ({ type, subtype, result, message, is_error }) => JSON.stringify({ type, subtype, result, is_error, content: message?.content }).replace(/TRACEPARENT=[^"]*/, "…");
  const ask = async (prompt, more = {}) => {
    const messages = [];
    for await (const message of query({ prompt, options: { ...options, ...more } })) { messages.push(message); console.log(shown(message)); }
    return messages.at(-1);
  };`;

const run = (
  body: string,
  { mode = "require", env = {} }: { mode?: PreloadMode; env?: Readonly<Record<string, string>> } = {},
) => runProgram(`${PROGRAM}\n${body}`, { mode, env, directory: SDKS_DIRECTORY, files: { "stand-in.mjs": STAND_IN } });

/** Each span's name with the names above it, root first, counted. */
function trees(spans: readonly ReceivedSpan[]): Record<string, number> {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const path = (span: ReceivedSpan): string => {
    const parent = span.parentSpanId === undefined ? undefined : byId.get(span.parentSpanId);
    return parent === undefined ? span.name : `${path(parent)} / ${span.name}`;
  };
  const counts: Record<string, number> = {};
  for (const one of spans.map(path).toSorted()) counts[one] = (counts[one] ?? 0) + 1;
  return counts;
}

const AGENT = "invoke_agent claude-agent";
const TURN = {
  [AGENT]: 1,
  [`${AGENT} / execute_tool Read`]: 1,
  [`${AGENT} / execute_tool Task`]: 1,
  [`${AGENT} / execute_tool Task / execute_tool Bash`]: 1,
};

describe("a program of the Claude Agent SDK", () => {
  for (const mode of ["require", "import"] as const) {
    it(`has a span for the agent and its tools, and the subprocess its context (--${mode})`, async () => {
      const body = `
        const last = await ask("look around");
        const [, traceparent] = /TRACEPARENT=(\\S*)/.exec(last.result);
        if (process.env.OTEL_SERVICE_NAME === "observed") console.log("context", traceparent);
        console.log(query.name.length > 0, query.length);`;
      const observed = await run(body, { mode, env: { OTEL_SERVICE_NAME: "observed" } });
      const bare = await run(body, { mode: "none" });
      assert.equal(observed.code, 0, observed.stderr);
      const [, traceparent = ""] = /context (\S+)/.exec(observed.stdout) ?? [];
      assert.equal(observed.stdout.replace(/context .*\n/, ""), bare.stdout);
      assert.deepEqual(trees(observed.spans), TURN);
      const agent = observed.spans.find(({ name }) => name === AGENT);
      assert.equal(traceparent, `00-${agent?.traceId}-${agent?.spanId}-01`);
    });
  }

  it("says what was used and what it cost, as totals of the agent", async () => {
    const observed = await run(`await workflow("outer", () => ask("look around"))();`, { env: { AGENT: "helper" } });
    const agent = observed.spans.find(({ name }) => name === "invoke_agent helper");
    assert.equal(agent?.attributes[ATTR.inputTokens], 133);
    assert.equal(agent?.attributes[ATTR.outputTokens], 6);
    assert.equal(agent?.attributes[ATTR.cacheReadTokens], 100);
    assert.equal(agent?.attributes[ATTR.cacheCreationTokens], 20);
    assert.equal(agent?.attributes[ATTR.costUsd], 0.02);
    assert.equal(agent?.attributes[ATTR.requestModel], "claude-sonnet-4-5");
    assert.equal(agent?.attributes[ATTR.conversationId], "session-1");
    assert.equal(agent?.attributes[ATTR.workflowName], "outer");
    const labels = { agent: "helper", model: "claude-sonnet-4-5" };
    assert.equal(pushedValue(observed.points, "llm_tokens_total", { ...labels, type: "input" }), 130);
    assert.equal(pushedValue(observed.points, "llm_cost_usd_total", labels), 0.015);
    assert.equal(pushedValue(observed.points, "llm_cost_usd_total", { model: "claude-haiku-4-5" }), 0.005);
    assert.equal(
      pushedValue(observed.points, "llm_requests_total"),
      undefined,
      "how many calls that were nobody knows",
    );
    assert.equal(pushedValue(observed.points, "agent_tool_errors_total", { tool: "Bash", category: "tool" }), 1);
    const task = observed.spans.find(({ name }) => name === "execute_tool Task");
    assert.deepEqual([task?.attributes[ATTR.handoffFrom], task?.attributes[ATTR.handoffTo]], ["helper", "reviewer"]);
    assert.ok(observed.spans.every(({ attributes }) => attributes[ATTR.toolArguments] === undefined));
  });

  it("counts each turn of a session once", async () => {
    const observed = await run(`
      let next; const asked = [new Promise((resolve) => { next = resolve; })];
      const user = (content) => ({ type: "user", parent_tool_use_id: null, session_id: "", message: { role: "user", content } });
      async function* prompts() { yield user("one"); await asked[0]; yield user("two"); }
      let results = 0;
      const session = query({ prompt: prompts(), options });
      for await (const message of session) {
        if (message.type !== "result") continue;
        results += 1;
        if (results === 1) next(); else break;
      }
      console.log(results);`);
    assert.equal(observed.code, 0, observed.stderr);
    assert.equal(observed.stdout, "2\n");
    const agents = observed.spans.filter(({ name }) => name === AGENT);
    assert.deepEqual(
      agents.map(({ attributes }) => attributes[ATTR.inputTokens]),
      [133, 133],
    );
    const labels = { model: "claude-sonnet-4-5", type: "input" };
    assert.equal(pushedValue(observed.points, "llm_tokens_total", labels), 260);
  });

  it("tells failures, a subprocess that dies, and a program that leaves early", async () => {
    const body = `
      await ask("limit").then((last) => console.log("ended", last.subtype), (error) => console.log("failed", error.message));
      await ask("die").catch((error) => console.log("died", error.constructor.name));
      for await (const message of query({ prompt: "hang", options })) if (message.type === "assistant") break;
      const controller = new AbortController();
      try { for await (const message of query({ prompt: "hang", options: { ...options, abortController: controller } })) if (message.type === "assistant") controller.abort(); } catch (error) { console.log("aborted", error.constructor.name); }`;
    const observed = await run(body);
    const bare = await run(body, { mode: "none" });
    assert.deepEqual([observed.code, observed.stdout], [bare.code, bare.stdout], observed.stderr);
    const agents = observed.spans.filter(({ name }) => name === AGENT).toSorted((a, b) => a.startMs - b.startMs);
    assert.equal(agents.length, 4);
    const [limit, died, left, aborted] = agents;
    assert.deepEqual([limit?.failed, limit?.attributes[ATTR.errorType]], [true, "error_max_turns"]);
    assert.equal(limit?.attributes[ATTR.inputTokens], 133);
    assert.equal(died?.failed, true);
    assert.deepEqual([left?.failed, left?.attributes[ATTR.streamOutcome]], [false, "abandoned"]);
    assert.deepEqual([aborted?.failed, aborted?.attributes[ATTR.streamOutcome]], [false, "abandoned"]);
    assert.ok(observed.spans.every(({ attributes }) => attributes[ATTR.unfinished] === undefined));
  });

  it("leaves a context alone that the program gives the subprocess itself", async () => {
    const observed = await run(`
      const last = await ask("look", { env: { ...process.env, TRACEPARENT: "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01" } });
      console.log(last.result);`);
    assert.match(observed.stdout, /TRACEPARENT=00-0123456789abcdef0123456789abcdef-0123456789abcdef-01/);
  });

  it("captures what was said where the program wants that", async () => {
    const observed = await run(`await ask("look around");`, { env: { AGENT_OBSERVATORY_CAPTURE_CONTENT: "true" } });
    const agent = observed.spans.find(({ name }) => name === AGENT);
    assert.equal(agent?.attributes[ATTR.inputMessages], "look around");
    const read = observed.spans.find(({ name }) => name === "execute_tool Read");
    assert.deepEqual(
      [read?.attributes[ATTR.toolArguments], read?.attributes[ATTR.toolResult]],
      ['{"file_path":"/a"}', "a file"],
    );
  });
});

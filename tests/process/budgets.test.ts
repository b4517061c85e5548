import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ATTR } from "../../src/model/index.ts";
import { pushedValue, runProgram } from "./run-program.ts";

/** A model server and one that is none, on one port: what arrived, with the bytes that came on connections without a request. */
const SERVER = `
import { createServer } from "node:http";
const served = [];
const server = createServer((request, response) => {
  let body = "";
  request.on("data", (chunk) => (body += chunk));
  request.on("end", () => {
    served.push(request.url + " " + (body.includes("model") ? JSON.parse(body).model ?? "" : body));
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ id: "1", object: "chat.completion", model: "gpt-4o", choices: [
      { index: 0, message: { role: "assistant", content: "Hi" }, finish_reason: "stop" }],
      usage: { prompt_tokens: 1000000, completion_tokens: 100000, total_tokens: 1100000 } }));
  });
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const origin = "http://127.0.0.1:" + server.address().port;
const chat = { model: "gpt-4o", messages: [{ role: "user", content: "Go" }] };
const ask = (path = "/v1/chat/completions", body = chat) =>
  fetch(origin + path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) })
    .then((response) => response.json());
const attempt = async (step) => { try { await step(); return "went"; } catch (error) {
  const found = error?.name === "BudgetExceededError" ? error : error?.cause ?? {};
  return [error.name, error.message, found.name, found.code, found.budget].join(" | "); } };
`;

/** gpt-4o: 1,000,000 tokens of input at 2.5 dollars, 100,000 of output at 10 dollars for a million. */
const CALL_USD = 3.5;

const yaml = (budgets: string): Record<string, string> => ({
  "observatory.yaml": `telemetry:\n  budgets:\n${budgets.replace(/^/gm, "    ")}\n`,
});

const FOR_HOUR = yaml(`limits:
  - { name: hourly, per: hour, limit: { usd: 5 }, mode: block }`);

describe("a budget in mode block", () => {
  it("lets calls go until it is spent, and then stops fetch before the request leaves", async () => {
    const run = await runProgram(
      `${SERVER}
      await ask(); await ask();
      console.log(await attempt(ask));
      console.log(await attempt(() => ask("/other", { model: "not a call", text: "x" })));
      console.log(JSON.stringify(served));
      server.close(); server.closeAllConnections();`,
      { files: FOR_HOUR },
    );
    assert.equal(run.stderr, "");
    const [refused, other, served] = run.stdout.trim().split("\n");
    assert.match(refused ?? "", /^TypeError \| fetch failed \| BudgetExceededError \| AO_BUDGET_EXCEEDED \| hourly$/);
    assert.equal(other, "went");
    assert.deepEqual(JSON.parse(served ?? ""), [
      "/v1/chat/completions gpt-4o",
      "/v1/chat/completions gpt-4o",
      "/other not a call",
    ]);
    const stopped = run.spans.filter((span) => span.attributes[ATTR.errorCategory] === "budget");
    assert.equal(stopped.length, 1);
    assert.equal(stopped[0]?.name, "chat");
    assert.equal(stopped[0]?.attributes[ATTR.errorType], "budget_exceeded");
    assert.equal(stopped[0]?.attributes[ATTR.costUsd], undefined);
    assert.equal(pushedValue(run.points, "llm_requests_total"), 2);
    assert.equal(pushedValue(run.points, "llm_cost_usd_total"), 2 * CALL_USD);
    assert.equal(pushedValue(run.points, "budget_blocked_calls_total", { budget: "hourly", reason: "limit" }), 1);
    assert.equal(pushedValue(run.points, "budget_exceeded_total", { budget: "hourly", mode: "block" }), 1);
    assert.equal(pushedValue(run.points, "budget_used_ratio", { budget: "hourly" }), (2 * CALL_USD) / 5);
    const told = run.logs.filter(({ attributes }) => attributes[ATTR.budgetName] === "hourly");
    assert.deepEqual(
      told.map(({ body, severityText }) => `${severityText} ${String(body).replace(/: Expected.*/, "")}`),
      ["ERROR budget hourly: 140 % of 5 usd per hour used", "ERROR a call was stopped"],
    );
    const [spent] = run.spans.filter((span) => span.attributes[ATTR.costUsd] !== undefined).toReversed();
    assert.equal(told[0]?.spanId, spent?.spanId);
  });

  it("tells calls from other requests by their body where the path says too little, and touches no other", async () => {
    const run = await runProgram(
      `${SERVER}
      import { request } from "node:http";
      const send = (path, body) => new Promise((resolve, reject) => {
        const sent = request(origin + path, { method: "POST", headers: { "content-type": "application/json" } }, (response) => {
          response.resume().on("end", resolve);
        });
        sent.on("error", reject);
        const text = JSON.stringify(body);
        sent.write(text.slice(0, 5)); sent.write(text.slice(5)); sent.end();
      });
      await ask(); await ask(); served.length = 0;
      const own = { question: "What is a model?", topic: "x" };
      const responses = { model: "gpt-4o", input: "Go" };
      for (const way of [ask, send]) {
        console.log(await attempt(() => way("/v1/responses", responses)));
        console.log(await attempt(() => way("/api/chat", chat)));
        console.log(await attempt(() => way("/v1/responses", own)));
        console.log(await attempt(() => way("/api/chat", own)));
      }
      console.log(await attempt(() => send("/v1/chat/completions", chat)));
      console.log(JSON.stringify(served));
      server.close(); server.closeAllConnections();`,
      { files: FOR_HOUR },
    );
    assert.equal(run.stderr, "");
    const lines = run.stdout.trim().split("\n");
    const served = JSON.parse(lines.pop() ?? "") as string[];
    assert.equal(served.length, 4, JSON.stringify(served));
    assert.ok(
      served.every((one) => one.includes("What is a model?") || one.endsWith(" ")),
      JSON.stringify(served),
    );
    const fetched = "TypeError | fetch failed | BudgetExceededError | AO_BUDGET_EXCEEDED | hourly";
    assert.deepEqual(lines.slice(0, 4), [fetched, fetched, "went", "went"]);
    const [first = "", second = "", ...others] = lines.slice(4);
    const direct = /^BudgetExceededError \| Expected no more than 5 USD per hour .* \| AO_BUDGET_EXCEEDED \| hourly$/;
    for (const line of [first, second, others[2] ?? ""]) assert.match(line, direct);
    assert.deepEqual(others.slice(0, 2), ["went", "went"]);
  });

  it("of calls is never passed by calls that are made at the same time", async () => {
    const run = await runProgram(
      `${SERVER}
      const all = await Promise.all(Array.from({ length: 20 }, () => attempt(ask)));
      console.log(all.filter((one) => one === "went").length, served.length);
      console.log(await attempt(ask));
      server.close(); server.closeAllConnections();`,
      { files: yaml("limits: [{ name: few, per: hour, limit: { calls: 3 }, mode: block }]") },
    );
    assert.equal(run.stderr, "");
    assert.match(run.stdout, /^3 3\nTypeError \| fetch failed \| BudgetExceededError/);
    assert.equal(pushedValue(run.points, "budget_blocked_calls_total", { budget: "few" }), 18);
    assert.equal(pushedValue(run.points, "llm_requests_total"), 3);
  });

  it("of calls counts those that a wrapper makes, once each, on the wire or not", async () => {
    const run = await runProgram(`${SERVER}
      import { agent, llm, setBudget } from "agent-observatory";
      const budget = setBudget({ name: "few", per: "run", limit: { calls: 3 }, mode: "block" });
      const count = async (step) => (await Promise.allSettled(Array.from({ length: 8 }, step))).filter(({ status }) => status === "fulfilled").length;
      const inside = () => llm.run("tiny", () => new Promise((resolve) => setTimeout(resolve, 20)));
      const outside = llm({ model: "gpt-4o" }, () => ask());
      const later = async () => llm.run({ model: "gpt-4o" }, async () => { await ask(); await new Promise((resolve) => setTimeout(resolve, 200)); });
      for (const step of [inside, outside, later]) console.log(await agent.run("a", () => count(async () => step())));
      console.log(await agent.run("b", async () => { for (let n = 0; n < 3; n++) await outside(); return attempt(outside); }));
      console.log(served.length);
      server.close(); server.closeAllConnections();
    `);
    assert.equal(run.stderr, "");
    const lines = run.stdout.trim().split("\n");
    assert.deepEqual(lines.slice(0, 3), ["3", "3", "3"]);
    assert.match(lines[3] ?? "", /AO_BUDGET_EXCEEDED/);
    assert.equal(lines[4], "9");
  });

  it("of dollars is passed by no more than what was under way", async () => {
    const run = await runProgram(
      `${SERVER}
      const all = await Promise.all(Array.from({ length: 6 }, () => attempt(ask)));
      console.log(all.filter((one) => one === "went").length);
      console.log((await Promise.all(Array.from({ length: 6 }, () => attempt(ask)))).filter((one) => one === "went").length);
      server.close(); server.closeAllConnections();`,
      { files: FOR_HOUR },
    );
    assert.equal(run.stdout, "6\n0\n");
  });

  it("stops wrapped agents, tools and models by throwing, and is per run of the outermost agent", async () => {
    const run = await runProgram(
      `${SERVER}
      import { agent, tool, llm, setBudget, BudgetExceededError, costSummary, withContext } from "agent-observatory";
      const reached = [];
      const budget = setBudget({ name: "run", per: "run", limit: { usd: 3 }, mode: "block", onReached: (one) => reached.push(one.threshold) });
      const search = tool("search", (query) => "found " + query);
      const lookup = tool("lookup", async (query) => "found " + query);
      const helper = agent("helper", async () => { await ask(); });
      const model = llm({ provider: "own", model: "m" }, async () => "text");
      const lead = agent("lead", async () => {
        await helper();
        const said = [];
        try { search("x"); } catch (error) { said.push(error instanceof BudgetExceededError, error.code, error.reason); }
        for (const step of [() => lookup("x"), helper, model]) {
          const promise = step();
          said.push(promise instanceof Promise, await promise.catch((error) => error.name));
        }
        said.push(budget.spent().usd, budget.spent().calls);
        return said;
      });
      console.log(JSON.stringify(await withContext({ sessionId: "s1", userId: "u1" }, () => lead())));
      console.log(JSON.stringify(await withContext({ sessionId: "s2" }, () => lead()).then((said) => said.at(-1))));
      console.log(JSON.stringify([reached, served.length, budget.spent().usd]));
      for (const by of ["agent", "model", "session", "user", "provider"]) {
        console.log(by, JSON.stringify(costSummary({ by }).groups.map(({ key, usd, calls }) => [key ?? null, usd, calls])));
      }
      server.close(); server.closeAllConnections();`,
    );
    assert.equal(run.stderr, "");
    const [first, second, after, ...sums] = run.stdout.trim().split("\n");
    const refused = [true, "BudgetExceededError"];
    assert.deepEqual(JSON.parse(first ?? ""), [
      true,
      "AO_BUDGET_EXCEEDED",
      "limit",
      ...refused,
      ...refused,
      ...refused,
      CALL_USD,
      1,
    ]);
    assert.equal(second, "1");
    assert.deepEqual(JSON.parse(after ?? ""), [[1, 1], 2, 0]);
    assert.deepEqual(sums, [
      'agent [["helper",7,2]]',
      'model [["gpt-4o",7,2]]',
      'session [["s1",3.5,1],["s2",3.5,1]]',
      'user [["u1",3.5,1],[null,3.5,1]]',
      'provider [["openai",7,2]]',
    ]);
    const stopped = run.spans.filter(({ attributes }) => attributes[ATTR.errorCategory] === "budget");
    assert.deepEqual(stopped.map(({ name }) => name).toSorted(), [
      "chat m",
      "chat m",
      "execute_tool lookup",
      "execute_tool lookup",
      "execute_tool search",
      "execute_tool search",
      "invoke_agent helper",
      "invoke_agent helper",
    ]);
    assert.equal(pushedValue(run.points, "budget_blocked_calls_total", { budget: "run" }), 8);
  });

  it("leaves a program that nobody observes as it is", async () => {
    const run = await runProgram(
      `import { setBudget, costSummary, tool } from "agent-observatory";
      const budget = setBudget({ name: "b", per: "hour", limit: { usd: 0 }, mode: "block" });
      console.log(tool("t", () => 1)(), budget.spent().usd, costSummary(), budget.remove());`,
      { mode: "none" },
    );
    assert.equal(run.stdout, "1 0 undefined undefined\n");
  });

  it("that is none is said once, and the program goes on", async () => {
    const run = await runProgram(
      `import { setBudget } from "agent-observatory";
      for (let n = 0; n < 3; n += 1) setBudget({ name: "b", per: "week", limit: { usd: 1 } });
      console.log("on");`,
    );
    assert.equal(run.stdout, "on\n");
    assert.match(
      run.stderr,
      /^agent-observatory: setBudget: expected .* got something else; there is no such budget\.\n$/,
    );
  });
});

describe("the same call again within one agent run", () => {
  const LOOP = `${SERVER}
    import { agent, tool } from "agent-observatory";
    const search = tool("search", async ({ query }) => "found");
    const lead = agent("lead", async () => {
      for (let n = 0; n < 4; n += 1) await search({ query: "a secret question" });
      for (let n = 0; n < 4; n += 1) await search({ query: "question " + n });
      for (let n = 0; n < 3; n += 1) await ask();
      await ask(undefined, { ...chat, messages: [{ role: "user", content: "Other" }] });
    });
    console.log(await attempt(lead));
    console.log(served.length);
    server.close(); server.closeAllConnections();`;

  it("is told of, without a word of what it was called with", async () => {
    const run = await runProgram(LOOP, { env: { AGENT_OBSERVATORY_LOOP_REPEATS: "3" } });
    assert.equal(run.stdout, "went\n4\n");
    assert.equal(pushedValue(run.points, "agent_loop_detected_total", { agent: "lead", kind: "tool" }), 1);
    assert.equal(pushedValue(run.points, "agent_loop_detected_total", { agent: "lead", kind: "llm" }), 1);
    assert.deepEqual(
      run.logs.map(({ body }) => body),
      [
        "the same tool call (search) was made 3 times in one agent run",
        "the same request to a model (gpt-4o) was made 3 times in one agent run",
      ],
    );
    assert.ok(
      run.logs.every(({ traceId, attributes }) => traceId !== undefined && attributes[ATTR.agentName] === "lead"),
    );
    assert.ok(!JSON.stringify([run.logs, run.spans.map(({ attributes }) => attributes)]).includes("secret question"));
  });

  it("is stopped where the setting says so", async () => {
    const block = { AGENT_OBSERVATORY_LOOP_REPEATS: "3", AGENT_OBSERVATORY_LOOPS: "block" };
    const tools = await runProgram(LOOP, { env: block });
    assert.match(tools.stdout, /^BudgetExceededError \| .*the same tool call.*\| loop\n0\n$/);
    const calls = await runProgram(LOOP.replace('"a secret question"', '"question" + n * 10'), { env: block });
    assert.match(calls.stdout, /^TypeError \| fetch failed \| BudgetExceededError \| AO_BUDGET_EXCEEDED \| loop\n2\n$/);
  });
});

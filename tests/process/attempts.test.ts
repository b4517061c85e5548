/** What a program does after a model has failed it: asks again, or asks another one. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { ATTR } from "../../src/model/index.ts";
import { callsOf, isInference, type ProgramRun, pushedValue, runProgram } from "./run-program.ts";

const ANSWER = JSON.stringify({
  id: "c1",
  model: "gpt-4o",
  choices: [{ index: 0, message: { role: "assistant", content: "Forty." }, finish_reason: "stop" }],
  usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
});

/** Answers each model's first request with 503, except the models that always answer. */
function startServer(): Promise<{ readonly url: string; readonly close: () => void }> {
  const seen = new Set<string>();
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    const { model } = JSON.parse(body) as { model: string };
    const fails = model.startsWith("down") || (model.startsWith("flaky") && !seen.has(model));
    seen.add(model);
    response.writeHead(fails ? 503 : 200, { "content-type": "application/json" });
    response.end(fails ? '{"error":{"message":"overloaded","type":"server_error"}}' : ANSWER);
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      resolve({ url: `http://127.0.0.1:${port}/v1/chat/completions`, close: () => server.close() });
    });
  });
}

describe("a failed call to a model", () => {
  let run: ProgramRun;
  before(async () => {
    const { url, close } = await startServer();
    run = await runProgram(`
      import { agent } from "agent-observatory";
      const ask = async (model) => {
        const body = JSON.stringify({ model, messages: [{ role: "user", content: "How many?" }] });
        const answer = await fetch(${JSON.stringify(url)}, { method: "POST", headers: { "content-type": "application/json" }, body });
        await answer.text();
        return answer.ok;
      };
      const patient = agent("patient", async () => (await ask("flaky-1")) || (await ask("flaky-1")));
      const choosy = agent("choosy", async () => (await ask("down-1")) || (await ask("spare-1")));
      await patient();
      await choosy();
      await ask("spare-2");
    `);
    close();
    assert.equal(run.code, 0, run.stderr);
  });
  after(() => assert.equal(run.spans.filter(isInference).length, 5));

  const told = (model: string, name: string): unknown[] =>
    callsOf(run.spans, model).map(({ attributes }) => attributes[name]);

  it("that is made again is a retry", () => {
    assert.deepEqual(told("flaky-1", ATTR.retryCount), [undefined, 1]);
    assert.deepEqual(told("flaky-1", ATTR.fallbackFrom), [undefined, undefined]);
    assert.equal(pushedValue(run.points, "llm_retries_total", { model: "flaky-1" }), 1);
  });

  it("in place of which another model is asked has a fallback", () => {
    assert.deepEqual(told("spare-1", ATTR.fallbackFrom), ["down-1"]);
    assert.deepEqual(told("spare-1", ATTR.retryCount), [undefined]);
    assert.equal(pushedValue(run.points, "llm_fallbacks_total", { model: "spare-1", from: "down-1" }), 1);
  });

  it("leaves the calls of other steps as they are", () => {
    assert.deepEqual(told("spare-2", ATTR.fallbackFrom), [undefined]);
    assert.deepEqual(told("spare-2", ATTR.retryCount), [undefined]);
  });

  it("counts every attempt once", () => {
    assert.equal(pushedValue(run.points, "llm_requests_total"), 5);
    assert.equal(pushedValue(run.points, "llm_tokens_total", { type: "input" }), 30);
  });
});

import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { it } from "node:test";
import { ATTR } from "../../src/model/index.ts";
import { isInference, pushedValue, runProgram } from "../process/run-program.ts";

const ANSWER = JSON.stringify({
  id: "chatcmpl-1",
  object: "chat.completion",
  model: "gpt-4o-2024-08-06",
  choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "yes" } }],
  usage: { prompt_tokens: 40, completion_tokens: 2, total_tokens: 42 },
});

it("a call to a model inside of llm is one call, with what the wire saw of it", async () => {
  const server = createServer((request, response) => {
    request.resume().on("end", () => response.setHeader("content-type", "application/json").end(ANSWER));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const run = await runProgram(`
      import { agent, llm } from "agent-observatory";
      const ask = () => fetch("http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/chat/completions", {
        method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ model: "gpt-4o", messages: [{ role: "user", content: "?" }] }),
      }).then((response) => response.json());
      const judge = llm({ name: "judge", model: "gpt-4o", provider: "openai" }, async () => (await ask()).id);
      console.log(await agent("a", judge)());
      await llm.run({ model: "gpt-4o" }, async () => { await ask(); await ask(); });
    `);
    assert.equal(run.stdout, "chatcmpl-1\n", run.stderr);
    const calls = run.spans.filter(isInference);
    const ofAgent = calls.filter((span) => span.attributes[ATTR.agentName] === "a");
    assert.equal(ofAgent.length, 1);
    assert.equal(Number(ofAgent[0]?.attributes[ATTR.inputTokens]), 40);
    assert.equal(ofAgent[0]?.attributes[ATTR.responseModel], "gpt-4o-2024-08-06");
    assert.equal(ofAgent[0]?.attributes[ATTR.runName], "judge");
    assert.equal(pushedValue(run.points, "llm_requests_total"), 3);
    assert.equal(pushedValue(run.points, "llm_tokens_total", { type: "input" }), 120);
  } finally {
    server.close();
  }
});

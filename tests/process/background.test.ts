/** Calls that OpenAI answers in the background: what they used is counted once, however often and wherever their answer is fetched. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { before, describe, it } from "node:test";
import { ATTR, OPERATION } from "../../src/model/index.ts";
import { callsOf, type ProgramRun, pushedValue, runProgram } from "./run-program.ts";

const USAGE = { input_tokens: 1000, output_tokens: 200, total_tokens: 1200 };
const answer = (id: string, status: string, background = true): object => ({
  id,
  object: "response",
  model: "gpt-5-2025-08-07",
  status,
  background,
  output: [],
  usage: status === "completed" ? USAGE : null,
});
const events = (...bodies: readonly object[]): string =>
  bodies.map((response) => `data: ${JSON.stringify({ type: "response.x", response })}\n\n`).join("");

/** Each answer is complete as it is fetched for the second time. */
function startServer(): Promise<{ readonly url: string; readonly close: () => void }> {
  const polls = new Map<string, number>();
  const server = createServer((request, response) => {
    request.resume();
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://x");
    const id = pathname.split("/").at(-1) ?? "";
    const poll = polls.get(id) ?? 0;
    polls.set(id, poll + 1);
    const isStream = searchParams.has("stream") || request.headers["x-stream"] !== undefined;
    response.writeHead(200, { "content-type": isStream ? "text/event-stream" : "application/json" });
    if (request.method === "POST") {
      response.end(
        isStream
          ? events(answer("resp_streamed", "in_progress"), answer("resp_streamed", "completed"))
          : JSON.stringify(answer("resp_polled", "queued")),
      );
      return;
    }
    if (isStream) response.end(events(answer(id, "in_progress"), answer(id, "completed")));
    else response.end(JSON.stringify(answer(id, poll === 0 ? "in_progress" : "completed", id !== "resp_plain")));
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      resolve({ url: `http://127.0.0.1:${port}/v1/responses`, close: () => server.close() });
    });
  });
}

describe("a call that is answered in the background", () => {
  let run: ProgramRun;
  before(async () => {
    const { url, close } = await startServer();
    run = await runProgram(`
      const url = ${JSON.stringify(url)};
      const post = (headers = {}) => fetch(url, {
        method: "POST", headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify({ model: "gpt-5", input: "How many?", background: true }),
      }).then((answer) => answer.text());
      const get = (id, query = "") => fetch(url + "/" + id + query).then((answer) => answer.text());
      await post();
      for (let poll = 0; poll < 4; poll += 1) await get("resp_polled");
      await post({ "x-stream": "1" });
      for (let poll = 0; poll < 3; poll += 1) await get("resp_streamed");
      await get("resp_of_another_program", "?stream=true");
      for (let poll = 0; poll < 2; poll += 1) await get("resp_plain");
    `);
    close();
    assert.equal(run.code, 0, run.stderr);
  });

  it("is one call, whose cost is told later", () => {
    const calls = callsOf(run.spans, "gpt-5");
    assert.equal(calls.length, 2);
    assert.deepEqual(
      calls.map(({ attributes }) => attributes[ATTR.costStatus]),
      ["deferred", "priced"],
    );
    assert.equal(pushedValue(run.points, "llm_requests_total"), 2);
    assert.equal(pushedValue(run.points, "llm_unpriced_requests_total"), undefined);
  });

  it("is counted once as its answer is fetched, and not where it has told already", () => {
    const fetched = run.spans.filter(({ attributes }) => attributes[ATTR.operation] === OPERATION.backgroundAnswer);
    assert.deepEqual(
      fetched.map(({ name, attributes }) => [name, attributes[ATTR.responseId], attributes[ATTR.inputTokens]]),
      [
        ["background_answer gpt-5-2025-08-07", "resp_polled", 1000],
        ["background_answer gpt-5-2025-08-07", "resp_of_another_program", 1000],
      ],
    );
    assert.equal(pushedValue(run.points, "llm_tokens_total", { type: "input" }), 3000);
    assert.equal(pushedValue(run.points, "llm_tokens_total", { type: "output" }), 600);
    // 1,000 at $1.25 and 200 at $10 a million, three times.
    const cost = pushedValue(run.points, "llm_cost_usd_total") ?? 0;
    assert.ok(Math.abs(cost - 3 * 0.00325) < 1e-9, String(cost));
  });
});

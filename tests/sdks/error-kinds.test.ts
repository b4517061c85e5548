import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { ATTR } from "../../src/model/index.ts";
import { pushedValue, runProgram } from "../process/run-program.ts";

/** Fails as OpenAI and Anthropic do, each time with another request id, and a tool call of a model that does not fail. */
const ANSWERS: Readonly<Record<string, (id: number) => readonly [status: number, body: object]>> = {
  "/v1/chat/completions": (id) => [
    429,
    {
      error: {
        message: `Rate limit reached for gpt-5 on requests: Limit 3, Used ${id}. Request req_a1b2c3d4e5f6${id}.`,
        type: "requests",
        code: "rate_limit_exceeded",
      },
    },
  ],
  "/v1/messages": (id) => [
    529,
    {
      type: "error",
      error: { type: "overloaded_error", message: "Overloaded" },
      request_id: `req_011CSHoEeqs5C35K2UUqR7F${id}`,
    },
  ],
};

describe("kinds of errors of real SDKs", () => {
  let server: Server;
  let url = "";
  before(async () => {
    let id = 0;
    server = createServer((request, response) => {
      request.resume();
      const [status, body] = ANSWERS[request.url ?? ""]?.(++id) ?? [404, {}];
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());

  it("are one of each provider, on calls, on what the program tells of them and in the metric", async () => {
    const run = await runProgram(
      `
      import OpenAI from "openai";
      import Anthropic from "@anthropic-ai/sdk";
      import { agent, trackError } from "agent-observatory";
      const openai = new OpenAI({ baseURL: process.env.MODEL_URL + "/v1", apiKey: "key", maxRetries: 1 });
      const anthropic = new Anthropic({ baseURL: process.env.MODEL_URL, apiKey: "key", maxRetries: 0 });
      const messages = [{ role: "user", content: "hello" }];
      const told = [];
      const ask = agent("planner", (order) => openai.chat.completions.create({ model: "gpt-5", messages, user: "u" + order }));
      for (let order = 0; order < 3; order++) {
        await ask(order).catch((error) => told.push(trackError(error).fingerprint));
        await anthropic.messages.create({ model: "claude-opus-4-1", max_tokens: 9, messages }).catch(() => {});
      }
      console.log(JSON.stringify(told));
      `,
      { directory: import.meta.dirname, env: { MODEL_URL: url } },
    );
    assert.equal(run.code, 0, run.stderr);
    const kindsAt = (provider: string): readonly unknown[] =>
      run.spans
        .filter(
          ({ failed, attributes }) =>
            failed && attributes[ATTR.operation] === "chat" && attributes[ATTR.provider] === provider,
        )
        .map(({ attributes }) => attributes[ATTR.errorFingerprint]);
    const [limited, overloaded] = [kindsAt("openai"), kindsAt("anthropic")];
    // The SDK tries once more by itself.
    assert.deepEqual([limited.length, overloaded.length], [6, 3]);
    assert.deepEqual([new Set(limited).size, new Set(overloaded).size], [1, 1]);
    assert.notEqual(limited[0], overloaded[0]);
    const counted = (fingerprint: unknown) =>
      pushedValue(run.points, "errors_by_kind_total", { fingerprint: String(fingerprint) });
    assert.deepEqual([counted(limited[0]), counted(overloaded[0])], [6, 3]);
    assert.deepEqual(JSON.parse(run.stdout), [limited[0], limited[0], limited[0]], "the program tells of the same");
    assert.equal(pushedValue(run.points, "errors_by_kind_total"), pushedValue(run.points, "errors_total"));
  });
});

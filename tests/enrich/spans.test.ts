import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createPricer } from "../../src/cost/index.ts";
import { createSpanEnricher } from "../../src/enrich/spans.ts";
import { createRedactor } from "../../src/redaction/index.ts";
import { spanOf } from "./span-of.ts";

const enrich = createSpanEnricher({ redactor: createRedactor({ except: ["ip_address"] }), pricer: createPricer() });
const COST = "agent_observatory.cost.usd";
const SECRET = `sk-${"a1B2c3D4e5F6g7H8".repeat(3)}`;

describe("a span that arrives", () => {
  it("of another dialect gets canonical names and the price of the call", () => {
    const { attributes } = enrich(
      spanOf({
        attributes: {
          "openinference.span.kind": "LLM",
          "llm.provider": "OpenAI",
          "llm.model_name": "gpt-4o",
          "llm.token_count.prompt": 1000,
          "llm.token_count.completion": "500",
        },
      }),
    );
    assert.equal(attributes["gen_ai.operation.name"], "chat");
    assert.equal(attributes["gen_ai.provider.name"], "openai");
    // 1,000 × $2.50/M + 500 × $10/M.
    assert.equal(attributes[COST], 0.0075);
    assert.equal(attributes["agent_observatory.cost.status"], "priced");
    assert.equal(attributes["llm.model_name"], "gpt-4o");
  });

  it("that has a price keeps it, and one without usage or with an unknown model says why it has none", () => {
    const chat = {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "gpt-4o",
    };
    assert.equal(enrich(spanOf({ attributes: { ...chat, [COST]: 7 } })).attributes[COST], 7);
    assert.equal(enrich(spanOf({ attributes: chat })).attributes["agent_observatory.cost.status"], "no_usage");
    const unknown = { ...chat, "gen_ai.request.model": "made-up", "gen_ai.usage.input_tokens": 1 };
    assert.equal(enrich(spanOf({ attributes: unknown })).attributes["agent_observatory.cost.status"], "unknown_model");
    const failed = enrich(spanOf({ attributes: chat, status: "error" })).attributes;
    assert.equal(failed["agent_observatory.cost.status"], undefined);
    const agent = { "gen_ai.operation.name": "invoke_agent", "gen_ai.usage.input_tokens": 1000 };
    assert.equal(enrich(spanOf({ attributes: agent })).attributes[COST], undefined);
  });

  it("that failed is put into a category, by its status or by the exception that it recorded", () => {
    const category = (given: Parameters<typeof spanOf>[0]) =>
      enrich(spanOf({ status: "error", ...given })).attributes["agent_observatory.error.category"];
    assert.equal(category({ attributes: { "http.response.status_code": 429 } }), "rate_limit");
    const event = { timeNs: 0n, name: "exception", attributes: { "exception.type": "ReadTimeout" } };
    assert.equal(category({ events: [event] }), "timeout");
    assert.equal(category({ status: "ok", attributes: { "http.response.status_code": 429 } }), undefined);
  });

  it("that failed without a kind gets one, the same whatever number its message has; one that has it keeps it", () => {
    const FINGERPRINT = "agent_observatory.error.fingerprint";
    const tool = { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "search" };
    const exception = (message: string) => ({
      timeNs: 0n,
      name: "exception",
      attributes: { "exception.type": "KeyError", "exception.message": message },
    });
    const kind = (given: Parameters<typeof spanOf>[0]) =>
      enrich(spanOf({ status: "error", attributes: tool, ...given })).attributes[FINGERPRINT];
    const known = kind({ events: [exception("no order 17")] });
    assert.match(String(known), /^[0-9a-f]{16}$/);
    assert.equal(kind({ events: [exception("no order 4")] }), known);
    assert.notEqual(kind({ events: [exception("no customer 4")] }), known);
    assert.equal(kind({ attributes: { ...tool, [FINGERPRINT]: "00112233445566ff" } }), "00112233445566ff");
    assert.notEqual(kind({ attributes: { ...tool, [FINGERPRINT]: "anything" } }), "anything");
    assert.equal(kind({ status: "ok" }), undefined);
  });

  it("holds no secret afterwards, wherever it was", () => {
    const attributes = {
      note: `key ${SECRET}`,
      list: [SECRET],
      nested: { password: "hunter2", deep: [{ a: SECRET }] },
      "db.password": "hunter2",
      date_of_birth: "1980-02-03",
      card: 4_111_111_111_111_111,
    };
    const safe = enrich(
      spanOf({
        name: `call ${SECRET}`,
        statusMessage: `Incorrect API key provided: ${SECRET}`,
        status: "error",
        attributes,
        resource: { service: "crew", attributes },
        scope: { name: "s", version: "", attributes },
        events: [{ timeNs: 1n, name: "exception", attributes }],
        links: [{ traceId: "a", spanId: "b", attributes }],
      }),
    );
    const written = JSON.stringify(safe, (_, value) => (typeof value === "bigint" ? String(value) : value));
    assert.ok(!written.includes(SECRET) && !/hunter2|1980|4111/.test(written), written);
  });

  it("keeps what is no secret: numbers, bytes, addresses of servers, resources as one object", () => {
    const bytes = new Uint8Array([1, 2]);
    const given = { n: 1_763_769_600_123, ratio: 0.5, yes: true, bytes, "server.address": "10.1.2.3" };
    const [one, two] = [enrich(spanOf({ attributes: given })), enrich(spanOf({}))];
    assert.deepEqual({ ...one.attributes }, given);
    assert.equal(one.resource, two.resource);
  });
});

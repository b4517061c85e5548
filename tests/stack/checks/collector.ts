import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, it } from "node:test";
import type { Span } from "../support/jaeger.ts";
import type { Scenario } from "../support/scenario.ts";
import { lastValue } from "../support/telemetry-of-run.ts";
import { waitUntil } from "../support/wait-until.ts";

/** Not real: by its form alone the collector knows it. */
const KEY = `sk-proj-${"a1B2".repeat(8)}`;

type Attributes = Readonly<Record<string, string | number>>;

const attributesOf = (attributes: Attributes) =>
  Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === "string" ? { stringValue: value } : { intValue: value },
  }));

const resource = { attributes: attributesOf({ "service.name": "foreign-program" }) };

export function checkCollector(given: () => Scenario): void {
  const send = async (signal: "traces" | "logs", body: unknown): Promise<void> => {
    const response = await fetch(`${given().stack.otlpUrl}/v1/${signal}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    assert.equal(response.status, 200, await response.text());
  };

  /** Sends one span as another instrumentation would, and resolves with what of it is in Jaeger. */
  const sendSpan = async (name: string, attributes: Attributes, status = {}): Promise<Span> => {
    const traceId = randomBytes(16).toString("hex");
    const endMs = Date.now();
    const span = {
      traceId,
      spanId: randomBytes(8).toString("hex"),
      name,
      kind: 3,
      startTimeUnixNano: `${endMs - 100}000000`,
      endTimeUnixNano: `${endMs}000000`,
      attributes: attributesOf(attributes),
      status,
    };
    await send("traces", {
      resourceSpans: [{ resource, scopeSpans: [{ scope: { name: "foreign" }, spans: [span] }] }],
    });
    return waitUntil("the foreign span is in Jaeger", async () => {
      const trace = await given().stack.jaeger.trace(traceId);
      assert.equal(trace?.spans.length, 1);
      return trace.spans[0]!;
    });
  };

  describe("what comes from other instrumentations", () => {
    const DIALECTS: Readonly<Record<string, Attributes>> = {
      OpenLLMetry: {
        "gen_ai.system": "OpenAI",
        "llm.request.type": "chat",
        "llm.request.model": "gpt-4o",
        "gen_ai.usage.prompt_tokens": 12,
      },
      OpenInference: {
        "openinference.span.kind": "LLM",
        "llm.provider": "openai",
        "llm.model_name": "gpt-4o",
        "llm.token_count.prompt": 12,
      },
      "the AI SDK": {
        "ai.operationId": "ai.generateText.doGenerate",
        "ai.model.provider": "openai.chat",
        "ai.model.id": "gpt-4o",
        "ai.usage.promptTokens": 12,
      },
    };
    for (const [dialect, attributes] of Object.entries(DIALECTS)) {
      it(`has the current names beside those of ${dialect}`, async () => {
        const { tags } = await sendSpan("call", attributes);
        assert.equal(tags["gen_ai.operation.name"], "chat");
        assert.equal(tags["gen_ai.provider.name"], "openai");
        assert.equal(tags["gen_ai.request.model"], "gpt-4o");
        assert.equal(tags["gen_ai.usage.input_tokens"], 12);
        for (const name of Object.keys(attributes)) assert.ok(name in tags, name);
      });
    }

    it("keeps no key in a span, its name or its message, and says that it took one out", async () => {
      const message = `Incorrect API key provided: ${KEY}`;
      const span = await sendSpan(`call with ${KEY}`, { note: `the key is ${KEY}` }, { code: 2, message });
      assert.doesNotMatch(JSON.stringify(span), new RegExp(KEY));
      assert.match(span.name, /^call with /);
      assert.match(String(span.tags["otel.status_description"]), /^Incorrect API key provided: /);
      assert.equal(span.tags["redaction.masked.count"], 3);
    });

    it("keeps no key in a log line", async () => {
      const { stack } = given();
      const record = {
        timeUnixNano: `${Date.now()}000000`,
        severityText: "INFO",
        body: { stringValue: `logged in with ${KEY}` },
        attributes: attributesOf({ authorization: "a password of four words" }),
      };
      await send("logs", { resourceLogs: [{ resource, scopeLogs: [{ scope: {}, logRecords: [record] }] }] });
      const [line] = await waitUntil("the foreign line is in Loki", async () => {
        const lines = await stack.loki.lines('{service_name="foreign-program"}');
        assert.equal(lines.length, 1);
        return lines;
      });
      assert.match(line!.text, /^logged in with /);
      assert.doesNotMatch(JSON.stringify(line), new RegExp(`${KEY}|four words`));
    });
  });

  describe("a program that sends by gRPC", () => {
    it("arrives whole, with its namespace and environment", async () => {
      const { stack, working } = given();
      await working;
      await waitUntil("the program is in Prometheus and Jaeger", async () => {
        const labels = 'job="acme/dispatch", deployment_environment_name="staging"';
        const unpriced = await stack.prometheus.query(`sum(${lastValue(`llm_unpriced_requests_total{${labels}}`)})`);
        assert.equal(unpriced[0]?.value, 2);
        const [depth] = await stack.prometheus.query(`agent_queue_depth{${labels}, agent="dispatcher"}`);
        assert.equal(depth?.value, 7);
        const traces = await stack.jaeger.tracesOf("dispatch");
        assert.ok(traces.some(({ spans }) => spans.some(({ name }) => name === "invoke_agent dispatcher")));
      });
    });
  });
}

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createRedactor } from "../../src/redaction/index.ts";
import { createPrivacy } from "../../src/telemetry/privacy.ts";
import { runProgram } from "../process/run-program.ts";

const WORD = "zebraContent";

/** What instrumentations of other people say a prompt or an answer in; the text of each is the word. */
const SPOKEN = [
  "gen_ai.input.messages",
  "gen_ai.output.messages",
  "gen_ai.system_instructions",
  "gen_ai.tool.definitions",
  "gen_ai.tool.call.arguments",
  "gen_ai.tool.call.result",
  "gen_ai.prompt",
  "gen_ai.prompt.0.content",
  "gen_ai.completion.0.content",
  "gen_ai.content.prompt",
  "llm.prompts",
  "llm.input_messages.0.message.content",
  "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments",
  "llm.invocation_parameters",
  "input.value",
  "output.value",
  "embedding.embeddings.0.embedding.text",
  "retrieval.documents.0.document.content",
  "reranker.query",
  "tool.parameters",
  "tool_call.function.arguments",
  "document.content",
  "traceloop.entity.input",
  "traceloop.entity.output",
  "ai.prompt",
  "ai.prompt.messages",
  "ai.response.text",
  "ai.toolCall.args",
  "langfuse.observation.input",
  "langsmith.metadata.x",
  "metadata",
];
const NAMED = {
  "llm.model_name": "gpt-4o",
  "ai.model.id": "gpt-4o",
  "gen_ai.request.model": "gpt-4o",
  "app.plan": "gold",
};
const COUNTED = { "llm.token_count.prompt": 5, "ai.usage.promptTokens": 7, "llm.is_streaming": true };

const SOURCE = `import { logs, SpanStatusCode, trace } from "@opentelemetry/api";
  const span = trace.getTracer("foreign").startSpan("call");
  span.setAttributes(${JSON.stringify({ ...Object.fromEntries(SPOKEN.map((name) => [name, WORD])), ...NAMED, ...COUNTED })});
  span.setAttribute("ai.prompt.tools", ["${WORD}", "${WORD}"]);
  for (const name of ["gen_ai.user.message", "gen_ai.choice", "gen_ai.content.prompt", "gen_ai.client.inference.operation.details"])
    span.addEvent(name, { content: "${WORD}", "gen_ai.prompt": "${WORD}", message: "${WORD}", index: 3, "gen_ai.provider.name": "openai" });
  span.addEvent("mine", { step: "one" });
  span.end();
  const logger = logs.getLogger("foreign");
  logger.emit({ eventName: "gen_ai.user.message", body: { content: "${WORD}" }, attributes: { "gen_ai.provider.name": "openai", "gen_ai.input.messages": "${WORD}", index: 3 } });
  logger.emit({ body: "${WORD}", attributes: { "event.name": "gen_ai.choice", content: "${WORD}" } });
  logger.emit({ body: "a line of the program", attributes: { "gen_ai.prompt": "${WORD}", own: "kept" } });`;

describe("what a program says of itself and of its events", () => {
  it("is without secrets and personal data", async () => {
    const source = `import { logs } from "@opentelemetry/api"; import { trace } from "@opentelemetry/api";
      trace.getTracer("mine").startSpan("call").end();
      logs.getLogger("for joe@example.com").emit({ eventName: "login joe@example.com", body: "in" });`;
    const run = await runProgram(source, {
      env: { OTEL_RESOURCE_ATTRIBUTES: "team.name=billing,owner=joe@example.com,db.password=hunter2" },
    });
    assert.equal(run.code, 0, run.stderr);
    const { "team.name": team, owner, "db.password": password } = run.spans[0]?.resource ?? {};
    assert.deepEqual([team, owner, password], ["billing", "[REDACTED:email]", "[REDACTED:password]"]);
    assert.ok(!JSON.stringify([run.spans, run.logs]).includes("joe@example.com"), JSON.stringify(run.logs));
  });
});

describe("content that is captured", () => {
  it("is shortened text by text where it is a list", () => {
    const redactor = createRedactor();
    const privacy = createPrivacy({ captureContent: true, contentMaxLength: 100, contentRedactor: redactor, redactor });
    const { "llm.prompts": prompts } = privacy.attributes({ "llm.prompts": ["a".repeat(5000), "short"] });
    assert.deepEqual(prompts, [`${"a".repeat(100)}… (5000 characters)`, "short"]);
  });
});

describe("what other instrumentations say", () => {
  it("is taken for content where it may be, and stays inside; names and numbers go out", async () => {
    const run = await runProgram(SOURCE);
    assert.equal(run.code, 0, run.stderr);
    const [span] = run.spans;
    const leaks = Object.entries(span?.attributes ?? {}).filter(([, value]) => JSON.stringify(value).includes(WORD));
    assert.deepEqual(
      leaks.map(([name]) => name),
      [],
    );
    assert.ok(!JSON.stringify(span?.events).includes(WORD), JSON.stringify(span?.events));
    assert.ok(
      !JSON.stringify(run.logs).includes(WORD),
      JSON.stringify(run.logs.map(({ body, attributes }) => [body, attributes])),
    );
    for (const [name, value] of Object.entries({ ...NAMED, ...COUNTED }))
      assert.equal(span?.attributes[name], value, name);
    const [event] = span?.events.filter(({ name }) => name === "gen_ai.choice") ?? [];
    assert.deepEqual(event?.attributes, { index: 3, "gen_ai.provider.name": "openai" });
    assert.deepEqual(span?.events.at(-1), { name: "mine", attributes: { step: "one" } });
    assert.equal(run.logs.length, 3);
    assert.equal(run.logs[0]?.attributes["gen_ai.provider.name"], "openai");
    assert.equal(run.logs[2]?.body, "a line of the program");
    assert.equal(run.logs[2]?.attributes["own"], "kept");
  });

  it("goes out where content is captured", async () => {
    const run = await runProgram(SOURCE, { env: { AGENT_OBSERVATORY_CAPTURE_CONTENT: "true" } });
    const [span] = run.spans;
    for (const name of SPOKEN) assert.equal(span?.attributes[name], WORD, name);
    assert.ok(JSON.stringify(span?.events).includes(WORD));
    assert.equal(run.logs[0]?.body, JSON.stringify({ content: WORD }));
  });
});

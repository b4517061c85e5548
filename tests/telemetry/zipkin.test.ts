import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { describe, it } from "node:test";
import { createLlmDouble } from "../../examples/support/llm-double.ts";
import { type ProgramRun, runProgram } from "../process/run-program.ts";

type Item = Readonly<Record<string, unknown>> & { readonly tags: Readonly<Record<string, string>> };

/** What zipkin2-api.yaml says of a span: types, patterns, and no other members. */
const MEMBERS: Readonly<Record<string, (value: unknown) => boolean>> = {
  traceId: (value) => /^[a-f0-9]{16,32}$/.test(String(value)),
  id: (value) => /^[a-f0-9]{16}$/.test(String(value)),
  parentId: (value) => /^[a-f0-9]{16}$/.test(String(value)),
  name: (value) => typeof value === "string",
  kind: (value) => ["CLIENT", "SERVER", "PRODUCER", "CONSUMER"].includes(String(value)),
  timestamp: Number.isSafeInteger,
  duration: (value) => Number.isSafeInteger(value) && Number(value) >= 1,
  localEndpoint: isEndpoint,
  remoteEndpoint: isEndpoint,
  tags: (value) => Object.values(value as object).every((tag) => typeof tag === "string"),
  annotations: (value) =>
    Array.isArray(value) && value.every((one) => Number.isSafeInteger(one.timestamp) && typeof one.value === "string"),
};
const REQUIRED = ["traceId", "id", "name", "timestamp", "duration", "localEndpoint", "tags"];

function isEndpoint(value: unknown): boolean {
  const { serviceName, port = 0, ...rest } = value as Readonly<Record<string, unknown>>;
  return typeof serviceName === "string" && Number.isSafeInteger(port) && Object.keys(rest).length === 0;
}

function check(item: Item): void {
  for (const name of REQUIRED) assert.ok(name in item, `${name} is there`);
  for (const [name, value] of Object.entries(item)) {
    assert.ok(MEMBERS[name]?.(value), `${name}: ${JSON.stringify(value)}`);
  }
}

type Zipkin = { readonly url: string; readonly items: Item[]; readonly heads: string[]; readonly close: () => void };

/** A receiver of `/api/v2/spans`; `statuses` are its first answers, then it takes everything. */
async function startZipkin(statuses: number[] = []): Promise<Zipkin> {
  const items: Item[] = [];
  const heads: string[] = [];
  const server = createServer(async (request, response) => {
    heads.push(`${request.method} ${request.url} ${request.headers["content-type"]} ${request.headers["x-key"]}`);
    const body = JSON.parse((await buffer(request)).toString()) as Item[];
    const status = statuses.shift() ?? 202;
    if (status === 202) items.push(...body);
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, items, heads, close: () => void server.close().closeAllConnections() };
}

const PROGRAM = `import { SpanStatusCode, trace } from "@opentelemetry/api";
  import { Worker } from "node:worker_threads";
  await trace.getTracer("mine").startActiveSpan("outer", async (span) => {
    span.setAttributes({ list: ["a", "b"], yes: true, "user.mail": "someone@example.com", "gen_ai.input.messages": "secret words" });
    span.addEvent("step", { at: 1 });
    await fetch(process.env.BASE + "/chat/completions", { method: "POST", headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: "gpt-4o", messages: [{ role: "user", content: "secret words" }] }) }).then((answer) => answer.json());
    span.setStatus({ code: SpanStatusCode.ERROR, message: "it broke" });
    span.end();
  });
  END`;

async function run(zipkin: string, end = ""): Promise<ProgramRun> {
  await using double = await createLlmDouble({ medianLatencyMs: 0 }).start();
  return await runProgram(PROGRAM.replace("END", end), {
    env: {
      BASE: double.url,
      TRACING_EXPORTER: "zipkin",
      ZIPKIN_ENDPOINT: zipkin,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
      OTEL_EXPORTER_OTLP_HEADERS: "x-key=secret",
    },
  });
}

describe("the exporter to Zipkin", () => {
  it("sends every span as Zipkin's API has it, and all else by OTLP", async () => {
    const zipkin = await startZipkin();
    const { stderr, spans, points } = await run(zipkin.url);
    zipkin.close();
    assert.equal(stderr, "");
    assert.deepEqual([...new Set(zipkin.heads)], ["POST /api/v2/spans application/json undefined"]);
    for (const item of zipkin.items) check(item);
    const [call, outer] = ["chat gpt-4o", "outer"].map((name) => zipkin.items.find((item) => item["name"] === name));
    assert.equal(zipkin.items.length, 2);
    assert.ok(call !== undefined && outer !== undefined);
    assert.equal(call["parentId"], outer["id"]);
    assert.equal(call["traceId"], outer["traceId"]);
    assert.deepEqual(outer["localEndpoint"], { serviceName: "program" });
    assert.equal((call["remoteEndpoint"] as { serviceName: string }).serviceName, "openai");
    assert.equal(outer["kind"], undefined);
    assert.equal(call["kind"], "CLIENT");
    const { tags } = outer;
    assert.deepEqual([tags["list"], tags["yes"], tags["error"]], ['["a","b"]', "true", "it broke"]);
    assert.equal(call.tags["error"], undefined);
    assert.match(String((outer["annotations"] as { value: string }[])[0]?.value), /^step \{"at":1\}$/);
    assert.doesNotMatch(JSON.stringify(zipkin.items), /secret words|someone@example/);
    assert.deepEqual(spans, []);
    assert.ok(points.length > 0);
  });

  it("sends again what was refused for a while, and loses nothing to process.exit", async () => {
    for (const [statuses, end] of [
      [[503], ""],
      [[], "process.exit(0);"],
      [[503], "process.exit(0);"],
    ] as const) {
      const zipkin = await startZipkin([...statuses]);
      const { code } = await run(zipkin.url, end);
      zipkin.close();
      assert.equal(code, 0);
      assert.deepEqual(zipkin.items.map((item) => item["name"]).sort(), ["chat gpt-4o", "outer"], end);
    }
  });

  it("sends what worker threads recorded in the same lists", async () => {
    const zipkin = await startZipkin();
    await run(
      zipkin.url,
      `const worker = new Worker('require("@opentelemetry/api").trace.getTracer("mine").startSpan("in a thread").end();', { eval: true });
       await new Promise((resolve) => worker.once("exit", resolve));`,
    );
    zipkin.close();
    for (const item of zipkin.items) check(item);
    assert.ok(zipkin.items.some((item) => item["name"] === "in a thread"));
  });

  it("tells once that nobody is there, with the address", async () => {
    const zipkin = await startZipkin();
    zipkin.close();
    const { code, stderr } = await run(zipkin.url);
    assert.equal(code, 0);
    assert.match(stderr, /could not send traces to http:\/\/127\.0\.0\.1:\d+\/api\/v2\/spans/);
    assert.equal(stderr.trim().split("\n").length, 2, stderr);
  });
});

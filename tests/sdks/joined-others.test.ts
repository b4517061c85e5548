import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { describe, it } from "node:test";
import { createLlmDouble } from "../../examples/support/llm-double.ts";
import { ATTR } from "../../src/model/index.ts";
import { callsOf, type ProgramRun, pushedValue, runProgram } from "../process/run-program.ts";
import { runJoined, SCOPE } from "./joined-programs.ts";

const isInstalled = (name: string): boolean => {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
};

describe("Langfuse in the program", () => {
  it("exports what it did without us; the call that it would not have seen as well", async () => {
    const source = `
      const sdk = startSdk();
      await trace.getTracer("langfuse-sdk").startActiveSpan("observed", { attributes: { "langfuse.observation.type": "span" } }, async (span) => {
        await chat("hello");
        span.end();
      });
      await sdk.shutdown();
      tell("done");`;
    const config = `{ traceExporter: undefined, spanProcessors: [new (require("@langfuse/otel").LangfuseSpanProcessor)({
      publicKey: "pk", secretKey: "sk", baseUrl: "http://127.0.0.1:9", exporter })] }`;
    const [plain, run] = await Promise.all([
      runJoined(source, { line: "3.x", config, mode: "none" }),
      runJoined(source, { line: "3.x", config }),
    ]);
    assert.equal(run.stderr, plain.stderr);
    const theirs = ({ theirs: spans }: typeof run): unknown =>
      spans.filter(({ scope }) => scope !== SCOPE).map(({ name, attributes }) => [name, attributes]);
    assert.deepEqual(theirs(run), theirs(plain));
    assert.equal(run.theirs.length, 2);
    assert.deepEqual(run.spans.map(({ name }) => name).sort(), ["chat gpt-4o", "observed"]);
    assert.equal(new Set([...run.spans, ...run.theirs].map(({ traceId }) => traceId)).size, 1);
    assert.equal(pushedValue(run.points, "llm_requests_total"), 1);
  });
});

/** Two requests at once, each with a scope of its own, a span of Sentry's, one of the API's, a call to a model, and an error. */
const SENTRY = `
  import { createRequire } from "node:module";
  const require = createRequire(import.meta.url);
  const Sentry = require("@sentry/node");
  const { trace } = require("@opentelemetry/api");
  const sent = [];
  const take = ([head, body]) => {
    if (head.type === "span") for (const span of body.items) sent.push(["span", span.name, span.parent_span_id === undefined]);
    if (head.type === "event") sent.push(["event", body.exception.values[0].value, body.tags]);
  };
  Sentry.init({ dsn: "http://k@127.0.0.1:9/1", tracesSampleRate: 1, enableOpenTelemetrySetup: SETUP,
    transport: () => ({ send: async (envelope) => { envelope[1].forEach(take); return {}; }, flush: async () => true }) });
  const ask = async () => (await (await fetch(process.env.BASE + "/chat/completions", { method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "gpt-4o", messages: [{ role: "user", content: "hello" }] }) })).json()).choices[0].message.content;
  const said = await Promise.all([1, 2].map((n) => Sentry.withIsolationScope(async (scope) => {
    scope.setTag("n", n);
    return await Sentry.startSpan({ name: "work " + n }, async () => {
      const said = await trace.getTracer("mine").startActiveSpan("inner " + n, async (span) => { const said = await ask(); span.end(); return said; });
      Sentry.captureException(new Error("mine " + n));
      return said;
    });
  })));
  await Sentry.flush(2000);
  console.log(JSON.stringify({ said, sent: sent.sort((one, other) => String(one) < String(other) ? -1 : 1) }));
`;

async function runSentry(setUp: boolean, mode: "none" | "require"): Promise<ProgramRun> {
  await using double = await createLlmDouble({ medianLatencyMs: 0 }).start();
  return await runProgram(SENTRY.replace("SETUP", String(setUp)), {
    directory: import.meta.dirname,
    mode,
    env: { BASE: double.url },
  });
}

describe("Sentry in the program", () => {
  for (const setUp of [false, true]) {
    it(`sends the same spans and errors, each with its own scope: ${setUp ? "with" : "without"} its OpenTelemetry`, async () => {
      const [plain, run] = await Promise.all([runSentry(setUp, "none"), runSentry(setUp, "require")]);
      assert.equal(run.stdout, plain.stdout);
      assert.match(run.stdout, /"mine 1",\{"n":1\}.*"mine 2",\{"n":2\}/);
      const said = setUp
        ? /^agent-observatory: spans of the program's own tracing \(SentryTracerProvider\)[^\n]*\n$/
        : /^$/;
      assert.match(run.stderr, said);
      assert.equal(callsOf(run.spans, "gpt-4o").length, 2);
      assert.equal(pushedValue(run.points, "llm_requests_total"), 2);
    });
  }
});

const HTTP = ["@opentelemetry/instrumentation-http", "@opentelemetry/instrumentation-undici"] as const;

describe("OpenTelemetry's own instrumentations of HTTP in the program", () => {
  it("make the spans of HTTP and its headers, and we do not; calls to models are ours", {
    skip: HTTP.every(isInstalled) ? false : "they are not installed",
  }, async () => {
    const source = `
      const sdk = startSdk();
      const http = require("node:http");
      const traced = [];
      const server = http.createServer((request, response) => {
        traced.push(request.rawHeaders.filter((name) => name.toLowerCase() === "traceparent").length);
        trace.getTracer("mine").startSpan("handler").end();
        response.end();
      });
      await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
      const url = "http://127.0.0.1:" + server.address().port;
      await trace.getTracer("mine").startActiveSpan("root", async (span) => {
        await (await fetch(url)).text();
        await new Promise((resolve) => http.get(url, (answer) => answer.resume().once("end", resolve)));
        await chat("hello");
        span.end();
      });
      server.close();
      server.closeAllConnections();
      await sdk.shutdown();
      tell(traced);`;
    const config = `{ instrumentations: [new (require("${HTTP[0]}").HttpInstrumentation)(), new (require("${HTTP[1]}").UndiciInstrumentation)()] }`;
    const [plain, run] = await Promise.all([
      runJoined(source, { line: "3.x", config, mode: "none" }),
      runJoined(source, { line: "3.x", config }),
    ]);
    assert.equal(run.stderr, plain.stderr);
    assert.deepEqual(run.result, [1, 1]);
    const shown = ({ theirs }: typeof run): string[] => theirs.map(({ scope, name }) => `${scope}/${name}`).sort();
    assert.deepEqual(shown(run), [`${SCOPE}/chat gpt-4o`, ...shown(plain)].sort());
    assert.deepEqual(run.spans.map(({ spanId }) => spanId).sort(), run.theirs.map(({ spanId }) => spanId).sort());
    assert.equal(typeof callsOf(run.spans, "gpt-4o")[0]?.attributes[ATTR.costUsd], "number");
  });
});

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { describe, it } from "node:test";
import { createGzip, gzipSync } from "node:zlib";
import { createLlmDouble } from "../../examples/support/llm-double.ts";
import { startOtlpReceiver } from "../../scripts/otlp-receiver.ts";
import { ATTR } from "../../src/model/index.ts";
import { callsOf, freePort, type ProgramRun, pushedValue, type RunOptions, runProgram } from "./run-program.ts";
import { chatBody, EVENT_STREAM, JSON_TYPE, type Script, startScriptedServer, streamText } from "./scripted-server.ts";

const PROGRAM = `import OpenAI from "openai";
  const openai = new OpenAI({ baseURL: process.env.BASE, apiKey: "k", maxRetries: 0 });
  const answer = await openai.chat.completions.create({ model: "gpt-4o", messages: [{ role: "user", content: "Go" }] });
  console.log(answer.choices[0].message.content, answer.usage);`;

const messages = (run: ProgramRun): string[] =>
  run.stderr.split("\n").filter((line) => line.startsWith("agent-observatory"));

async function runAgainstDouble(source: string, options: RunOptions = {}): Promise<ProgramRun> {
  await using double = await createLlmDouble({ medianLatencyMs: 0 }).start();
  return await runProgram(source, { ...options, env: { BASE: double.url, ...options.env } });
}

describe("a program with wrong settings", () => {
  const expectUnharmed = (run: ProgramRun): void => {
    assert.deepEqual([run.code, run.signal], [0, null], run.stderr);
    assert.match(run.stdout, /^You said: Go \{/);
  };

  it("runs as ever, and is told once, where the endpoint is another kind of server", async () => {
    const other = createServer((request, response) => {
      request.resume();
      response.writeHead(404, { "content-type": "text/html" }).end("<h1>Not here</h1>");
    });
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const address = other.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    try {
      const run = await runAgainstDouble(PROGRAM, { receiver: `http://127.0.0.1:${port}` });
      expectUnharmed(run);
      assert.equal(messages(run).length, 2, run.stderr);
      assert.match(run.stderr, /traces to http:\/\/127\.0\.0\.1:\d+\/v1\/traces were refused \(it answered 404\)/);
      assert.match(run.stderr, /metrics to http:\/\/127\.0\.0\.1:\d+\/v1\/metrics were refused \(it answered 404\)/);
    } finally {
      other.close();
      other.closeAllConnections();
    }
  });

  it("runs as ever, and is told once, where the endpoint is no address", async () => {
    for (const endpoint of ["not a url", "ftp://127.0.0.1/", "http://"]) {
      const run = await runAgainstDouble(PROGRAM, { receiver: endpoint });
      expectUnharmed(run);
      assert.ok(messages(run).length >= 1, `${endpoint}: ${run.stderr}`);
      assert.match(run.stderr, /OTEL_EXPORTER_OTLP_ENDPOINT/);
    }
  });

  it("runs as ever, observed, and is told the line, where observatory.yaml is broken", async () => {
    const run = await runAgainstDouble(PROGRAM, {
      files: { "observatory.yaml": "telemetry:\n  exporter: otlp\n   sampleRatio: [1\n" },
    });
    expectUnharmed(run);
    assert.equal(messages(run).length, 1, run.stderr);
    assert.match(run.stderr, /observatory\.yaml:\d+: .*ignored/);
    assert.equal(run.spans.length, 1);
  });

  it("runs as ever, observed, and is told each, where variables have impossible values", async () => {
    const wrong = {
      TRACING_SAMPLE_RATE: "lots",
      OTEL_METRIC_EXPORT_INTERVAL: "-5",
      AGENT_OBSERVATORY_METRICS_PORT: "99999",
      AGENT_OBSERVATORY_CAPTURE_CONTENT: "perhaps",
      OTEL_EXPORTER_OTLP_COMPRESSION: "rar",
    };
    const run = await runAgainstDouble(PROGRAM, { env: wrong });
    expectUnharmed(run);
    assert.equal(run.spans.length, 1);
    assert.equal(messages(run).length, 5, run.stderr);
    for (const name of Object.keys(wrong)) assert.equal(run.stderr.split(name).length, 2, `${name} in ${run.stderr}`);
  });

  it("runs as ever, still pushing metrics, where the port for pulling them is taken", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const address = other.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    try {
      const run = await runAgainstDouble(PROGRAM, { env: { AGENT_OBSERVATORY_METRICS_PORT: String(port) } });
      expectUnharmed(run);
      assert.equal(messages(run).length, 1, run.stderr);
      assert.match(run.stderr, new RegExp(`127\\.0\\.0\\.1:${port}.*AGENT_OBSERVATORY_METRICS_PORT`));
      assert.equal(pushedValue(run.points, "llm_requests_total"), 1);
    } finally {
      other.close();
    }
  });

  it("runs as ever, unobserved, where it is switched off", async () => {
    for (const env of [{ TRACING_ENABLED: "false" }, { OTEL_SDK_DISABLED: "true" }]) {
      const receiver = await startOtlpReceiver();
      try {
        const run = await runAgainstDouble(PROGRAM, { env, receiver });
        expectUnharmed(run);
        assert.equal(run.stderr, "");
        assert.deepEqual(run.requests, {});
      } finally {
        await receiver.close();
      }
    }
  });

  it("prints what it would send, where the exporter is the console", async () => {
    const run = await runAgainstDouble(PROGRAM, { env: { TRACING_EXPORTER: "console" } });
    assert.equal(run.code, 0, run.stderr);
    const line = run.stdout.split("\n").find((one) => one.startsWith('{"trace_id"'));
    assert.equal((JSON.parse(line ?? "{}") as { name?: string }).name, "chat gpt-4o");
    assert.deepEqual(run.requests, {});
  });

  it("sends nothing, where the exporter is none, but counts for whoever pulls", async () => {
    const port = await freePort();
    const run = await runAgainstDouble(
      `${PROGRAM} console.log((await (await fetch("http://127.0.0.1:${port}/metrics")).text()).includes("llm_requests_total{"));`,
      { env: { TRACING_EXPORTER: "none", AGENT_OBSERVATORY_METRICS_PORT: String(port) } },
    );
    expectUnharmed(run);
    assert.match(run.stdout, /true\n$/);
    assert.deepEqual(run.requests, {});
  });
});

describe("a program that meets odd traffic", () => {
  const bomb = async (): Promise<Buffer> => {
    const gzip = createGzip({ level: 9 });
    const collected = gzip.toArray();
    const block = Buffer.alloc(1024 * 1024, 0x20);
    gzip.write('{"id":"chatcmpl-1","model":"answered","choices":[],"padding":"');
    for (let at = 0; at < 100; at += 1) gzip.write(block);
    gzip.end('"}');
    return Buffer.concat(await collected);
  };
  const whole = gzipSync(chatBody("complete"));
  const script: Script = {
    html: (response) => void response.writeHead(200, { "content-type": "text/html" }).end("<html>Welcome</html>"),
    "html-as-json": (response) => void response.writeHead(200, JSON_TYPE).end("<html>Welcome</html>"),
    empty: (response) => void response.writeHead(200, JSON_TYPE).end(),
    "no-type": (response) => void response.writeHead(200).end(chatBody("typeless")),
    "wrong-shape": (response) =>
      void response
        .writeHead(200, JSON_TYPE)
        .end('{"id":5,"model":["x"],"choices":{"a":1},"usage":"many","error":null}'),
    "bad-utf8": (response) =>
      void response
        .writeHead(200, JSON_TYPE)
        .end(
          Buffer.concat([
            Buffer.from(chatBody("a").slice(0, -1)),
            Buffer.from([0x2c, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
          ]),
        ),
    "bad-utf8-stream": (response) =>
      void response
        .writeHead(200, EVENT_STREAM)
        .end(Buffer.concat([Buffer.from("data: \xff\xfe\n\n", "latin1"), Buffer.from(streamText(["a"]))])),
    "huge-line": (response) =>
      void response.writeHead(200, EVENT_STREAM).end(`: ${"x".repeat(6 * 1024 * 1024)}\n\n${streamText(["a"])}`),
    "huge-answer": (response) => void response.writeHead(200, JSON_TYPE).end(chatBody("y".repeat(5 * 1024 * 1024))),
    "short-gzip": (response) =>
      void response
        .writeHead(200, { ...JSON_TYPE, "content-encoding": "gzip" })
        .end(whole.subarray(0, whole.length - 12)),
    "not-gzip": (response) =>
      void response.writeHead(200, { ...JSON_TYPE, "content-encoding": "gzip" }).end(chatBody("plain")),
    bomb: async (response) =>
      void response.writeHead(200, { ...JSON_TYPE, "content-encoding": "gzip" }).end(await bomb()),
    "status-599": (response) => void response.writeHead(599, JSON_TYPE).end("null"),
    "error-text": (response) => void response.writeHead(500, { "content-type": "text/plain" }).end("upstream died"),
    "error-in-200": (response) =>
      void response.writeHead(200, JSON_TYPE).end('{"error":{"message":"no quota","type":"insufficient_quota"}}'),
    prompt: (response) => void response.writeHead(200, JSON_TYPE).end(chatBody("read it all")),
    after: (response) => void response.writeHead(200, JSON_TYPE).end(chatBody("still here")),
  };
  const streamed = ["bad-utf8-stream", "huge-line"];
  const source = `import OpenAI from "openai";
    const openai = new OpenAI({ baseURL: process.env.BASE, apiKey: "k", maxRetries: 0 });
    const shown = (value) => { const text = JSON.stringify(value) ?? String(value); return text.length + " " + text.slice(0, 200); };
    for (const model of ${JSON.stringify(Object.keys(script))}) {
      const content = model === "prompt" ? "p".repeat(5 * 1024 * 1024) : "Go";
      const stream = ${JSON.stringify(streamed)}.includes(model);
      try {
        const answer = await openai.chat.completions.create({ model, stream, messages: [{ role: "user", content }] });
        if (stream) for await (const chunk of answer) console.log(model, shown(chunk.choices));
        else console.log(model, shown(answer));
      } catch (error) { console.log(model, "threw", error.constructor.name, shown(error.message)); }
    }`;

  it("gets the same results, one span a call, and no message", async () => {
    const once = async (mode: "none" | "require") => {
      await using server = await startScriptedServer(script);
      return await runProgram(source, { mode, env: { BASE: server.url } });
    };
    const bare = await once("none");
    const run = await once("require");
    assert.equal(run.code, 0, run.stderr);
    assert.equal(run.stdout, bare.stdout);
    assert.equal(run.stderr, bare.stderr);
    for (const model of Object.keys(script)) assert.equal(callsOf(run.spans, model).length, 1, model);

    const of = (model: string) => callsOf(run.spans, model)[0]!;
    for (const model of ["html", "html-as-json", "empty", "no-type", "wrong-shape", "bomb", "not-gzip"]) {
      assert.equal(of(model).attributes[ATTR.inputTokens], undefined, model);
    }
    for (const model of ["bad-utf8", "bad-utf8-stream", "huge-line", "huge-answer", "prompt", "after"]) {
      assert.equal(of(model).attributes[ATTR.inputTokens], 7, model);
      assert.equal(of(model).failed, false, model);
    }
    assert.ok(Number(of("prompt").attributes[ATTR.requestBytes]) > 5 * 1024 * 1024);
    assert.equal(of("status-599").attributes[ATTR.errorType], "599");
    assert.equal(of("error-text").attributes[ATTR.errorCategory], "api");
    assert.equal(of("error-in-200").attributes[ATTR.errorCategory], "rate_limit");
  });
});

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";
import { describe, it } from "node:test";
import { gunzipSync } from "node:zlib";
import { createLlmDouble } from "../../examples/support/llm-double.ts";
import { freePort, type RunOptions, runProgram } from "./run-program.ts";

/** One per place, so that what leaks tells where from: of forms that are secrets to anybody, and such that only a name tells. */
const SECRETS = {
  apiKey: "sk-proj-K1k1K1k1K1k1K1k1K1k1K1k1K1k1K1k1K1k1K1k1K1k1",
  otlpHeader: "dapi0a1b2c3d4e5f60718293a4b5c6d7e8f9",
  prompt: "sk-ant-api03-P1p2P3p4P5p6P7p8P9p0P1p2P3p4P5p6P7p8P9p0P1p2P3p4-AAAAAAAA",
  system: "ghp_S1s2S3s4S5s6S7s8S9s0S1s2S3s4S5s6S7s8",
  answer: "xoxb-123456789012-1234567890123-A1a2A3a4A5a6A7a8A9a0A1a2",
  query: "AIzaSyQ1q2Q3q4Q5q6Q7q8Q9q0Q1q2Q3q4Q5q6Q",
  userInfo: "hunter2-URLpassw0rd-9f8e7d6c5b4a",
  toolArgument: "AKIAT1T2T3T4T5T6T7T8",
  toolResult: "npm_T1t2T3t4T5t6T7t8T9t0T1t2T3t4T5t6T7t8",
  errorMessage: "glpat-E1e2E3e4E5e6E7e8E9e0",
  uncaught: "sk_live_U1u2U3u4U5u6U7u8U9u0U1u2",
  modelName: "hf_M1m2M3m4M5m6M7m8M9m0M1m2M3m4M5m6M7",
  agentName: "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",
  toolName: "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",
  logLine: "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJMMWwyTDNsNCJ9.L1l2L3l4L5l6L7l8L9l0L1l2L3l4L5l6L7l8L9l0",
  logField: "SG.F1f2F3f4F5f6F7f8F9f0F1.f1F2f3F4f5F6f7F8f9F0f1F2f3F4f5F6f7F8f9F0f1F",
  spanAttribute: "AIzaSyA1a2A3a4A5a6A7a8A9a0A1a2A3a4A5a6A",
  spanEvent: "r8_V1v2V3v4V5v6V7v8V9v0V1v2V3v4V5v6V7v8V",
  card: "4242 4242 4242 4242",
  email: "jane.roe@private-mail.example",
  namedAttribute: "correct-horse-attribute",
  namedEvent: "correct-horse-event",
  namedContext: "correct-horse-context",
  namedField: "correct-horse-field",
  birthday: "1980-02-03",
} as const;

const PROGRAM = `
  import { trace } from "@opentelemetry/api";
  import { agent, createLogger, currentRun, tool, withContext } from "agent-observatory";
  import OpenAI from "openai";
  import pino from "pino";
  const S = ${JSON.stringify(SECRETS)};
  const { BASE, WEB } = process.env;
  const openai = new OpenAI({ baseURL: BASE, apiKey: S.apiKey, maxRetries: 0 });
  const messages = [
    { role: "system", content: "The token is " + S.system + "." },
    { role: "user", content: "Use " + S.prompt + " and mail " + S.email + " card " + S.card + "." },
  ];
  const lookup = tool("lookup " + S.toolName, async (given) => ({ got: given, key: S.toolResult }));
  const failing = tool("failing", async () => { throw new Error("refused for " + S.errorMessage, { cause: new Error(S.errorMessage) }); });
  const logger = createLogger("app");
  const run = agent("assistant " + S.agentName, async () => {
    await openai.chat.completions.create({ model: "gpt-4o", messages, user: S.prompt });
    for await (const _ of await openai.chat.completions.create({ model: "gpt-4o " + S.modelName, messages, stream: true })) void _;
    await lookup({ key: S.toolArgument, nested: [{ password: S.toolArgument }] });
    await failing().catch(() => {});
    await openai.chat.completions.create({ model: "failing", messages }).catch(() => {});
    await fetch(WEB.replace("//", "//user:" + S.userInfo + "@") + "/path").catch(() => {});
    await fetch(WEB + "/search?key=" + S.query + "&x=1", { headers: { authorization: "Bearer " + S.query, cookie: "session=" + S.query } }).catch(() => {});
    await fetch("http://127.0.0.1:1/" + S.query).catch(() => {});
    logger.info("connecting with " + S.logLine, { token: S.logField, nested: { authorization: "Bearer " + S.logField } });
    pino({ level: "info" }, { write() {} }).info({ apiKey: S.logField }, "using " + S.logLine);
    trace.getActiveSpan().setAttribute("app.note", "key " + S.spanAttribute).addEvent("used " + S.spanEvent, { key: S.spanEvent });
    trace.getActiveSpan().setAttribute("db.password", S.namedAttribute).addEvent("login", { client_secret: S.namedEvent });
    currentRun().setAttributes({ "customer.date_of_birth": S.birthday, apiKey: S.namedAttribute });
    await withContext({ api_token: S.namedContext, date_of_birth: S.birthday }, async () => {
      await lookup({ date_of_birth: S.birthday });
      logger.error("refused", { password: S.namedField, dob: S.birthday, login: { passwd: S.namedField } });
    });
    trace.getTracer("app").startActiveSpan("work with " + S.spanAttribute, (span) => {
      span.recordException(new Error("bad " + S.errorMessage));
      span.setStatus({ code: 2, message: "bad " + S.errorMessage });
      span.end();
    });
  });
  await run();
  setTimeout(() => { throw new Error("last words " + S.uncaught); }, 50);
`;

/** Every form in which a secret may hide in bytes. */
const formsOf = (secret: string): string[] => [
  secret,
  encodeURIComponent(secret),
  Buffer.from(secret).toString("base64").slice(0, 24),
  Buffer.from(secret).toString("hex"),
];

async function collectRun(options: RunOptions): Promise<Readonly<Record<string, Buffer>>> {
  const arrived: Buffer[] = [];
  const collector = createServer(async (request, response) => {
    const body = await buffer(request);
    const plain = request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
    // The header of our own settings is meant for this one.
    const { authorization: _, ...headers } = request.headers;
    arrived.push(plain, Buffer.from(JSON.stringify(headers)));
    response.end();
  });
  await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
  const web = createServer((_, response) => response.end("ok"));
  await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
  const portOf = (server: typeof web): number => (server.address() as { port: number }).port;
  const double = await createLlmDouble({
    respond: ({ model }) =>
      model === "failing"
        ? { status: 400, error: { message: `no such key ${SECRETS.errorMessage}`, type: "invalid_request_error" } }
        : { text: `It is ${SECRETS.answer}.` },
  }).start();
  const pullPort = await freePort();
  const pulled: Buffer[] = [];
  try {
    const { stderr } = await runProgram(
      // Pulled by the program itself, while it still is there.
      PROGRAM.replace(
        "setTimeout(",
        `process.stdout.write(await (await fetch("http://127.0.0.1:${pullPort}/metrics")).text());\n  setTimeout(`,
      ),
      {
        ...options,
        conventions: false,
        receiver: `http://127.0.0.1:${portOf(collector)}`,
        env: {
          BASE: double.url,
          WEB: `http://127.0.0.1:${portOf(web)}`,
          OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${SECRETS.otlpHeader}`,
          AGENT_OBSERVATORY_METRICS_PORT: String(pullPort),
          AGENT_OBSERVATORY_LOG_LEVEL: "debug",
          LOG_LEVEL: "error",
          ...options.env,
        },
      },
    ).then((run) => {
      pulled.push(Buffer.from(run.stdout));
      return run;
    });
    // What Node itself says of the program's uncaught error is the program's.
    const ours = stderr.split("\n").filter((line) => line.includes("agent-observatory"));
    assert.ok(arrived.length > 2, "telemetry arrived");
    return {
      "to the collector": Buffer.concat(arrived),
      "on stderr": Buffer.from(ours.join("\n")),
      "in /metrics": Buffer.concat(pulled),
    };
  } finally {
    collector.close();
    web.close();
    await double.close();
  }
}

describe("secrets in everything that a program does", () => {
  for (const [title, env] of [
    ["without content", {}],
    ["with content captured", { AGENT_OBSERVATORY_CAPTURE_CONTENT: "true" }],
    ["compressed", { OTEL_EXPORTER_OTLP_COMPRESSION: "gzip", AGENT_OBSERVATORY_CAPTURE_CONTENT: "true" }],
  ] as const) {
    it(`never leave it, ${title}`, async () => {
      const places = await collectRun({ env });
      for (const place of ["to the collector", "in /metrics"]) assert.ok((places[place]?.length ?? 0) > 1000, place);
      assert.ok(places["to the collector"]?.includes("assistant"), "what surrounds them did leave");
      const leaked = Object.entries(SECRETS).flatMap(([name, secret]) =>
        Object.entries(places).flatMap(([place, bytes]) =>
          formsOf(secret).some((form) => bytes.includes(form)) ? [`${name} ${place}`] : [],
        ),
      );
      assert.deepEqual(leaked, []);
    });
  }
});

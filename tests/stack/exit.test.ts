/** Programs that end, against the collector itself: it counts what it takes. One container, without the rest of the stack. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { GenericContainer, type StartedTestContainer, Wait } from "testcontainers";
import { stringify } from "yaml";
import { runProgram } from "../process/run-program.ts";
import { findWhatIsMissing, loadServices } from "./support/docker.ts";
import { get } from "./support/http.ts";
import { waitUntil } from "./support/wait-until.ts";

const SPANS = 1000;
const PORT = { grpc: 4317, http: 4318, metrics: 8888 } as const;
const CONFIG = {
  receivers: {
    otlp: { protocols: { grpc: { endpoint: "0.0.0.0:4317" }, http: { endpoint: "0.0.0.0:4318" } } },
  },
  exporters: { nop: {} },
  service: {
    pipelines: Object.fromEntries(
      ["traces", "metrics", "logs"].map((signal) => [signal, { receivers: ["otlp"], exporters: ["nop"] }]),
    ),
    telemetry: {
      metrics: { readers: [{ pull: { exporter: { prometheus: { host: "0.0.0.0", port: PORT.metrics } } } }] },
    },
  },
};

const HEAD = `import { tool } from "agent-observatory"; const step = tool("step", () => {});
  const make = () => { for (let at = 0; at < ${SPANS}; at += 1) step(); };`;
/** The first batch is on its way when the program ends. */
const UNDER_WAY = `make(); setTimeout(() => process.exit(0), 52);`;
const ENDS: Readonly<Record<string, string>> = {
  "its natural end": "make();",
  "process.exit()": "make(); process.exit(0);",
  "process.exit() with a batch under way": UNDER_WAY,
  "an uncaught exception": `make(); process.once("uncaughtException", () => process.exit(0)); setImmediate(() => { throw new Error("mine"); });`,
  "a signal": `make(); process.once("SIGTERM", () => process.exit(0)); process.kill(process.pid, "SIGTERM"); setInterval(() => {}, 1000);`,
  "a thread that is ended": `const { Worker } = await import("node:worker_threads");
    const worker = new Worker('const { tool } = require("agent-observatory"); const step = tool("step", () => {}); for (let at = 0; at < ${SPANS}; at += 1) step(); setImmediate(() => require("worker_threads").parentPort.postMessage("made"))', { eval: true });
    worker.once("message", () => worker.terminate());`,
};

const missing = findWhatIsMissing();

describe("1,000 spans of a program that ends are counted by the collector", { skip: missing !== undefined }, () => {
  let collector: StartedTestContainer | undefined;
  const urlOf = (port: number): string => `http://127.0.0.1:${collector?.getMappedPort(port)}`;

  before(async () => {
    process.env["TESTCONTAINERS_RYUK_DISABLED"] = "true";
    collector = await new GenericContainer(loadServices()["otel-collector"]?.image ?? "")
      .withCopyContentToContainer([{ content: stringify(CONFIG), target: "/etc/exit.yaml", mode: 0o644 }])
      .withCommand(["--config=/etc/exit.yaml"])
      .withExposedPorts(PORT.grpc, PORT.http, PORT.metrics)
      .withWaitStrategy(Wait.forHttp("/metrics", PORT.metrics))
      .start();
  });
  after(async () => {
    await collector?.stop({ timeout: 1000, remove: true });
  });

  const accepted = async (): Promise<Readonly<Record<string, number>>> => {
    const text = await (await get(`${urlOf(PORT.metrics)}/metrics`)).text();
    const series = text.matchAll(/^otelcol_receiver_accepted_spans(?:_total)?\{[^}]*transport="(\w+)"[^}]*\} (\S+)$/gm);
    return Object.fromEntries([...series].map(([, transport = "", value]) => [transport, Number(value)]));
  };

  for (const protocol of ["http", "grpc"] as const) {
    it(`by ${protocol}, each once: ${Object.keys(ENDS).join(", ")}`, async () => {
      const count = async (): Promise<number> => (await accepted())[protocol] ?? 0;
      assert.equal(await count(), 0);
      for (const [name, end] of Object.entries(ENDS)) {
        const before = await count();
        const run = await runProgram(`${HEAD}\n${end}`, {
          receiver: urlOf(PORT[protocol]),
          env: {
            OTEL_BSP_SCHEDULE_DELAY: "50",
            AGENT_OBSERVATORY_EXIT_TIMEOUT_MS: "10000",
            ...(protocol === "grpc" && { OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }),
          },
        });
        assert.deepEqual([run.code, run.stderr], [0, ""], name);
        await waitUntil(
          `the spans of ${name} are counted`,
          async () => assert.equal(await count(), before + SPANS),
          5000,
        );
      }
    });
  }
});

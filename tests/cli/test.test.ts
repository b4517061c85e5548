import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";
import { startOtlpReceiver } from "../../scripts/otlp-receiver.ts";
import { type Served, startServed } from "../embedded/served.ts";
import { freePort } from "../process/run-program.ts";
import { BARE_ENV } from "./run-command.ts";

const COMMAND = join(import.meta.dirname, "../../bin/agent-observatory.cjs");

let served: Served;
let folder: string;
before(async () => {
  served = await startServed();
  folder = await mkdtemp(join(tmpdir(), "agent-observatory-test-"));
});
after(async () => {
  await served.close();
  await rm(folder, { recursive: true, force: true });
});

async function runTest(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [COMMAND, "test", "--url", served.prometheus, ...args], {
    cwd: folder,
    env: { ...BARE_ENV, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 90_000,
  });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  return { code: code as number | null, stdout, stderr };
}
const endpoint = () => ({ OTEL_EXPORTER_OTLP_ENDPOINT: new URL(served.otlp.traces).origin });

type Document = {
  readonly well: boolean;
  readonly trouble: string | null;
  readonly results: readonly {
    readonly signal: string;
    readonly status: string;
    readonly afterMs: number | null;
    readonly todo: string | null;
  }[];
};
const statuses = ({ results }: Document) => results.map(({ signal, status }) => `${signal} ${status}`);

describe("test", () => {
  it("finds its probe in every back end, with the times that took, whatever the folder's settings say of samples and names", async () => {
    await writeFile(
      join(folder, "observatory.yaml"),
      "telemetry:\n  serviceName: shop\n  sampleRatio: 0\n  environment: staging\n",
    );
    const { code, stdout, stderr } = await runTest(["--json"], endpoint());
    assert.equal(code, 0, stdout + stderr);
    const document = JSON.parse(stdout) as Document;
    assert.deepEqual(statuses(document), ["traces found", "metrics found", "logs found"]);
    for (const { afterMs } of document.results) assert.ok(afterMs !== null && afterMs < 30_000);
    const people = await runTest([], endpoint());
    assert.match(
      people.stdout,
      /^✓ probe +sent to http:\/\/127\.0\.0\.1:\d+\/v1\/traces in .+\n✓ traces +Jaeger at http.+: trace [0-9a-f]{12} with invoke_agent, execute_tool, chat after .+\n✓ metrics .+\n✓ logs .+\n$/,
    );
    await rm(join(folder, "observatory.yaml"));
  });

  it("names what is not sent by the settings, and does not miss it", async () => {
    const { code, stdout } = await runTest(["--json"], { ...endpoint(), OTEL_LOGS_EXPORTER: "none" });
    assert.equal(code, 0);
    assert.deepEqual(statuses(JSON.parse(stdout) as Document), ["traces found", "metrics found", "logs off"]);
  });

  it("tells of a collector that is not there, without waiting, and of one that sends elsewhere", async () => {
    const away = await runTest(["--json"], { OTEL_EXPORTER_OTLP_ENDPOINT: "http://user:hunter2@127.0.0.1:9" });
    assert.equal(away.code, 1);
    const document = JSON.parse(away.stdout) as Document;
    assert.deepEqual(statuses(document), ["traces missing", "metrics missing", "logs missing"]);
    assert.equal(document.trouble, "what it recorded could not be delivered");
    assert.match(document.results[0]?.todo ?? "", /http:\/\/127\.0\.0\.1:9\/v1\/traces.*doctor/);
    assert.ok(!`${away.stdout}${away.stderr}`.includes("hunter2"));

    const elsewhere = await startOtlpReceiver();
    try {
      const lost = await runTest(["--json", "--wait", "1s"], { OTEL_EXPORTER_OTLP_ENDPOINT: elsewhere.url });
      assert.equal(lost.code, 1);
      const told = JSON.parse(lost.stdout) as Document;
      assert.equal(told.trouble, null);
      assert.match(told.results[1]?.todo ?? "", /was taken at .*, and Prometheus at .* does not have it/);
      // Two tokens and less than a millionth of a dollar; nobody else is called, no content is sent.
      assert.ok(elsewhere.spans.every(({ attributes }) => attributes["gen_ai.input.messages"] === undefined));
      assert.equal(
        elsewhere.spans.filter(({ attributes }) => attributes["gen_ai.operation.name"] === "chat").length,
        1,
      );
    } finally {
      await elsewhere.close();
    }
  });

  it("tells that nothing is sent where an exporter of another kind, or nothing, is set", async () => {
    const { code, stdout } = await runTest(["--json"], { TRACING_EXPORTER: "console" });
    assert.equal(code, 1);
    assert.match((JSON.parse(stdout) as Document).results[0]?.todo ?? "", /exporter console.*TRACING_EXPORTER=otlp/);
    const off = await runTest([], { TRACING_ENABLED: "false" });
    assert.equal(off.code, 1);
    assert.match(off.stderr, /TRACING_ENABLED/);
  });

  it("ends with 1 where the back ends that were named do not answer, and says so of each", async () => {
    const nobody = `http://127.0.0.1:${await freePort()}`;
    const { code, stdout } = await runTest(["--url", nobody, "--wait", "1s"], endpoint());
    assert.equal(code, 1);
    for (const backend of ["Jaeger", "Prometheus", "Loki"])
      assert.match(stdout, new RegExp(`✗ .*${backend} at ${nobody.replaceAll(".", "\\.")}: connection refused`));
  });
});

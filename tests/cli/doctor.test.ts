import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";
import { startOtlpReceiver } from "../../scripts/otlp-receiver.ts";
import { BARE_ENV } from "./run-command.ts";

const COMMAND = join(import.meta.dirname, "../../bin/agent-observatory.cjs");

type Document = {
  readonly well: boolean;
  readonly checks: readonly { readonly level: string; readonly about: string; readonly found: string }[];
  readonly libraries: readonly { readonly library: string; readonly version: string; readonly status: string }[];
  readonly program: {
    readonly code?: number;
    readonly signal?: string;
    readonly processes: number;
    readonly llm: number;
  };
};

/** In the checkout, so that its packages are those of the folder. */
let folder: string;
before(async () => {
  folder = await mkdtemp(join(import.meta.dirname, "running-"));
});
after(() => rm(folder, { recursive: true, force: true }));

async function doctor(args: readonly string[], env: Readonly<Record<string, string>> = {}, cwd = folder) {
  const child = spawn(process.execPath, [COMMAND, "doctor", ...args], {
    cwd,
    env: { ...BARE_ENV, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 60_000,
  });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  return { code: code as number | null, stdout, stderr };
}

async function document(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Document> {
  const { stdout, stderr } = await doctor(["--json", ...args], env);
  assert.ok(stdout.startsWith("{"), `expected JSON, got ${stdout} ${stderr}`);
  return JSON.parse(stdout) as Document;
}

async function program(source: string): Promise<string> {
  const file = join(folder, `program-${source.length}.mjs`);
  await writeFile(file, source);
  return file;
}

const levelOf = ({ checks }: Document, about: string): string[] =>
  checks.filter((check) => check.about === about).map(({ level }) => level);

describe("doctor of a folder", () => {
  it("finds that all is well where a collector takes every signal", async () => {
    const receiver = await startOtlpReceiver();
    try {
      const { code, stdout } = await doctor([], {
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        OTEL_SERVICE_NAME: "shop",
      });
      assert.equal(code, 0);
      assert.match(stdout, /^✓ Node +v24\.\d+\.\d+\n✓ settings +service shop · exporter otlp/);
      for (const signal of ["traces", "metrics", "logs"])
        assert.match(stdout, new RegExp(`✓ ${signal} out +http://127.0.0.1:\\d+/v1/${signal} takes them`));
      assert.match(stdout, /✓ library +express 5\.1\.0/);
    } finally {
      await receiver.close();
    }
  });

  it("names the signal and the address where nobody listens, without the secrets in it, and ends with 1", async () => {
    const { code, stdout } = await doctor([], {
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://user:hunter2@127.0.0.1:9",
      OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20s3cr3t-t0ken",
    });
    assert.equal(code, 1);
    assert.match(stdout, /✗ traces out +http:\/\/127\.0\.0\.1:9\/v1\/traces: ECONNREFUSED/);
    assert.doesNotMatch(stdout, /hunter2|s3cr3t/);
  });

  it("tells a server that is no collector from one that is not there", async () => {
    const server = createServer((_, response) => response.writeHead(404).end("no"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    try {
      const found = await document([], { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` });
      assert.deepEqual(levelOf(found, "traces out"), ["fail"]);
      assert.match(JSON.stringify(found.checks), /it answered 404/);
      const spoken = await document([], { OTEL_EXPORTER_OTLP_ENDPOINT: `https://127.0.0.1:${port}` });
      assert.match(JSON.stringify(spoken.checks), /does not speak TLS/);
    } finally {
      server.close();
    }
  });

  it("reports mistakes in the settings, and libraries whose version is not observed", async () => {
    await mkdir(join(folder, "old/node_modules/pino"), { recursive: true });
    await writeFile(join(folder, "old/node_modules/pino/package.json"), '{"name":"pino","version":"5.17.0"}');
    const env = { TRACING_SAMPLE_RATE: "lots", TRACING_EXPORTER: "none" };
    const { stdout } = await doctor([], env, join(folder, "old"));
    assert.match(stdout, /✗ settings +TRACING_SAMPLE_RATE: expected /);
    assert.match(stdout, /! library +pino 5\.17\.0 is not observed\n +Versions from 7\.0\.0 below 11\.0\.0 are\./);
  });
});

describe("doctor of a program", () => {
  it("tells what was observed and what was only loaded, in every process of it", async () => {
    const server = createServer((_, response) => {
      response.setHeader("content-type", "application/json");
      response.end('{"id":"c","model":"gpt-4o","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}');
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    try {
      const inner = await program(`
        import OpenAI from "openai";
        const client = new OpenAI({ apiKey: "k", baseURL: "http://127.0.0.1:${port}/v1" });
        await client.chat.completions.create({ model: "gpt-4o", messages: [] });
        console.log("inner done");
      `);
      const outer = await program(`
        import { execFileSync } from "node:child_process";
        import "express";
        execFileSync(process.execPath, [${JSON.stringify(inner)}], { stdio: "inherit" });
      `);
      const found = await document(["--", process.execPath, outer], { TRACING_EXPORTER: "none" });
      assert.equal(found.well, true);
      assert.equal(found.program.processes, 2);
      assert.equal(found.program.llm, 1);
      assert.deepEqual(
        found.libraries.map(({ library, status }) => [library, status]),
        [
          ["openai", "observed"],
          ["express", "found"],
        ],
      );
    } finally {
      server.close();
    }
  });

  it("says that a library was there before the preload", async () => {
    const early = join(folder, "early.cjs");
    await writeFile(early, 'require("pino");');
    const file = await program('import pino from "pino"; pino({ level: "silent" });');
    const found = await document(["--", process.execPath, file], {
      TRACING_EXPORTER: "none",
      NODE_OPTIONS: `--require ${early}`,
    });
    assert.deepEqual(
      found.libraries.map(({ library, status }) => [library, status]),
      [["pino", "loaded_before"]],
    );
    assert.equal(found.well, false);
  });

  it("ends a server after the time, and says where nothing was preloaded", async () => {
    const forever = await program("setInterval(() => {}, 1000);");
    const ended = await document(["--for", "1s", "--", process.execPath, forever], { TRACING_EXPORTER: "none" });
    assert.equal(ended.program.signal, "SIGTERM");
    const { stdout, code } = await doctor(["--", "true"], { TRACING_EXPORTER: "none" });
    assert.equal(code, 1);
    assert.match(stdout, /✗ program +it ended with exit code 0, and no process of it was preloaded/);
  });
});

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";
import { createLlmDouble } from "../../examples/support/llm-double.ts";
import { createBackends, searchTraces } from "../../src/backends/index.ts";
import { nodeOptionsWith } from "../../src/cli/observed-program.ts";
import { BARE_ENV, type CommandRun } from "./run-command.ts";

const COMMAND = join(import.meta.dirname, "../../bin/agent-observatory.cjs");
const ANY_PORTS = ["--port", "0", "--otlp-http-port", "0", "--otlp-grpc-port", "0"];
const KILL_AFTER_MS = 90_000;

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "agent-observatory-dev-"));
});
const started: ChildProcess[] = [];
after(async () => {
  // What a failed test left behind.
  for (const child of started) child.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

function start(args: readonly string[], options: { env?: Record<string, string>; cwd?: string } = {}) {
  const child = spawn(process.execPath, [COMMAND, ...args], {
    // `node` is the one that runs this, as it is in npm scripts.
    env: { ...BARE_ENV, PATH: `${dirname(process.execPath)}${delimiter}${BARE_ENV.PATH}`, ...options.env },
    cwd: options.cwd ?? folder,
    stdio: ["pipe", "pipe", "pipe"],
    timeout: KILL_AFTER_MS,
    killSignal: "SIGKILL",
  });
  started.push(child);
  return child;
}

async function finish(child: ReturnType<typeof start>): Promise<CommandRun> {
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>,
  ]);
  return { code, signal, stdout, stderr };
}

/** A folder of its own with these files, and a store that no other test has. */
async function project(files: Readonly<Record<string, string>>): Promise<{ cwd: string; flags: string[] }> {
  const cwd = await mkdtemp(join(folder, "project-"));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(cwd, name, ".."), { recursive: true });
    await writeFile(join(cwd, name), content);
  }
  return { cwd, flags: [...ANY_PORTS, "--data-directory", join(cwd, "data")] };
}

/** One call of a model, as a program of anybody makes it. */
const CALL = `
const answer = await fetch(process.env.MODEL_URL + "/chat/completions", {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ model: "gpt-4o", messages: [{ role: "user", content: "Hi" }] }),
});
console.log((await answer.json()).choices[0].message.content);
`;

async function withModel<T>(use: (env: Record<string, string>) => Promise<T>): Promise<T> {
  const double = await createLlmDouble({
    respond: () => ({ text: "Hello", usage: { inputTokens: 10, outputTokens: 5 } }),
  }).start();
  try {
    return await use({ MODEL_URL: double.url });
  } finally {
    await double.close();
  }
}

describe("agent-observatory dev", () => {
  it("runs the program observed, leaves its streams alone, and says in a line what it did", async () => {
    const { cwd, flags } = await project({ "app.mjs": CALL });
    const { code, stdout, stderr } = await withModel((env) =>
      finish(start(["dev", ...flags, "--", "node", "app.mjs"], { env, cwd })),
    );
    assert.deepEqual([code, stdout], [0, "Hello\n"], stderr);
    const [opening, closing, ...more] = stderr.trimEnd().split("\n");
    assert.match(
      opening ?? "",
      /^agent-observatory: the page is at http:\/\/127\.0\.0\.1:\d+ \(beside the program, data in /,
    );
    assert.match(
      closing ?? "",
      /^agent-observatory: 1 trace, 1 LLM call, 10 → 5 tokens, \$0\.0000750, 0 errors · agent-observatory serve, then agent-observatory trace [0-9a-f]{12}$/,
    );
    assert.deepEqual(more, []);
  });

  it("reaches the processes that the program starts: npm, TypeScript, children", async () => {
    const { cwd, flags } = await project({
      "package.json": '{ "name": "started-by-npm", "type": "module", "scripts": { "start": "node start.ts" } }',
      "start.ts": 'import { fork } from "node:child_process"; const file: string = "app.mjs"; fork(file);',
      "app.mjs": CALL,
    });
    const { code, stdout, stderr } = await withModel((env) =>
      finish(start(["dev", ...flags, "--", "npm", "start", "--silent"], { env, cwd })),
    );
    assert.deepEqual([code, stdout], [0, "Hello\n"], stderr);
    assert.match(stderr, /: 1 trace, 1 LLM call, /);
  });

  it("keeps the program's own NODE_OPTIONS, and copes with any path", async () => {
    assert.equal(
      nodeOptionsWith("--max-old-space-size=64", '/a "b"\\c'),
      '--max-old-space-size=64 --require "/a \\"b\\"\\\\c"',
    );
    const { cwd, flags } = await project({
      "first.cjs": "globalThis.first = process.title;",
      "app.mjs": "console.log(typeof first, process.execArgv.length);",
    });
    const { stdout } = await finish(
      start(["dev", ...flags, "--", "node", "app.mjs"], { cwd, env: { NODE_OPTIONS: "--require ./first.cjs" } }),
    );
    assert.equal(stdout, "string 0\n");
  });

  it("ends with the program's code, and by its signal", async () => {
    const { cwd, flags } = await project({});
    assert.equal((await finish(start(["dev", ...flags, "--", "node", "-e", "process.exit(7)"], { cwd }))).code, 7);
    const killed = await finish(start(["dev", ...flags, "--", "sh", "-c", "kill -TERM $$"], { cwd }));
    assert.deepEqual([killed.code, killed.signal], [null, "SIGTERM"]);
    const unknown = await finish(start(["dev", ...flags, "--", "no-such-program"], { cwd }));
    assert.deepEqual([unknown.code, /there is no program "no-such-program"/.test(unknown.stderr)], [127, true]);
  });

  it("passes signals on once, and lets the program end by itself", async () => {
    const app = `
      const timer = setInterval(() => {}, 1000);
      for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"])
        process.on(signal, () => { console.log(signal); process.exitCode = 3; clearInterval(timer); });
      console.log("ready");`;
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
      const { cwd, flags } = await project({ "app.mjs": app });
      const child = start(["dev", ...flags, "--", "node", "app.mjs"], { cwd });
      const ended = finish(child);
      await once(child.stdout, "data");
      child.kill(signal);
      const { code, stdout } = await ended;
      assert.deepEqual([code, stdout], [3, `ready\n${signal}\n`]);
    }
  });

  it("stays up after the program where that is asked for, until it is interrupted", async () => {
    const { cwd, flags } = await project({ "app.mjs": CALL });
    const child = await withModel(async (env) => {
      const kept = start(["dev", "--keep", ...flags, "--", "node", "app.mjs"], { env, cwd });
      for await (const chunk of kept.stderr.setEncoding("utf8") as AsyncIterable<string>)
        if (chunk.includes("stays up")) break;
      return kept;
    });
    assert.equal(child.exitCode, null);
    child.kill("SIGINT");
    assert.deepEqual(await once(child, "exit"), [0, null]);
  });

  it("opens the page where that is asked for, and says where it is where no browser can be started", async () => {
    const { cwd, flags } = await project({ "app.mjs": "setTimeout(() => {}, 500)" });
    await writeFile(join(cwd, "xdg-open"), '#!/bin/sh\necho "$1" > "$OPENED"\n', { mode: 0o755 });
    const opened = join(cwd, "opened.txt");
    const program = ["--", process.execPath, "app.mjs"];
    const env = { PATH: `${cwd}:${process.env["PATH"]}`, OPENED: opened };
    const { stderr } = await finish(start(["dev", "--open", ...flags, ...program], { cwd, env }));
    const [, url] = /the page is at (\S+)/.exec(stderr) ?? [];
    assert.equal(await readFile(opened, "utf8"), `${url}\n`);
    await writeFile(join(cwd, "xdg-open"), "#!/bin/sh\nexit 3\n");
    const failed = await finish(start(["dev", "--open", ...flags, ...program], { cwd, env }));
    assert.equal(failed.code, 0);
    assert.match(failed.stderr, /no browser could be opened; the page is at http/);
  });

  it("leaves an endpoint that the program has, and says so", async () => {
    const { cwd, flags } = await project({ "app.mjs": "console.log(process.env.OTEL_EXPORTER_OTLP_ENDPOINT);" });
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" };
    const own = await finish(start(["dev", ...flags, "--", "node", "app.mjs"], { cwd, env }));
    assert.equal(own.stdout, "http://127.0.0.1:9\n");
    assert.match(own.stderr, /sends its telemetry where its own settings say/);
    const ours = await finish(start(["dev", ...flags, "--", "node", "app.mjs"], { cwd }));
    assert.match(ours.stdout, /^http:\/\/127\.0\.0\.1:\d+\n$/);
  });
});

describe("agent-observatory serve", () => {
  it("says where it is, is joined by dev and asked by the other commands, and ends in order", async () => {
    const { cwd, flags } = await project({ "app.mjs": CALL });
    const server = start(["serve", ...flags, "--json"], { cwd });
    const served = finish(server);
    const [line] = (await once(server.stdout, "data")) as [Buffer];
    const { web, otlpHttp } = JSON.parse(line.toString()) as { web: string; otlpHttp: string };
    const ports = ["--port", new URL(web).port, "--otlp-http-port", new URL(otlpHttp).port];
    const run = await withModel((env) => finish(start(["dev", ...ports, "--", "node", "app.mjs"], { env, cwd })));
    assert.equal(run.code, 0, run.stderr);
    assert.match(
      run.stderr,
      new RegExp(
        `: the page is at ${web} \\(runs already\\)\\n.*: 1 trace, 1 LLM call, .* · agent-observatory trace [0-9a-f]{12}\\n$`,
      ),
    );
    const [, id = ""] = /trace ([0-9a-f]{12})\n$/.exec(run.stderr) ?? [];
    const shown = await finish(start(["trace", id, "--url", web], { cwd }));
    assert.match(shown.stdout, /chat gpt-4o .* 10 → 5 tokens/);
    const nowMs = Date.now();
    const { found } = await searchTraces(createBackends({ url: web }).jaeger, {
      startMs: nowMs - 600_000,
      endMs: nowMs + 1000,
      limit: 5,
      model: "gpt-4o",
    });
    assert.equal(found.length, 1);
    server.kill("SIGTERM");
    const { code, signal } = await served;
    assert.deepEqual([code, signal], [0, null]);
  });

  it("refuses settings that are wrong", async () => {
    const { cwd, flags } = await project({});
    const { code, stderr } = await finish(start(["serve", ...flags, "--retention-max-age", "soon"], { cwd }));
    assert.equal(code, 2);
    assert.match(stderr, /--retention-max-age/);
  });
});

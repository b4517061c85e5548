import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { pushedValue, runProgram } from "./run-program.ts";

const directory = mkdtempSync(join(tmpdir(), "observatory-outputs-"));
after(() => rmSync(directory, { recursive: true, force: true }));
const at = (name: string): string => join(directory, name);
type Line = Readonly<Record<string, unknown>>;
const parse = (text: string): Line[] =>
  text
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Line);
const linesIn = (path: string): Line[] => parse(readFileSync(path, "utf8"));
const messages = (lines: readonly Line[]): unknown[] => lines.map(({ message }) => message);

const LOGGER = `import { createLogger, setLogLevel, tool } from "agent-observatory"; const log = createLogger("shop");`;
const MANY = `${LOGGER} for (let i = 0; i < 500; i++) log.info("line " + i, { i });`;
/** What `MANY` logs, and then this. */
const all = (...last: string[]): string[] => [...Array.from({ length: 500 }, (_, i) => `line ${i}`), ...last];

describe("lines that were written right before the end", () => {
  const ENDS: readonly [name: string, end: string, code: number | null, signal: NodeJS.Signals | null][] = [
    ["process.exit", `log.error("last"); process.exit(3);`, 3, null],
    ["an uncaught error", `log.error("last"); throw new Error("mine");`, 1, null],
    ["a rejection that nobody handles", `log.error("last"); await Promise.reject(new Error("mine"));`, 1, null],
    ["SIGTERM", `log.error("last"); process.kill(process.pid, "SIGTERM"); for (;;);`, null, "SIGTERM"],
    ["the loop running dry", `log.error("last");`, 0, null],
  ];
  for (const [name, end, code, signal] of ENDS) {
    it(`are in the files and at the collector, and on stdout as far as it is read: ${name}`, async () => {
      const [file, errors] = [at(`${code}-${name}.log`), at(`${code}-${name}-errors.log`)];
      const busy =
        signal === null ? end : end.replace("for (;;);", "await new Promise((done) => setTimeout(done, 60000));");
      const run = await runProgram(`${MANY} ${busy}`, { env: { LOG_FILE: file, LOG_ERROR_FILE: errors } });
      assert.deepEqual([run.code, run.signal], [code, signal], run.stderr);
      assert.deepEqual(messages(linesIn(file)), all("last"));
      assert.deepEqual(messages(linesIn(errors)), ["last"]);
      // Node writes to a pipe what its reader has room for; the rest waits, and is lost where a process ends at once.
      const printed = messages(parse(run.stdout.slice(0, run.stdout.lastIndexOf("\n") + 1)));
      assert.deepEqual(printed, all("last").slice(0, code === 0 ? undefined : printed.length));
      assert.ok(printed.length > 100, `${printed.length} lines on stdout`);
      const arrived = run.logs.filter(({ scope }) => scope === "shop").map(({ body }) => body);
      assert.deepEqual(arrived, all("last"));
      assert.equal(statSync(file).mode & 0o777, 0o600);
    });
  }

  it("are in the file even where the process is killed", async () => {
    const file = at("killed.log");
    const run = await runProgram(`${MANY} log.info("last"); process.kill(process.pid, "SIGKILL");`, {
      env: { LOG_FILE: file },
    });
    assert.equal(run.signal, "SIGKILL");
    assert.deepEqual(messages(linesIn(file)), all("last"));
  });

  it("reach a syslog server, whether or not there was time to connect", async () => {
    const got: Buffer[] = [];
    let ended: () => void = () => {};
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.on("data", (chunk) => got.push(chunk));
      socket.on("end", () => ended());
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    for (const end of ["process.exit(0);", ""]) {
      got.length = 0;
      const closed = new Promise<void>((resolve) => {
        ended = resolve;
      });
      const run = await runProgram(`${LOGGER} log.warn("one"); log.error("two"); ${end}`, {
        env: { LOG_SYSLOG: `tcp://127.0.0.1:${port}`, LOG_SYSLOG_FACILITY: "local1", LOG_CONSOLE: "none" },
      });
      await closed;
      const text = Buffer.concat(got).toString();
      assert.match(
        text,
        /^\d+ <140>1 \S+ \S+ program \d+ shop - \{.*"one"\}\d+ <139>1 \S+ \S+ program \d+ shop - \{.*"two"/,
      );
      assert.equal(run.stdout, "");
      assert.equal(run.code, 0, run.stderr);
      assert.equal(run.stderr, "");
    }
    server.close();
  });
});

describe("outputs that cannot be used", () => {
  it("are told of in one line each, and the program runs on", async () => {
    const run = await runProgram(`${MANY} log.error("last"); console.log("through");`, {
      env: { LOG_FILE: "/proc/nowhere/app.log", LOG_SYSLOG: "unix:///nowhere/log.sock" },
    });
    assert.equal(run.code, 0, run.stderr);
    assert.match(run.stdout, /through\n$/);
    const said = run.stderr.trim().split("\n");
    assert.equal(said.length, 3, run.stderr);
    assert.match(run.stderr, /The log file \/proc\/nowhere\/app\.log cannot be written \(ENOENT\)\./);
    assert.match(run.stderr, /The syslog server at unix:\/\/\/nowhere\/log\.sock cannot be reached \(ENOENT\)/);
    assert.match(run.stderr, /501 log lines could not be sent to unix:\/\/\/nowhere\/log\.sock and are lost\./);
    assert.equal(pushedValue(run.points, "agent_observatory_dropped_total", { signal: "logs" }), 501);
  });

  it("that are no addresses or sizes are told of with their key", async () => {
    const run = await runProgram(`${LOGGER} log.info("x");`, {
      env: { LOG_SYSLOG: "http://x", LOG_MAX_FILES: "0", LOG_SAMPLE_RATES: "error=0.5", LOG_CALLER: "sometimes" },
    });
    for (const key of ["LOG_SYSLOG", "LOG_MAX_FILES", "LOG_SAMPLE_RATES", "LOG_CALLER"]) {
      assert.equal(run.stderr.split("\n").filter((line) => line.includes(key)).length, 1, run.stderr);
    }
    assert.deepEqual(messages(parse(run.stdout)), ["x"]);
  });
});

describe("what a logger writes", () => {
  it("carries the ids of span and context, in the file and at the collector", async () => {
    const file = at("ids.log");
    const run = await runProgram(
      `import { withContext } from "agent-observatory"; ${LOGGER}
       await withContext({ requestId: "r1", userId: "u1", sessionId: "s1", correlationId: "c1" }, async () => {
         await new Promise((resolve) => setTimeout(resolve, 5));
         tool("work", () => log.child({ part: "a" }).info("inside"))();
       });
       log.info("outside");`,
      { env: { LOG_FILE: file, LOG_CALLER: "always" } },
    );
    const [inside, outside] = linesIn(file);
    const [span] = run.spans;
    assert.deepEqual(
      [inside?.["trace_id"], inside?.["span_id"], inside?.["request_id"], inside?.["user_id"], inside?.["session_id"]],
      [span?.traceId, span?.spanId, "r1", "u1", "s1"],
    );
    assert.equal(inside?.["correlation_id"], "c1");
    assert.deepEqual([inside?.["module"], inside?.["line"], inside?.["part"]], ["program.mjs", 4, "a"]);
    for (const name of ["trace_id", "user_id", "session_id"]) assert.equal(outside?.[name], undefined);
    const arrived = run.logs.find(({ body }) => body === "inside");
    assert.equal(arrived?.spanId, span?.spanId);
    assert.equal(arrived?.attributes["session.id"], "s1");
    assert.equal(arrived?.attributes["code.file.path"], "program.mjs");
    assert.equal(arrived?.attributes["part"], "a");
  });

  it("has no secret and no personal data in any output, wherever it stands", async () => {
    const file = at("secrets.log");
    const secret = "sk-proj-Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4z";
    const run = await runProgram(
      `import { withContext } from "agent-observatory"; ${LOGGER}
       import winston from "winston"; import { Writable } from "node:stream";
       const seen = []; log.add(new winston.transports.Stream({ stream: new Writable({ write(c, e, done) { seen.push(String(c)); done(); } }) }));
       const secret = "${secret}";
       log.info("key " + secret, { secret, password: "hunter2hunter2", nested: [{ a: "jane.doe@customer-mail.example" }], [secret]: 1, value: secret, name: "password" });
       log.error(Object.assign(new Error("with " + secret, { cause: new Error("deep " + secret) }), { token: secret }));
       withContext({ userId: "jane.doe@customer-mail.example" }, () => log.info("who"));
       createLogger({ name: secret, format: "text" }).warn("%s", secret, { secret });
       process.on("exit", () => console.log("SEEN" + JSON.stringify(seen)));`,
      { env: { LOG_FILE: file } },
    );
    assert.equal(run.code, 0, run.stderr);
    const logs = JSON.stringify(run.logs);
    for (const text of [run.stdout, run.stderr, readFileSync(file, "utf8"), logs]) {
      for (const hidden of ["Ab3dEf6h", "jane.doe", "hunter2"]) assert.ok(!text.includes(hidden), `${hidden}: ${text}`);
    }
    assert.match(run.stdout, /SEEN\["\{/);
    assert.equal(linesIn(file).length, 3);
  });

  it("follows levels that are set while the program runs", async () => {
    const run = await runProgram(
      `${LOGGER} const other = createLogger({ name: "other", level: "warn" });
       log.debug("0"); setLogLevel("debug"); log.debug("1"); other.info("2"); setLogLevel("silly", "other"); other.silly("3");
       setLogLevel(undefined, "other"); other.info("4"); setLogLevel(undefined); log.debug("5"); log.level = "debug"; log.debug("6");
       const child = log.child({}); child.level = "error"; child.warn("7"); log.debug("8"); setLogLevel("loud"); log.debug("9");
       log.info("on", { debug: log.isDebugEnabled(), silly: log.isSillyEnabled() });`,
    );
    assert.deepEqual(messages(parse(run.stdout)), ["1", "3", "6", "8", "9", "on"]);
    assert.deepEqual([parse(run.stdout).at(-1)?.["debug"], parse(run.stdout).at(-1)?.["silly"]], [true, false]);
  });

  it("is sampled as the settings say, counted, and errors always are written", async () => {
    const run = await runProgram(
      `${LOGGER} for (let i = 0; i < 100; i++) { log.info("again " + i); log.error("failed"); log.debug("no"); }`,
      { env: { LOG_SAMPLE_RATES: "info=0.1", LOG_SAMPLE_BURST: "4" } },
    );
    const lines = parse(run.stdout);
    assert.equal(lines.filter(({ level }) => level === "error").length, 100);
    const infos = lines.filter(({ level }) => level === "info");
    assert.equal(infos.length, 4);
    const left = "agent_observatory_log_lines_left_out_total";
    assert.equal(pushedValue(run.points, left, { level: "info", reason: "rate" }), 90);
    assert.equal(pushedValue(run.points, left, { level: "info", reason: "burst" }), 6);
    assert.equal(run.logs.filter(({ scope }) => scope === "shop").length, 104);
  });

  it("tells of events by helpers, with the names of the conventions", async () => {
    const run = await runProgram(
      `import { logAgentAction, logCacheOperation, logLlmRequest, logWorkflowEvent } from "agent-observatory"; ${LOGGER}
       logAgentAction(log, { agent: "research", action: "call_tool", tool: "search", durationMs: 12, fields: { step: 2 } });
       logWorkflowEvent(log, { workflow: "report", event: "failed", node: "write", error: new Error("mine") });
       logLlmRequest(log, { provider: "openai", model: "gpt-5", inputTokens: 10, outputTokens: 0, costUsd: 0.5 });
       logCacheOperation(log, { cache: "answers", kind: "semantic", outcome: "hit" });`,
    );
    const [agent, workflow, llm, cache] = parse(run.stdout);
    assert.deepEqual(
      [
        agent?.["gen_ai.agent.name"],
        agent?.["gen_ai.tool.name"],
        agent?.["duration_ms"],
        agent?.["step"],
        agent?.["level"],
      ],
      ["research", "search", 12, 2, "info"],
    );
    assert.deepEqual([workflow?.["level"], workflow?.["message"]], ["error", "Workflow report: failed"]);
    assert.deepEqual([llm?.["gen_ai.usage.input_tokens"], llm?.["gen_ai.usage.output_tokens"]], [10, 0]);
    assert.deepEqual([cache?.["cache_outcome"], cache?.["cache_kind"]], ["hit", "semantic"]);
    const names = run.logs.filter(({ scope }) => scope === "shop").map(({ attributes }) => attributes["event.name"]);
    assert.deepEqual(names, ["agent.action", "workflow.event", "llm.request", "cache.operation"]);
  });

  it("goes to transports that the program adds as well, at their level", async () => {
    const run = await runProgram(
      `${LOGGER} import winston from "winston";
       log.add(new winston.transports.Console({ level: "debug", stderrLevels: ["debug", "info"] }));
       log.debug("only there"); log.info("both", { n: 1 }); log.end(); log.info("after the end");`,
      { env: { AGENT_OBSERVATORY_LOG_LEVEL: "none" } },
    );
    assert.deepEqual(messages(parse(run.stdout)), ["both", "after the end"]);
    assert.deepEqual(messages(parse(run.stderr)).slice(0, 2), ["only there", "both"]);
    assert.equal(run.code, 0, run.stderr);
    const arrived = run.logs.filter(({ scope }) => scope === "shop" || scope === "winston").map(({ body }) => body);
    assert.deepEqual(arrived, ["both", "after the end"], "once each");
  });

  it("ends quietly where its reader is gone", async () => {
    const run = await runProgram(
      `${LOGGER} import { spawnSync } from "node:child_process"; process.stdout.destroy(); log.info("x");
       await new Promise((resolve) => setTimeout(resolve, 20)); log.info("y");`,
    );
    assert.equal(run.code, 0, run.stderr);
    assert.equal(run.logs.filter(({ scope }) => scope === "shop").length, 2);
  });
});

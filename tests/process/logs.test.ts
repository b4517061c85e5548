import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type ProgramRun, type ProgramType, runProgram } from "./run-program.ts";

type Line = Readonly<Record<string, unknown>>;
const linesOf = (run: ProgramRun): Line[] =>
  run.stdout
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Line);

const IMPORTS: Readonly<Record<ProgramType, (library: string) => string>> = {
  module: (library) => `import ${library} from "${library}"; import { tool } from "agent-observatory";`,
  commonjs: (library) => `const ${library} = require("${library}"); const { tool } = require("agent-observatory");`,
};
const TYPES = ["module", "commonjs"] as const;

/** What the program has logged, without what we tell of its errors. */
const programLogs = (run: ProgramRun): ProgramRun["logs"] =>
  run.logs.filter(({ scope }) => scope !== "agent-observatory");

/** The received line with this message. */
function received(run: ProgramRun, message: string) {
  const logs = run.logs.filter((log) => log.body === message);
  assert.equal(logs.length, 1, `"${message}" arrived ${logs.length} times`);
  return logs[0]!;
}

/** What the program printed without us is what it prints with us, but for the two ids. */
function assertSameLines(run: ProgramRun, bare: ProgramRun): void {
  const [span] = run.spans;
  assert.ok(span !== undefined);
  const own = linesOf(run).map(({ trace_id: _trace, span_id: _span, ...line }) => line);
  const stable = (lines: readonly Line[]) =>
    lines.map(({ time: _time, pid: _pid, timestamp: _timestamp, ...line }) => line);
  assert.deepEqual(stable(own), stable(linesOf(bare)));
  for (const line of linesOf(run)) {
    const inside = (line["message"] ?? line["msg"]) !== "outside";
    assert.equal(line["trace_id"], inside ? span.traceId : undefined, JSON.stringify(line));
    assert.equal(line["span_id"], inside ? span.spanId : undefined);
  }
}

describe("winston in a program", () => {
  for (const type of TYPES) {
    const source = `${IMPORTS[type]("winston")}
      const { format } = winston;
      const logger = winston.createLogger({
        level: "info",
        defaultMeta: { component: "main" },
        format: format.combine(format((info) => { if (info.internal) info.internal = "[removed]"; return info; })(), format.json()),
        transports: [new winston.transports.Console()],
      });
      logger.info("outside", { count: 1 });
      tool("work", () => {
        logger.info("inside", { count: 2, internal: "hunter2hunter2" });
        logger.child({ request: "r1" }).warn("inside child");
        logger.log({ level: "error", message: "inside log", error: "E" });
        logger.log("info", "inside two", { nested: { deep: true } });
        logger.error(new Error("inside error"));
        logger.info({ message: "inside object", own: 1 });
        logger.debug("inside debug");
      })();`;

    it(`keeps its own format and gets the ids of the span: ${type}`, async () => {
      const bare = await runProgram(source, { type, mode: "none" });
      const run = await runProgram(source, { type });
      assert.equal(run.code, 0, run.stderr);
      assert.equal(run.stderr, bare.stderr);
      assertSameLines(run, bare);
    });

    it(`arrives at the collector as it was printed: ${type}`, async () => {
      const run = await runProgram(source, { type });
      const [span] = run.spans;
      assert.equal(programLogs(run).length, linesOf(run).length, "neither more nor less than was printed");
      assert.equal(received(run, "outside").traceId, undefined);
      assert.equal(received(run, "outside").attributes["count"], 1);
      const inside = received(run, "inside");
      assert.equal(inside.traceId, span?.traceId);
      assert.equal(inside.spanId, span?.spanId);
      assert.equal(inside.severityText, "INFO");
      assert.equal(inside.scope, "winston");
      assert.equal(inside.attributes["component"], "main");
      assert.equal(inside.attributes["internal"], "[removed]");
      assert.equal(inside.attributes["trace_id"], undefined);
      assert.equal(received(run, "inside child").attributes["request"], "r1");
      assert.equal(received(run, "inside child").severityText, "WARN");
      assert.equal(received(run, "inside two").attributes["nested"], '{"deep":true}');
      assert.ok(!JSON.stringify(run.logs).includes("hunter2"));
    });
  }

  it("can print lines that are no JSON, with colours, and their levels are still known", async () => {
    const run = await runProgram(
      `${IMPORTS.module("winston")}
       const { format } = winston;
       const logger = winston.createLogger({ format: format.combine(format.colorize(), format.printf(({ level, message }) => level + ": " + message)), transports: [new winston.transports.Console()] });
       tool("work", () => logger.warn("inside"))();`,
    );
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours are the point.
    assert.match(run.stdout, /\u001b\[33mwarn\u001b\[39m: inside\n/);
    assert.equal(received(run, "inside").severityText, "WARN");
  });
});

describe("pino in a program", () => {
  for (const type of TYPES) {
    const source = `${IMPORTS[type]("pino")}
      const logger = pino({ base: { component: "main" }, redact: ["password", "user.token"], serializers: { user: (user) => ({ id: user.id, token: user.token }) } });
      logger.info({ count: 1 }, "outside");
      tool("work", () => {
        logger.info({ count: 2, password: "hunter2hunter2" }, "inside");
        logger.child({ request: "r1" }).warn("inside child");
        logger.info("inside %s", "formatted");
        logger.info({ user: { id: 7, token: "hunter2hunter2", secret: "dropped-by-serializer" } }, "inside user");
        logger.error(new Error("inside error"));
        logger.debug("inside debug");
      })();`;

    it(`keeps its own format and gets the ids of the span: ${type}`, async () => {
      const bare = await runProgram(source, { type, mode: "none" });
      const run = await runProgram(source, { type });
      assert.equal(run.code, 0, run.stderr);
      assert.equal(run.stderr, bare.stderr);
      const withoutPaths = (one: ProgramRun): ProgramRun => ({
        ...one,
        stdout: one.stdout.replaceAll(/"stack":"[^"]*"/g, '"stack":""'),
      });
      assertSameLines(withoutPaths(run), withoutPaths(bare));
    });

    it(`arrives at the collector as it was printed, redacted by its own rules: ${type}`, async () => {
      const run = await runProgram(source, { type });
      const [span] = run.spans;
      assert.equal(programLogs(run).length, linesOf(run).length);
      const inside = received(run, "inside");
      assert.deepEqual([inside.traceId, inside.spanId], [span?.traceId, span?.spanId]);
      assert.equal(inside.severityText, "INFO");
      assert.equal(inside.scope, "pino");
      assert.equal(inside.attributes["count"], 2);
      assert.equal(inside.attributes["component"], "main");
      assert.equal(received(run, "outside").traceId, undefined);
      assert.equal(received(run, "inside child").attributes["request"], "r1");
      assert.equal(received(run, "inside formatted").severityText, "INFO");
      assert.equal(received(run, "inside error").severityText, "ERROR");
      const text = JSON.stringify(run.logs);
      assert.ok(!text.includes("hunter2"));
      assert.ok(!text.includes("dropped-by-serializer"));
    });
  }
});

describe("console in a program", () => {
  const source = `import { tool } from "agent-observatory"; import { inspect } from "node:util";
    console.log("outside %d", 1); console.table([1]);
    tool("work", () => { console.warn("inside", { mail: "jane.doe@customer-mail.example" }); console.error(new RangeError("mine")); })();
    console.debug({ [inspect.custom]() { console.log("nested"); return "shown"; } });`;

  it("is sent as log lines where that is asked for, and prints what it prints", async () => {
    const bare = await runProgram(source, { mode: "none" });
    const run = await runProgram(source, { env: { LOG_CAPTURE_CONSOLE: "true" } });
    const plain = (text: string) => text.replaceAll(/\n +at .*/g, "");
    // A value of the program's that prints as it is looked at is looked at once more.
    assert.equal(plain(run.stdout).replace("nested\n", ""), plain(bare.stdout));
    assert.equal(plain(run.stderr), plain(bare.stderr));
    const lines = run.logs.filter(({ scope }) => scope === "console");
    assert.equal(received(run, "outside 1").severityText, "INFO");
    const [warning] = lines.filter(({ severityText }) => severityText === "WARN");
    assert.equal(warning?.body, "inside { mail: '[REDACTED:email]' }");
    assert.equal(warning?.spanId, run.spans[0]?.spanId);
    assert.match(String(lines.find(({ severityText }) => severityText === "ERROR")?.body), /^RangeError: mine\n/);
  });

  it("is left alone otherwise", async () => {
    const run = await runProgram(source);
    assert.deepEqual(
      run.logs.filter(({ scope }) => scope === "console"),
      [],
    );
  });
});

describe("the logger of this package", () => {
  const source = `import { createLogger, tool } from "agent-observatory";
    const log = createLogger({ name: "shop" });
    log.info("outside", { count: 1 });
    tool("work", () => log.warn("inside", { apiKey: "sk-proj-Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4z", mail: "to jane.doe@customer-mail.example", date_of_birth: "1980-02-03" }))();
    log.error("failed", { error: new RangeError("mine") });
    log.debug("not shown");`;

  it("writes JSON with timestamp, level, logger, message and ids, without secrets", async () => {
    const run = await runProgram(source);
    assert.equal(run.code, 0, run.stderr);
    const lines = linesOf(run);
    assert.equal(lines.length, 3, run.stdout);
    assert.deepEqual(
      lines.map(({ level, logger, message }) => [level, logger, message]),
      [
        ["info", "shop", "outside"],
        ["warn", "shop", "inside"],
        ["error", "shop", "failed"],
      ],
    );
    for (const line of lines) assert.ok(!Number.isNaN(Date.parse(String(line["timestamp"]))));
    assert.equal(lines[1]?.["trace_id"], run.spans[0]?.traceId);
    assert.equal(lines[1]?.["span_id"], run.spans[0]?.spanId);
    assert.equal(lines[0]?.["trace_id"], undefined);
    for (const text of [run.stdout, JSON.stringify(run.logs)]) {
      assert.ok(!text.includes("Ab3dEf6h"), text);
      assert.ok(!text.includes("jane.doe"), text);
      assert.ok(!text.includes("1980"), text);
    }
    assert.equal(programLogs(run).length, 3);
    assert.equal(received(run, "inside").spanId, run.spans[0]?.spanId);
    assert.match(run.stdout, /RangeError: mine|"mine"/);
  });

  it("writes text for people where the settings say so, or the program", async () => {
    const run = await runProgram(source, { env: { LOG_FORMAT: "text", LOG_LEVEL: "warn" } });
    const lines = run.stdout.trim().split("\n");
    assert.match(lines[0] ?? "", /^\d{4}-\d\d-\d\dT\S+ WARN {2}shop \[[0-9a-f]{8}\] inside apiKey=/);
    assert.ok(!run.stdout.includes("outside"));
    const chosen = await runProgram(
      `import { createLogger } from "agent-observatory"; createLogger({ name: "x", format: "text", level: "debug" }).debug("said");`,
    );
    assert.match(chosen.stdout, /DEBUG x said\n$/);
  });

  it("writes the same without the preload, and sends nothing", async () => {
    const run = await runProgram(source, { mode: "none" });
    assert.deepEqual(
      linesOf(run).map(({ message }) => message),
      ["outside", "inside", "failed"],
    );
    assert.ok(!run.stdout.includes("Ab3dEf6h"));
    assert.deepEqual(run.requests, {});
  });
});

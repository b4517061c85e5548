import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import type { ReceivedLog } from "../../scripts/otlp-receiver.ts";
import { pushedValue, runProgram } from "../process/run-program.ts";

const errorsOf = (logs: readonly ReceivedLog[]): ReceivedLog[] =>
  logs.filter(({ body }) => String(body).startsWith("agent_observatory.error:"));

describe("errors of a program", () => {
  it("are tracked by themselves, once each, wherever they are seen", async () => {
    const run = await runProgram(`
      import { agent, errorSummary, tool, trackError } from "agent-observatory";
      import winston from "winston";
      const logger = winston.createLogger({ transports: [new winston.transports.Console({ silent: true })] });
      class DiskError extends Error { name = "DiskError" }
      const save = tool("save", (order) => { throw new DiskError("disk full at order " + order) });
      const planner = agent("planner", async (order) => save(order));
      for (let order = 1; order <= 3; order++) {
        try { await planner(order) } catch (error) { trackError(error, { context: { order } }); logger.error("no order", error) }
      }
      logger.error("cache is cold");
      trackError(new RangeError("odd"), { severity: "warning", agent: "checker" });
      const { count, groups, bySource } = errorSummary();
      console.log(JSON.stringify({ count, bySource, groups }));
    `);
    assert.equal(run.code, 0, run.stderr);
    const { count, bySource, groups } = JSON.parse(run.stdout) as {
      count: number;
      bySource: Record<string, number>;
      groups: {
        type: string;
        message: string;
        count: number;
        sources: string[];
        frames: string[];
        samples: object[];
      }[];
    };
    assert.equal(count, 5);
    assert.deepEqual(bySource, { tool: 3, log: 1, program: 1 });
    const disk = groups.find(({ type }) => type === "DiskError");
    assert.equal(disk?.message, "disk full at order <n>");
    assert.deepEqual([disk?.count, disk?.sources], [3, ["tool", "program", "log"]]);
    assert.match(disk?.frames[0] ?? "", /^\(anonymous\) program\.mjs:\d+$/, "the program's own frames, without ours");
    assert.ok(
      disk?.frames.every((frame) => !/observatory|dist/.test(frame)),
      String(disk?.frames),
    );
    assert.equal((disk?.samples[0] as { agent?: string } | undefined)?.agent, "planner");

    assert.equal(pushedValue(run.points, "errors_total"), 5);
    assert.equal(pushedValue(run.points, "errors_total", { source: "tool", category: "unknown" }), 3);
    const told = errorsOf(run.logs);
    assert.equal(told.length, 3, "one record for each kind");
    const [first] = told;
    const failed = run.spans.find(({ name }) => name === "execute_tool save");
    assert.equal(first?.traceId, failed?.traceId);
    assert.equal(first?.spanId, failed?.spanId);
    assert.equal(first?.attributes["gen_ai.tool.name"], "save");
    assert.equal(first?.attributes["gen_ai.agent.name"], "planner");
  });

  it("that nobody catches are seen, and end the program as ever", async () => {
    const source = `
      import { agent } from "agent-observatory";
      const planner = agent("planner", async () => { throw new TypeError("no plan, no program") });
      await planner();
    `;
    const [bare, run] = await Promise.all([runProgram(source, { mode: "none" }), runProgram(source)]);
    assert.equal(run.code, bare.code);
    assert.equal(run.code, 1);
    assert.match(run.stderr, /no plan, no program/);
    assert.equal(pushedValue(run.points, "errors_total"), 1);
    const told = errorsOf(run.logs).map(({ severityText, attributes }) => [
      severityText,
      attributes["agent_observatory.error.occasion"],
    ]);
    assert.deepEqual(told, [
      ["ERROR", "new"],
      ["FATAL", "uncaught"],
    ]);
  });

  it("that come by a plain crash are sent, where nothing else was recorded", async () => {
    const run = await runProgram(`setTimeout(() => { throw new Error("crash") }, 1);`);
    assert.equal(run.code, 1);
    assert.equal(pushedValue(run.points, "errors_total", { source: "uncaught", severity: "critical" }), 1);
    assert.equal(errorsOf(run.logs)[0]?.attributes["exception.message"], "crash");
  });

  it("stay the program's to handle", async () => {
    const run = await runProgram(`
      import { errorSummary } from "agent-observatory";
      process.on("uncaughtException", (error) => console.log("handled", error.message, process.listenerCount("uncaughtException")));
      process.on("unhandledRejection", (reason) => console.log("rejected", reason));
      setTimeout(() => { throw new Error("one") }, 1);
      Promise.reject("two");
      setTimeout(() => console.log(errorSummary().count), 50);
    `);
    assert.deepEqual(run.stdout.trim().split("\n").toSorted(), ["1", "handled one 1", "rejected two"]);
    assert.equal(run.code, 0);
  });

  it("are not tracked by themselves where that is off; what the program says still is", async () => {
    const run = await runProgram(
      `
      import { errorSummary, tool, trackError } from "agent-observatory";
      try { tool("t", () => { throw new Error("a") })() } catch {}
      trackError(new Error("b"));
      console.log(errorSummary().count);
    `,
      { env: { AGENT_OBSERVATORY_TRACK_ERRORS: "false" } },
    );
    assert.equal(run.stdout.trim(), "1");
  });

  it("cost nothing and do nothing without the preload", async () => {
    const run = await runProgram(
      `
      import { errorSummary, onErrorPattern, retry, trackError } from "agent-observatory";
      const stop = onErrorPattern({ name: "x", threshold: 1, windowMs: 1000 }, () => console.log("called"));
      console.log(trackError(new Error("x")), errorSummary().count, typeof stop);
      stop();
      console.log(await retry({ name: "r", minDelayMs: 1 }, ({ attempt }) => {
        if (attempt === 1) throw Object.assign(new Error("busy"), { status: 503 });
        return attempt;
      }));
    `,
      { mode: "none" },
    );
    assert.equal(run.stdout, "undefined 0 function\n2\n", run.stderr);
  });
});

describe("patterns of errors in observatory.yaml", () => {
  it("tell the program in the context of the request that failed, whose connection ever it came over", async () => {
    const run = await runProgram(`
      import { createServer } from "node:http";
      import { agent, createLogger, onErrorPattern, setBudget, withContext } from "agent-observatory";
      const server = createServer((request, response) => {
        request.resume().on("end", () => response.writeHead(503, { "content-type": "application/json" })
          .end('{"error":{"message":"no room","type":"server_error"}}'));
      });
      await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
      const url = "http://127.0.0.1:" + server.address().port + "/v1/chat/completions";
      const log = createLogger("duty");
      onErrorPattern({ name: "down", categories: ["api"], threshold: 2, windowMs: 60_000 }, () => log.warn("down"));
      setBudget({ name: "calls", per: "session", limit: { calls: 1 }, onReached: () => log.warn("spent") });
      const body = JSON.stringify({ model: "gpt-4o", messages: [{ role: "user", content: "Go" }] });
      const ask = (name) => withContext({ sessionId: name }, () => agent.run(name, async (run) => {
        await (await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body })).text();
        console.error(name, run.traceId);
      }));
      // The connection stays open, in the context of who opened it.
      await agent.run("earlier", async () => (await fetch(url)).text());
      await ask("first"); await ask("second");
      server.close(); server.closeAllConnections();
    `);
    const lines = run.stdout.trim().split("\n");
    const told = lines.map((line) => JSON.parse(line) as Record<"message" | "session_id" | "trace_id", string>);
    const traceOf = (name: string): string => new RegExp(`^${name} (\\w+)`, "m").exec(run.stderr)?.[1] ?? "";
    assert.deepEqual(told.map((line) => [line.message, line.session_id, line.trace_id]).toSorted(), [
      ["down", "second", traceOf("second")],
      ["spent", "first", traceOf("first")],
      ["spent", "second", traceOf("second")],
    ]);
  });

  it("are told of in the log and at a webhook, whose address appears nowhere", async () => {
    const bodies: string[] = [];
    const hook = createServer((request, response) => {
      void text(request).then((body) => {
        bodies.push(body);
        response.end();
      });
    }).listen(0, "127.0.0.1");
    await once(hook, "listening");
    const address = hook.address();
    const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/hook-secret`;
    try {
      const run = await runProgram(
        `
        import { trackError } from "agent-observatory";
        for (let index = 0; index < 5; index++) trackError(Object.assign(new Error("down"), { status: 500 }));
        console.log(process.env.HOOK_URL !== undefined);
      `,
        {
          env: { HOOK_URL: url },
          files: {
            "observatory.yaml": `telemetry:
  errors:
    patterns:
      - name: provider-down
        categories: [api, network]
        threshold: 3
        windowMs: 60000
        notify: \${HOOK_URL}
      - name: quiet
        types: [NoSuchError]
        threshold: 1
        windowMs: 1000
`,
          },
        },
      );
      assert.equal(run.stderr, "");
      assert.equal(pushedValue(run.points, "error_pattern_matches_total", { pattern: "provider-down" }), 1);
      const record = run.logs.find(({ body }) => String(body).startsWith("agent_observatory.error_pattern:"));
      assert.equal(record?.attributes["agent_observatory.error.pattern"], "provider-down");
      assert.equal(bodies.length, 1, "sent before the program has ended");
      assert.equal((JSON.parse(bodies[0] ?? "{}") as { pattern?: string }).pattern, "provider-down");
      assert.ok(!JSON.stringify([run.logs, run.spans, run.points]).includes("hook-secret"));
      assert.deepEqual(run.spans, [], "the notification is no request of the program");
    } finally {
      hook.close();
    }
  });

  it("that are written wrong are said, without their values", async () => {
    const run = await runProgram(`console.log("runs")`, {
      files: {
        "observatory.yaml": `telemetry:
  errors:
    patterns:
      - name: x
        treshold: 3
        windowMs: 1000
        notify: https://hooks.example/secret-part
`,
      },
    });
    assert.equal(run.stdout, "runs\n");
    assert.match(
      run.stderr,
      /observatory\.yaml:4: telemetry\.errors\.patterns: expected a list of patterns, each with name, threshold/,
    );
    assert.ok(!run.stderr.includes("secret-part"));
  });
});

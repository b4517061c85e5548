import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { runProgram, SDKS_DIRECTORY } from "../process/run-program.ts";

const isInstalled = existsSync(join(SDKS_DIRECTORY, "node_modules", "bunyan"));

describe("bunyan in a program", { skip: isInstalled ? false : "bunyan is not installed" }, () => {
  it("keeps its own format, gets the ids of the span, and its lines arrive at the collector", async () => {
    const run = await runProgram(
      `import bunyan from "bunyan"; import { tool } from "agent-observatory";
       const log = bunyan.createLogger({ name: "x", serializers: { ...bunyan.stdSerializers, user: (user) => ({ id: user.id }) } });
       log.info("outside"); log.debug("no");
       tool("work", () => {
         log.info({ n: 1, user: { id: 7, token: "hunter2hunter2" } }, "inside");
         log.child({ c: 1 }).warn("child %s", "formatted");
         log.error(new Error("mine"));
       })();`,
      { directory: SDKS_DIRECTORY },
    );
    assert.equal(run.code, 0, run.stderr);
    const lines = run.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const [span] = run.spans;
    assert.deepEqual(
      lines.map((line) => line["span_id"]),
      [undefined, span?.spanId, span?.spanId, span?.spanId],
    );
    const arrived = run.logs.filter(({ scope }) => scope === "bunyan");
    assert.deepEqual(
      arrived.map(({ body, severityText, spanId }) => [body, severityText, spanId]),
      [
        ["outside", "INFO", undefined],
        ["inside", "INFO", span?.spanId],
        ["child formatted", "WARN", span?.spanId],
        ["mine", "ERROR", span?.spanId],
      ],
    );
    assert.equal(arrived[1]?.attributes["user"], '{"id":7}');
    assert.ok(!JSON.stringify(run.logs).includes("hunter2"));
  });
});

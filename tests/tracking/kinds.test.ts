import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import type { ReceivedSpan } from "../../scripts/otlp-receiver.ts";
import { ATTR } from "../../src/model/index.ts";
import { pushedValue, runProgram } from "../process/run-program.ts";

const kindOf = (span: ReceivedSpan | undefined): string => String(span?.attributes[ATTR.errorFingerprint]);

describe("kinds of errors of a program", () => {
  it("are on failed spans, records and what trackError returns alike, and each error is counted under its own", async () => {
    const run = await runProgram(`
      import { agent, tool, trackError } from "agent-observatory";
      class DiskError extends Error { name = "DiskError" }
      const fail = (order) => { throw new DiskError("disk full at order " + order) };
      const save = tool("save", fail);
      const planner = agent("planner", async (order) => save(order));
      for (let order = 1; order <= 3; order++) await planner(order).catch(() => {});
      const direct = () => { try { fail(9) } catch (error) { return trackError(error).fingerprint } };
      const other = trackError(new RangeError("odd 7")).fingerprint;
      console.log(JSON.stringify({ direct: direct(), other }));
    `);
    assert.equal(run.code, 0, run.stderr);
    const { direct, other } = JSON.parse(run.stdout) as { direct: string; other: string };
    const tools = run.spans.filter(({ name }) => name === "execute_tool save");
    const agents = run.spans.filter(({ name }) => name === "invoke_agent planner");
    assert.equal(tools.length, 3);
    const known = kindOf(tools[0]);
    assert.match(known, /^[0-9a-f]{16}$/);
    assert.deepEqual([...tools, ...agents].map(kindOf), new Array<string>(6).fill(known), "numbers are no matter");
    assert.notEqual(direct, known, "it was thrown by way of another function");
    const records = run.logs.filter(({ body }) => String(body).startsWith("agent_observatory.error:"));
    assert.deepEqual(
      records.map(({ attributes }) => attributes[ATTR.errorFingerprint]).toSorted(),
      [known, direct, other].toSorted(),
    );
    const counted = [known, direct, other].map((fingerprint) =>
      pushedValue(run.points, "errors_by_kind_total", { fingerprint }),
    );
    assert.deepEqual(counted, [3, 1, 1]);
  });

  it("are the same in every process, and in another directory", async () => {
    const program = `
      import { tool } from "agent-observatory";
      const save = tool("save", (order) => { throw new TypeError("no place for " + order) });
      try { await save(process.pid) } catch {}
    `;
    const runs = await Promise.all([runProgram(program), runProgram(program)]);
    const [one, other] = runs.map(({ spans }) => kindOf(spans.find(({ failed }) => failed)));
    assert.match(one ?? "", /^[0-9a-f]{16}$/);
    assert.equal(one, other);
  });

  it("are counted where traces are not exported, and written on spans that are no runs", async () => {
    const server = createServer((_, response) => response.writeHead(500).end("no")).listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const program = `
      import { tool } from "agent-observatory";
      for (const order of [1, 2]) await fetch("${url}/orders/" + order);
      const save = tool("save", (order) => { throw new TypeError("no place for " + order) });
      for (let order = 0; order < 20; order++) { try { await save(order) } catch {} }
    `;
    try {
      const [all, none] = await Promise.all([
        runProgram(program),
        runProgram(program, { env: { OTEL_TRACES_SAMPLER: "always_off" } }),
      ]);
      const requests = all.spans.filter(({ failed, name }) => failed && name === "GET");
      assert.equal(requests.length, 2);
      assert.equal(new Set(requests.map(kindOf)).size, 1);
      assert.equal(none.spans.length, 0);
      const fingerprint = kindOf(all.spans.find(({ name }) => name === "execute_tool save"));
      for (const { points } of [all, none])
        assert.equal(pushedValue(points, "errors_by_kind_total", { fingerprint }), 20);
    } finally {
      server.close();
    }
  });
});

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ask, otlp, type RunningObservatory, runObservatory, send } from "./running-observatory.ts";

const MB = 1024 * 1024;
const SERIES = 5000;
/** Every series gets a label of its own of some 30 kB. */
const HUNGRY = `label_join(wide, "x", ",", ${Array<string>(8000).fill('"index"').join(",")})`;
/** Seven billion steps. */
const ENDLESS = "sum_over_time(sum_over_time(vector(1)[1d:1s])[1d:1s])";

describe("queries that take too much", () => {
  let observatory: RunningObservatory;
  const errorOf = async (query: string): Promise<readonly [number, string, string]> => {
    const { status, body } = await ask(
      `${observatory.urls.web}/api/v1/query`,
      { "content-type": "application/x-www-form-urlencoded" },
      "POST",
      `${new URLSearchParams({ query })}`,
    );
    const { errorType, error } = JSON.parse(body) as { errorType: string; error: string };
    return [status, errorType, error];
  };
  const metric = async (line: string): Promise<boolean> => (await observatory.get("/metrics")).body.includes(line);
  before(async () => {
    const query = { timeoutMs: 2500, threads: 2, memoryBytes: 64 * MB };
    observatory = await runObservatory({ settings: { query } });
    const { status } = await send(
      observatory.urls.otlpHttp,
      "metrics",
      otlp.gauge("wide", Date.now(), Array<number>(SERIES).fill(1)),
    );
    assert.equal(status, 200);
  });
  after(() => observatory[Symbol.asyncDispose]());

  it("end when their time is over, and others are answered meanwhile", async () => {
    const endless = errorOf(ENDLESS);
    assert.equal((await observatory.get("/api/v1/query?query=1")).status, 200);
    const [status, type, message] = await endless;
    assert.deepEqual([status, type], [503, "timeout"]);
    assert.match(message, /timed out/);
  });

  it("cost a thread, not the process, where they need more memory than it has", async () => {
    const [status, type, message] = await errorOf(HUNGRY);
    assert.deepEqual([status, type], [422, "execution"]);
    assert.match(message, /memory/);
    assert.ok(await metric('agent_observatory_query_threads_replaced_total{reason="memory"} 1'));
    assert.equal(
      JSON.parse((await observatory.get("/api/v1/query?query=count(wide)")).body).data.result[0].value[1],
      String(SERIES),
    );
  });

  it("wait in line no longer than they may", async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => errorOf(ENDLESS)));
    assert.deepEqual(new Set(answers.map(([status, type]) => `${status} ${type}`)), new Set(["503 timeout"]));
    const crowd = await Promise.all(Array.from({ length: 400 }, () => errorOf(ENDLESS)));
    assert.ok(crowd.some(([, type]) => type === "unavailable"));
    assert.equal((await observatory.get("/api/v1/query?query=1")).status, 200);
  });

  it("are given up when who asked has gone", async () => {
    const gone = AbortSignal.timeout(50);
    await assert.rejects(
      fetch(`${observatory.urls.web}/api/v1/query?${new URLSearchParams({ query: ENDLESS })}`, { signal: gone }),
    );
    await assert.rejects(
      fetch(`${observatory.urls.web}/api/v1/query?${new URLSearchParams({ query: ENDLESS })}`, { signal: gone }),
    );
    const startedMs = performance.now();
    assert.equal((await observatory.get("/api/v1/query?query=1")).status, 200);
    assert.ok(performance.now() - startedMs < 2000, "no thread is held up");
  });
});

import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { describe, it } from "node:test";
import { startIngestClient } from "../../src/observatory/ingest-client.ts";
import { createDirectory, otlp } from "./running-observatory.ts";

const GB = 1024 ** 3;
const bytesOf = (body: object): Uint8Array => Buffer.from(JSON.stringify(body));

describe("the thread that stores", () => {
  it("is replaced when it runs out of memory, and what came then can be sent again", async () => {
    const directory = await createDirectory();
    const said: string[] = [];
    const restarted = Promise.withResolvers<void>();
    const client = await startIngestClient({
      data: { directory, retention: { maxAgeMs: 86_400_000, maxBytes: GB } },
      maxPendingBytes: GB,
      heapMb: 64,
      diagnostics: { warnOnce: (_key, message) => void said.push(message), debug: () => {} },
      onTaken: () => {},
      onCommitted: () => {},
      onRestart: restarted.resolve,
    });
    try {
      assert.equal((await client.take("traces", bytesOf(otlp.span(1, Date.now())), "json")).kind, "accepted");
      // 400,000 records at once need more than the thread may have.
      const many = bytesOf(otlp.logs(Array<string>(400_000).fill("a line of a log"), Date.now()));
      assert.equal((await client.take("logs", many, "json")).kind, "failed");
      await restarted.promise;
      assert.equal((await client.take("traces", bytesOf(otlp.span(2, Date.now())), "json")).kind, "failed");
      for (;;) {
        const { kind } = await client.take("traces", bytesOf(otlp.span(2, Date.now())), "json");
        if (kind === "accepted") break;
        await new Promise(setImmediate);
      }
      assert.equal((await client.usage()).spans, 2);
      assert.match(said.join(), /it is started again/);
    } finally {
      await client.close();
      await rm(directory, { recursive: true, force: true });
    }
  });

  it("ends in time, whatever it is at, and what it has not acknowledged can be sent again", async () => {
    const directory = await createDirectory();
    const start = () =>
      startIngestClient({
        data: { directory, retention: { maxAgeMs: 86_400_000, maxBytes: GB } },
        maxPendingBytes: GB,
        heapMb: 1024,
        diagnostics: { warnOnce: (_key, message) => assert.fail(message), debug: () => {} },
        onTaken: () => {},
        onCommitted: () => {},
        onRestart: () => assert.fail("it is started again"),
      });
    const client = await start();
    const bodies = [1, 2, 3, 4].map((ago) =>
      bytesOf(otlp.logs(Array<string>(200_000).fill("a line of a log"), Date.now() - ago * 1000)),
    );
    const taken = bodies.map(async (body) => (await client.take("logs", body, "json")).kind);
    const closedMs = performance.now();
    await client.close();
    assert.ok(performance.now() - closedMs < 3000, "it takes too long");
    const kinds = await Promise.all(taken);
    assert.ok(kinds.includes("failed"), kinds.join());
    // The store is free for the next one.
    const next = await start();
    const { lines } = await next.usage();
    await next.close();
    // What was stored and not yet acknowledged may be there, whole.
    assert.equal(lines % 200_000, 0);
    assert.ok(lines >= kinds.filter((kind) => kind === "accepted").length * 200_000, `${lines} ${kinds.join()}`);
    await rm(directory, { recursive: true, force: true });
  });

  it("is not given more than may wait", async () => {
    const directory = await createDirectory();
    const outcomes: string[] = [];
    const client = await startIngestClient({
      data: { directory, retention: { maxAgeMs: 86_400_000, maxBytes: GB } },
      maxPendingBytes: 1000,
      heapMb: 256,
      diagnostics: { warnOnce: () => {}, debug: () => {} },
      onTaken: (_signal, { kind }) => void outcomes.push(kind),
      onCommitted: () => {},
      onRestart: () => {},
    });
    const body = otlp.logs(["x".repeat(600)], Date.now());
    const kinds = await Promise.all([1, 2].map(async () => (await client.take("logs", bytesOf(body), "json")).kind));
    assert.deepEqual(kinds, ["accepted", "busy"]);
    assert.equal(client.pendingBytes(), 0);
    await client.close();
    assert.equal((await client.take("logs", bytesOf(body), "json")).kind, "failed");
    await rm(directory, { recursive: true, force: true });
  });
});

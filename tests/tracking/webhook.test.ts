import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";
import { createWebhook } from "../../src/tracking/webhook.ts";
import { createTestTracker } from "./tracking.ts";

type Received = { readonly path: string; readonly headers: IncomingMessage["headers"]; readonly body: unknown };

describe("a webhook", () => {
  let server: Server;
  let url = "";
  let answers: ((received: Received) => number | undefined)[] = [];
  const received: Received[] = [];
  let onRequest = (): void => {};

  before(async () => {
    server = createServer((request, response) => {
      void text(request).then((body) => {
        const one = { path: request.url ?? "", headers: request.headers, body: JSON.parse(body) as unknown };
        received.push(one);
        const status = (answers.shift() ?? (() => 200))(one);
        onRequest();
        if (status === undefined) return;
        response.writeHead(status, { location: "http://127.0.0.1:1/elsewhere" }).end();
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/hooks/secret-path`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  const reset = (...next: typeof answers): void => {
    received.length = 0;
    answers = next;
  };

  it("gets JSON, without being followed as a request of the program", async () => {
    reset();
    assert.deepEqual(await createWebhook({ address: url }).send({ a: 1 }), { outcome: "delivered" });
    assert.equal(received[0]?.path, "/hooks/secret-path");
    assert.equal(received[0]?.headers["content-type"], "application/json");
    assert.equal(received[0]?.headers["traceparent"], undefined);
    assert.deepEqual(received[0]?.body, { a: 1 });
  });

  it("is tried again while it is in trouble, and given up where it refuses or redirects", async () => {
    const retryDelaysMs = [1, 1];
    reset(
      () => 503,
      () => 429,
    );
    assert.deepEqual(await createWebhook({ address: url, retryDelaysMs }).send({}), { outcome: "delivered" });
    assert.equal(received.length, 3);
    reset(
      () => 503,
      () => 503,
      () => 503,
    );
    assert.deepEqual(await createWebhook({ address: url, retryDelaysMs }).send({}), {
      outcome: "failed",
      reason: "it answered 503",
    });
    for (const status of [404, 302]) {
      reset(() => status);
      assert.equal((await createWebhook({ address: url, retryDelaysMs }).send({})).outcome, "failed");
      assert.equal(received.length, 1, String(status));
    }
  });

  it("is not waited for beyond its time", async () => {
    reset(() => undefined);
    const hanging = createWebhook({ address: url, retryDelaysMs: [], timeoutMs: 50 });
    assert.deepEqual(await hanging.send({}), { outcome: "failed", reason: "no answer within 50 ms" });
  });

  it("gets one notification at a time", async () => {
    reset(() => undefined);
    const requested = new Promise<void>((resolve) => {
      onRequest = resolve;
    });
    const webhook = createWebhook({ address: url, retryDelaysMs: [], timeoutMs: 300 });
    const first = webhook.send({});
    await requested;
    assert.deepEqual(await webhook.send({}), { outcome: "skipped" });
    assert.equal((await first).outcome, "failed");
    onRequest = () => {};
  });

  it("may have its address in a file, which is read each time", async () => {
    const directory = await mkdtemp(join(tmpdir(), "webhook-"));
    try {
      const file = join(directory, "secret");
      const webhook = createWebhook({ address: `file:${file}`, retryDelaysMs: [] });
      assert.deepEqual(await webhook.send({}), { outcome: "failed", reason: "its file cannot be read" });
      await writeFile(file, "not a url\n");
      assert.deepEqual(await webhook.send({}), { outcome: "failed", reason: "what is configured is no URL" });
      await writeFile(file, `${url}\n`);
      assert.equal((await webhook.send({})).outcome, "delivered");
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it("is told of a match, with what happened and no secret; its own failures are said without its address", async () => {
    reset();
    const requested = new Promise<void>((resolve) => {
      onRequest = resolve;
    });
    const key = `sk-proj-${"Ab1".repeat(16)}`;
    const tracker = createTestTracker([{ name: "tools", threshold: 1, windowMs: 1000, notify: url }]);
    tracker.fail({ message: `bad key ${key}` });
    await requested;
    const body = received[0]?.body as Record<string, unknown>;
    assert.equal(body["event"], "agent_observatory.error_pattern");
    assert.equal(body["service"], "shop");
    assert.equal(body["pattern"], "tools");
    assert.equal(body["count"], 1);
    assert.match(String(body["text"]), /^shop: error pattern tools: 1 errors\. Most: PlanError: bad key/);
    assert.ok(!JSON.stringify(body).includes(key));

    const closed = createTestTracker([
      { name: "gone", threshold: 1, windowMs: 1000, notify: "file:/nowhere/secret-name" },
    ]);
    closed.fail();
    await new Promise((resolve) => setImmediate(resolve));
    assert.match(closed.said.join(""), /webhook of the error pattern gone was not reached \(its file cannot be read\)/);
    assert.ok(!closed.said.join("").includes("secret-name"));
    assert.equal(closed.counted("error_pattern_notifications_total", { outcome: "failed" }), 1);
  });
});

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, it } from "node:test";
import { createGzip, gzipSync } from "node:zlib";
import { type OtlpServers, startServers } from "./otlp-server.ts";

const MB = 1024 * 1024;

/** Sends raw bytes and tells all that comes back. */
async function raw(port: number, ...parts: readonly (string | Uint8Array)[]): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  const answer: Buffer[] = [];
  socket.on("data", (chunk) => answer.push(chunk));
  for (const part of parts) socket.write(part);
  await new Promise((resolve) => socket.once("close", resolve));
  return Buffer.concat(answer).toString("latin1");
}

const head = (more: string): string =>
  `POST /v1/traces HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/x-protobuf\r\n${more}\r\n\r\n`;

const send = (servers: OtlpServers, body: Buffer, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${servers.url}/v1/traces`, {
    method: "POST",
    headers: { "content-type": "application/x-protobuf", ...headers },
    body: body as Uint8Array<ArrayBuffer>,
  });

async function assertAlive(servers: OtlpServers): Promise<void> {
  const { status } = await send(servers, Buffer.from("well"));
  assert.equal(status, 200);
  assert.equal(servers.taken.at(-1)?.bytes.toString(), "well");
  assert.equal(servers.budget.used(), 0);
}

/** A gigabyte of zeros, packed: one megabyte. */
async function bomb(): Promise<Buffer> {
  const gzip = createGzip();
  const parts: Buffer[] = [];
  gzip.on("data", (part: Buffer) => parts.push(part));
  const zeros = Buffer.alloc(MB);
  for (let i = 0; i < 1024; i++) if (!gzip.write(zeros)) await once(gzip, "drain");
  gzip.end();
  await once(gzip, "end");
  return Buffer.concat(parts);
}

describe("OTLP over HTTP, from hostile senders", () => {
  it("answers 400 to gzip that is cut off or none at all", async () => {
    await using servers = await startServers();
    const packed = gzipSync(randomBytes(MB));
    const gzip = { "content-encoding": "gzip" };
    assert.equal((await send(servers, packed.subarray(0, packed.length / 2), gzip)).status, 400);
    assert.equal((await send(servers, randomBytes(10 * MB), gzip)).status, 400);
    assert.equal(servers.taken.length, 0);
    await assertAlive(servers);
  });

  it("answers 413 to bombs, many at once, without holding what they unpack to", async () => {
    await using servers = await startServers();
    const packed = await bomb();
    const before = process.memoryUsage.rss();
    let highest = 0;
    const watch = setInterval(() => (highest = Math.max(highest, process.memoryUsage.rss())), 20);
    const statuses = await Promise.all(
      Array.from({ length: 20 }, async () => (await send(servers, packed, { "content-encoding": "gzip" })).status),
    );
    clearInterval(watch);
    // Where many come at once the budget may be full before the limit of one is met.
    assert.ok(
      statuses.every((status) => status === 413 || status === 429),
      String(statuses),
    );
    assert.ok(statuses.includes(413));
    assert.ok(highest - before < 400 * MB, `${(highest - before) / MB} MB more`);
    await assertAlive(servers);
  });

  it("answers 413 to what is too large, said beforehand or found out", async () => {
    await using servers = await startServers({ maxRequestBytes: 1000 });
    assert.match(await raw(servers.httpPort, head("content-length: 1001"), "x".repeat(1001)), /^HTTP\/1.1 413 /);
    const chunk = `3e8\r\n${"x".repeat(1000)}\r\n`;
    const chunked = await raw(servers.httpPort, head("transfer-encoding: chunked"), chunk, chunk, "0\r\n\r\n");
    assert.match(chunked, /^HTTP\/1.1 413 /);
    assert.match(await raw(servers.httpPort, head("expect: 100-continue\r\ncontent-length: 5000")), /^HTTP\/1.1 413 /);
    await assertAlive(servers);
  });

  it("gives a sender who stalls no more than the time of a request", async () => {
    await using servers = await startServers({ requestTimeoutMs: 300 });
    const [noHead, noBody] = await Promise.all([
      raw(servers.httpPort, "POST /v1/traces HTTP/1.1\r\nhost: loc"),
      raw(servers.httpPort, head("content-length: 100"), "x"),
    ]);
    assert.match(noHead, /^HTTP\/1.1 408 /);
    assert.match(noBody, /^HTTP\/1.1 408 /);
    assert.equal(servers.taken.length, 0);
    await assertAlive(servers);
  });

  it("forgets who hangs up in the middle", async () => {
    await using servers = await startServers();
    const socket = connect(servers.httpPort, "127.0.0.1");
    await new Promise<void>((resolve) =>
      socket.write(`${head("content-length: 1000000")}${"x".repeat(500_000)}`, () => resolve()),
    );
    while (servers.budget.used() === 0) await new Promise(setImmediate);
    socket.destroy();
    while (servers.budget.used() > 0) await new Promise(setImmediate);
    await assertAlive(servers);
  });

  it("stands 1000 connections and 10 MB of noise, on both ports", async () => {
    await using servers = await startServers();
    const noise = randomBytes(10 * MB);
    await Promise.all([raw(servers.httpPort, noise), raw(servers.grpcPort, noise)]);
    const sockets = await Promise.all(
      Array.from({ length: 1000 }, async (_, index): Promise<Socket> => {
        const socket = connect(index % 2 === 0 ? servers.httpPort : servers.grpcPort, "127.0.0.1");
        socket.on("error", () => {});
        await once(socket, "connect");
        return socket;
      }),
    );
    await assertAlive(servers);
    for (const socket of sockets) socket.destroy();
  });
});

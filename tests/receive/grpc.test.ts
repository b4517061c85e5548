import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import * as grpc from "@grpc/grpc-js";
import { startServers } from "./otlp-server.ts";

const PATH = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
const MB = 1024 * 1024;
type Outcome = {
  readonly code: number;
  readonly details: string;
  readonly answer?: Buffer;
  readonly metadata?: grpc.Metadata;
};

function call(
  port: number,
  body: Buffer,
  options: grpc.ClientOptions = {},
  metadata = new grpc.Metadata(),
): Promise<Outcome> {
  const client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), {
    "grpc.max_send_message_length": -1,
    ...options,
  });
  const same = (bytes: Buffer): Buffer => bytes;
  return new Promise((resolve) => {
    client.makeUnaryRequest(PATH, same, same, body, metadata, { deadline: Date.now() + 20_000 }, (error, answer) => {
      client.close();
      resolve(
        error === null
          ? { code: 0, details: "", answer: answer ?? Buffer.alloc(0) }
          : { code: error.code, details: error.details, metadata: error.metadata },
      );
    });
  });
}

/** A call spoken by hand, for what no library sends. */
async function rawCall(
  port: number,
  frames: readonly Buffer[],
  end: boolean,
  headers: Record<string, string> = {},
): Promise<string> {
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  session.on("error", () => {});
  const stream = session.request({
    ":method": "POST",
    ":path": PATH,
    "content-type": "application/grpc",
    te: "trailers",
    ...headers,
  });
  let status = "";
  const read = (fields: Record<string, unknown>): void => {
    if (fields["grpc-status"] === undefined) return;
    status = String(fields["grpc-status"]);
    // Whoever has not said all yet says no more.
    stream.close();
  };
  stream.on("response", read);
  stream.on("trailers", read);
  stream.on("error", () => {});
  stream.resume();
  for (const frame of frames) stream.write(frame);
  if (end) stream.end();
  await once(stream, "close");
  session.destroy();
  return status;
}

function frame(body: Buffer, packed = 0, length = body.length): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt8(packed, 0);
  prefix.writeUInt32BE(length, 1);
  return Buffer.concat([prefix, body]);
}

describe("OTLP over gRPC", () => {
  it("hands messages on as bytes, packed or not", async () => {
    await using servers = await startServers();
    const body = randomBytes(3 * MB);
    assert.deepEqual(await call(servers.grpcPort, body), { code: 0, details: "", answer: Buffer.alloc(0) });
    await call(servers.grpcPort, body, { "grpc.default_compression_algorithm": 2 });
    assert.deepEqual(
      servers.taken.map(({ signal, encoding, bytes }) => [signal, encoding, bytes.equals(body)]),
      [
        ["traces", "protobuf", true],
        ["traces", "protobuf", true],
      ],
    );
    assert.equal(servers.budget.used(), 0);
  });

  it("tells what was rejected, and what is wrong", async () => {
    let result: object = { kind: "accepted", rejected: 2, message: "no id" };
    await using servers = await startServers({ take: async () => result as never });
    const { answer } = await call(servers.grpcPort, Buffer.from("x"));
    assert.deepEqual(answer, Buffer.from([10, 9, 8, 2, 18, 5, ...Buffer.from("no id")]));
    result = { kind: "bad", message: "not OTLP" };
    const bad = await call(servers.grpcPort, Buffer.from("x"));
    assert.deepEqual([bad.code, bad.details], [grpc.status.INVALID_ARGUMENT, "not OTLP"]);
  });

  it("asks to come back where there is no room, and says when", async () => {
    await using servers = await startServers({ take: async () => ({ kind: "busy", retryAfterMs: 1500 }) });
    const { code, metadata } = await call(servers.grpcPort, Buffer.from("x"));
    assert.equal(code, grpc.status.RESOURCE_EXHAUSTED);
    const [details] = metadata?.get("grpc-status-details-bin") ?? [];
    // Its last part is RetryInfo { retry_delay: 1 s and 500,000,000 ns }.
    const delay = Buffer.from([10, 8, 8, 1, 16, 0x80, 0xca, 0xb5, 0xee, 1]);
    assert.deepEqual((details as Buffer).subarray(-delay.length), delay);
    assert.match(String(details), /type\.googleapis\.com\/google\.rpc\.RetryInfo/);
    await using full = await startServers({ budgetBytes: 10 });
    assert.equal((await call(full.grpcPort, Buffer.alloc(100))).code, grpc.status.RESOURCE_EXHAUSTED);
    await using broken = await startServers({ take: async () => ({ kind: "failed", message: "the disk is full" }) });
    assert.equal((await call(broken.grpcPort, Buffer.from("x"))).code, grpc.status.UNAVAILABLE);
  });

  it("refuses what is too large, packed as well, and what is not what it says", async () => {
    await using servers = await startServers({ maxRequestBytes: MB });
    assert.equal((await call(servers.grpcPort, Buffer.alloc(MB + 1))).code, grpc.status.RESOURCE_EXHAUSTED);
    const gzip = { "grpc-encoding": "gzip" };
    const bomb = frame(gzipSync(Buffer.alloc(100 * MB)), 1);
    assert.equal(await rawCall(servers.grpcPort, [bomb], true, gzip), String(grpc.status.RESOURCE_EXHAUSTED));
    const broken = frame(gzipSync(randomBytes(1000)).subarray(0, 500), 1);
    assert.notEqual(await rawCall(servers.grpcPort, [broken], true, gzip), "0");
    assert.equal(
      await rawCall(servers.grpcPort, [frame(Buffer.alloc(0), 0, 2 ** 31)], true),
      String(grpc.status.RESOURCE_EXHAUSTED),
    );
    assert.equal(servers.taken.length, 0);
    assert.equal((await call(servers.grpcPort, Buffer.from("well"))).code, 0);
  });

  it("is held up by none who stall, and hears only whom its guard lets in", async () => {
    await using servers = await startServers({
      requestTimeoutMs: 300,
      guard: ({ authorization }) => (authorization === "Bearer key" ? undefined : { status: 401, message: "a token" }),
    });
    const key = { authorization: "Bearer key" };
    // More than are read at once.
    const stalled = Array.from({ length: 20 }, () =>
      rawCall(servers.grpcPort, [frame(Buffer.from("x"), 0, 1000)], false, key),
    );
    const metadata = new grpc.Metadata();
    metadata.set("authorization", "Bearer key");
    const heard = call(servers.grpcPort, Buffer.from("well"), {}, metadata);
    assert.deepEqual(new Set(await Promise.all(stalled)), new Set([String(grpc.status.UNAVAILABLE)]));
    await heard;
    assert.equal((await call(servers.grpcPort, Buffer.from("well"), {}, metadata)).code, 0);
    assert.equal((await call(servers.grpcPort, Buffer.from("well"))).code, grpc.status.UNAUTHENTICATED);
  });
});

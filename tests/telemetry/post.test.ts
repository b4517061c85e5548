import assert from "node:assert/strict";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer as createHttp2Server, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo, Server } from "node:net";
import { buffer } from "node:stream/consumers";
import { describe, it } from "node:test";
import { post } from "../../src/telemetry/delivery/deliver.ts";
import { type Payload, type PostResult, postHttp } from "../../src/telemetry/delivery/post.ts";
import { postGrpc } from "../../src/telemetry/delivery/post-grpc.ts";

const BODY = Buffer.from([1, 2, 3, 0, 255]);
const payload = (url: string, protocol: Payload["protocol"] = "http/protobuf"): Payload => ({
  signal: "traces",
  url,
  protocol,
  headers: { "x-tenant": "t1", "content-encoding": "gzip" },
  body: BODY,
});

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("a batch by OTLP over HTTP", () => {
  async function answeredBy(handler: RequestListener, timeoutMs = 20_000): Promise<PostResult> {
    const server = createHttpServer(handler);
    const base = await listen(server);
    try {
      return await postHttp(payload(`${base}/v1/traces`), { timeoutMs });
    } finally {
      server.close();
      server.closeAllConnections();
    }
  }

  it("arrives with its headers and its bytes", async () => {
    let seen: readonly unknown[] = [];
    const result = await answeredBy(async (request, response) => {
      seen = [
        request.method,
        request.url,
        request.headers["content-type"],
        request.headers["x-tenant"],
        request.headers["content-encoding"],
        await buffer(request),
      ];
      response.end();
    });
    assert.deepEqual(result, { kind: "delivered" });
    assert.deepEqual(seen, ["POST", "/v1/traces", "application/x-protobuf", "t1", "gzip", BODY]);
  });

  const statuses: readonly (readonly [status: number, kind: PostResult["kind"]])[] = [
    [200, "delivered"],
    [202, "delivered"],
    [204, "delivered"],
    [301, "rejected"],
    [400, "rejected"],
    [401, "rejected"],
    [404, "rejected"],
    [408, "rejected"],
    [413, "rejected"],
    [429, "retry"],
    [500, "rejected"],
    [502, "retry"],
    [503, "retry"],
    [504, "retry"],
  ];
  for (const [status, kind] of statuses) {
    it(`is ${kind} at ${status}`, async () => {
      const result = await answeredBy((request, response) => {
        request.resume();
        response.writeHead(status).end();
      });
      assert.equal(result.kind, kind);
      if (result.kind !== "delivered") assert.equal(result.reason, `it answered ${status}`);
    });
  }

  it("waits as long as it is told to, where the receiver says so in seconds", async () => {
    const answered = (value: string) =>
      answeredBy((request, response) => {
        request.resume();
        response.writeHead(503, { "retry-after": value }).end();
      });
    assert.deepEqual(await answered("7"), { kind: "retry", reason: "it answered 503", retryAfterMs: 7000 });
    for (const odd of ["soon", "-1", "Wed, 21 Oct 2026 07:28:00 GMT"]) {
      assert.deepEqual(await answered(odd), { kind: "retry", reason: "it answered 503" });
    }
  });

  it("is worth another try where nobody answers, in whatever way", async () => {
    assert.deepEqual(await answeredBy((request) => void request.resume(), 200), {
      kind: "retry",
      reason: "no answer within 200 ms",
    });
    const broken = await answeredBy((request) => request.socket.destroy());
    assert.deepEqual(broken, { kind: "retry", reason: "ECONNRESET" });
    const refused = await postHttp(payload("http://127.0.0.1:1/v1/traces"), { timeoutMs: 20_000 });
    assert.deepEqual(refused, { kind: "retry", reason: "ECONNREFUSED" });
  });

  it("does not read an answer without an end", async () => {
    const result = await answeredBy((request, response) => {
      request.resume();
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      };
      response
        .writeHead(200)
        .on("drain", more)
        .on("error", () => {});
      more();
    });
    assert.deepEqual(result, { kind: "delivered" });
  });

  it("is rejected where the address is no URL, by either protocol", async () => {
    for (const protocol of ["http/protobuf", "grpc"] as const) {
      assert.equal((await post(payload("nowhere", protocol), { timeoutMs: 1000 })).kind, "rejected");
    }
  });
});

describe("a batch by OTLP over gRPC", () => {
  async function answeredBy(
    handler: (stream: ServerHttp2Stream, headers: Record<string, unknown>) => void,
    timeoutMs = 20_000,
  ): Promise<PostResult> {
    const server = createHttp2Server();
    server.on("stream", (stream, headers) => {
      stream.on("error", () => {});
      handler(stream, headers as Record<string, unknown>);
    });
    server.on("sessionError", () => {});
    const sessions = new Set<{ destroy: () => void }>();
    server.on("session", (session) => sessions.add(session));
    const base = await listen(server as unknown as Server);
    try {
      return await postGrpc(payload(base, "grpc"), { timeoutMs });
    } finally {
      for (const session of sessions) session.destroy();
      server.close();
    }
  }
  const answer = (stream: ServerHttp2Stream, status: string, message?: string): void => {
    const trailers = { "grpc-status": status, ...(message !== undefined && { "grpc-message": message }) };
    stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers(trailers));
    stream.end(Buffer.alloc(5));
  };

  it("is one unary call of the service that the signal has", async () => {
    let seen: readonly unknown[] = [];
    const result = await answeredBy(async (stream, headers) => {
      seen = [
        headers[":path"],
        headers["content-type"],
        headers["te"],
        headers["x-tenant"],
        headers["content-encoding"],
        await buffer(stream),
      ];
      answer(stream, "0");
    });
    assert.deepEqual(result, { kind: "delivered" });
    assert.deepEqual(seen, [
      "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
      "application/grpc",
      "trailers",
      "t1",
      undefined,
      Buffer.concat([Buffer.from([0, 0, 0, 0, BODY.length]), BODY]),
    ]);
  });

  for (const [status, kind] of [
    ["1", "retry"],
    ["3", "rejected"],
    ["4", "retry"],
    ["7", "rejected"],
    ["8", "retry"],
    ["12", "rejected"],
    ["14", "retry"],
    ["16", "rejected"],
  ] as const) {
    it(`is ${kind} at status ${status}, in trailers or in headers alone`, async () => {
      const inTrailers = await answeredBy((stream) => answer(stream, status, "because"));
      const inHeaders = await answeredBy((stream) =>
        stream.respond(
          { ":status": 200, "content-type": "application/grpc", "grpc-status": status, "grpc-message": "because" },
          { endStream: true },
        ),
      );
      for (const result of [inTrailers, inHeaders]) {
        assert.equal(result.kind, kind);
        assert.equal("reason" in result ? result.reason : "", `it answered with gRPC status ${status} (because)`);
      }
    });
  }

  it("is worth another try where nobody answers, in whatever way", async () => {
    assert.deepEqual(await answeredBy(() => {}, 200), { kind: "retry", reason: "no answer within 200 ms" });
    assert.equal((await answeredBy((stream) => stream.close())).kind, "retry");
    assert.equal((await answeredBy((stream) => stream.session?.destroy())).kind, "retry");
    assert.deepEqual(await postGrpc(payload("http://127.0.0.1:1", "grpc"), { timeoutMs: 20_000 }), {
      kind: "retry",
      reason: "ECONNREFUSED",
    });
  });

  it("is not delivered to a server that speaks no gRPC", async () => {
    const server = createHttpServer((_, response) => response.end("hello"));
    const base = await listen(server);
    try {
      assert.notEqual((await postGrpc(payload(base, "grpc"), { timeoutMs: 20_000 })).kind, "delivered");
    } finally {
      server.close();
      server.closeAllConnections();
    }
    const plain = await answeredBy((stream) => {
      stream.respond({ ":status": 200 });
      stream.end("hello");
    });
    assert.notEqual(plain.kind, "delivered");
  });
});

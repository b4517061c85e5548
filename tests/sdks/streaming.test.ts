import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import {
  constants,
  createServer as createHttp2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from "node:http2";
import { type AddressInfo, connect, type Server, type Socket } from "node:net";
import { json } from "node:stream/consumers";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { ATTR } from "../../src/model/index.ts";
import {
  isInference,
  type PreloadMode,
  type ProgramRun,
  pushedValue,
  runProgram,
  SDKS_DIRECTORY,
} from "../process/run-program.ts";
import { EVENT_STREAM, streamText } from "../process/scripted-server.ts";

const CLIENT = 3;
const CONTENTS = ["Grüße ", "aus 🦊 ", "日本", "!"];
const WHOLE = Buffer.from(streamText(CONTENTS));
const ENDLESS = new Set(["break", "return", "throw", "abort", "abort with a reason", "timeout", "cancel"]);

type Answer = ServerResponse | Http2ServerResponse;

const closing = new WeakMap<Answer, Promise<void>>();
const closedAnswers = new WeakSet<Answer>();

function watchClose(response: Answer): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    response.once("close", () => {
      closedAnswers.add(response);
      resolve();
    });
  });
  closing.set(response, closed);
  return closed;
}

async function write(response: Answer, bytes: Uint8Array): Promise<void> {
  if (closedAnswers.has(response)) return;
  const written = new Promise<void>((resolve) => void (response as ServerResponse).write(bytes, () => resolve()));
  await Promise.race([written, closing.get(response)]);
}

function cut(response: Answer): void {
  if ("stream" in response) response.stream.session?.destroy();
  else response.destroy();
}

async function answer(response: Answer, way: string): Promise<void> {
  (response as ServerResponse).writeHead(200, EVENT_STREAM);
  if (way === "unread") return write(response, WHOLE.subarray(0, 150));
  if (ENDLESS.has(way)) {
    while (!closedAnswers.has(response)) {
      await write(response, WHOLE.subarray(0, 150));
      await delay(15);
    }
    return;
  }
  if (way === "cut") {
    await write(response, WHOLE.subarray(0, 200));
    await delay(30);
    return cut(response);
  }
  if (way === "half-close") {
    await write(response, WHOLE.subarray(0, 200));
    await delay(30);
    // HTTP/2 knows no half of a connection, but ends streams one by one.
    if ("stream" in response) response.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    else response.socket?.end();
    return;
  }
  const size = way === "slow" ? 7 : 200;
  for (let at = 0; at < WHOLE.length; at += size) {
    await write(response, WHOLE.subarray(at, at + size));
    if (way === "slow") await delay(1);
  }
  response.end();
}

type StreamServers = AsyncDisposable & { readonly base: string; readonly http2Origin: string };

async function startServers(): Promise<StreamServers> {
  let closed = 0;
  let waiting: (() => void) | undefined;
  const handle = async (request: IncomingMessage | Http2ServerRequest, response: Answer): Promise<void> => {
    response.on("error", () => {});
    request.on("error", () => {});
    const [path, query] = String(request.url).split("?");
    if (path === "/closed") {
      const target = Number(query);
      if (closed < target) {
        await new Promise<void>((resolve) => {
          waiting = () => closed >= target && resolve();
        });
      }
      closed -= target;
      (response as ServerResponse).end();
      return;
    }
    const body = (await json(request as IncomingMessage).catch(() => ({}))) as { model?: string };
    const way = String(body.model).replace(/^.*\//, "").replace(/ \d+$/, "");
    void watchClose(response).then(() => {
      if (way === "unread") closed += 1;
      waiting?.();
    });
    await answer(response, way);
  };
  const servers: Server[] = [createServer(handle), createHttp2Server(handle)];
  const sockets = new Set<Socket>();
  // A proxy to itself.
  servers[0]?.on("connect", (request: IncomingMessage, client: Socket) => {
    const [host, port] = String(request.url).split(":");
    const target = connect(Number(port), host, () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      client.pipe(target).pipe(client);
    });
    target.on("error", () => client.destroy());
    client.on("error", () => target.destroy());
    target.on("close", () => client.destroy());
    client.on("close", () => target.destroy());
  });
  const origins: string[] = [];
  for (const server of servers) {
    server.on("connection", (socket) => {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    origins.push(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }
  return {
    base: origins[0]!,
    http2Origin: origins[1]!,
    [Symbol.asyncDispose]: async () => {
      for (const server of servers) {
        server.close();
      }
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function run(call: string, mode: PreloadMode): Promise<ProgramRun> {
  await using servers = await startServers();
  const source = `
    import * as undici6 from "undici-6";
    import * as undici7 from "undici-7";
    import * as undici8 from "undici";
    import v8 from "node:v8";
    import vm from "node:vm";
    import { leaveUnread, readInEveryWay } from "../streaming-ways.ts";
    const { BASE: base, HTTP2: http2Origin } = process.env;
    v8.setFlagsFromString("--expose-gc");
    const gc = vm.runInNewContext("gc");
    ${call}`;
  const env = { BASE: servers.base, HTTP2: servers.http2Origin };
  const ran = await runProgram(source, { mode, env, directory: SDKS_DIRECTORY });
  const unstable = (text: string) =>
    text.replaceAll(/127\.0\.0\.1:\d+/g, "SERVER").replaceAll(/"[^"\n]*running-\w+/g, "running");
  return { ...ran, stdout: unstable(ran.stdout), stderr: unstable(ran.stderr) };
}

/** Enough for what is left of each call to show: a span and its exchange are some kilobytes. */
const ROUNDS = 10;
const PER_ROUND = 50;

/** How the span of each way ends. */
const ENDS: Readonly<Record<string, "complete" | "abandoned" | "failed" | "timeout">> = {
  full: "complete",
  break: "abandoned",
  return: "abandoned",
  throw: "abandoned",
  abort: "abandoned",
  "abort with a reason": "abandoned",
  timeout: "timeout",
  cut: "failed",
  "half-close": "failed",
  slow: "complete",
  piped: "complete",
  "read late": "complete",
  tee: "complete",
  "tee and leave one": "complete",
  clone: "complete",
  cancel: "abandoned",
};

describe("a stream", () => {
  it("is one span with the right end, whichever client reads it in whichever way", async () => {
    const call = "await readInEveryWay({ undici6, undici7, undici8, base, http2Origin }); process.exit();";
    const [bare, observed] = [await run(call, "none"), await run(call, "require")];
    assert.equal(observed.code, 0, observed.stderr);
    assert.deepEqual(observed.stdout.split("\n"), bare.stdout.split("\n"));
    assert.equal(observed.stderr, bare.stderr);

    const models = bare.stdout
      .trim()
      .split("\n")
      .map((line) => line.slice(0, line.indexOf(":")));
    const spans = observed.spans.filter(isInference);
    const found: string[] = [];
    for (const model of models) {
      const ours = spans.filter(({ attributes }) => attributes[ATTR.requestModel] === model);
      const way = model.slice(model.indexOf("/") + 1);
      const end = ENDS[way];
      const [span] = ours;
      const { attributes = {}, failed = false } = span ?? {};
      const isWhole = end === "complete";
      const told = {
        spans: ours.length,
        failed,
        timeout: attributes[ATTR.errorType] === "timeout",
        outcome: attributes[ATTR.streamOutcome],
        tokens: [attributes[ATTR.inputTokens], attributes[ATTR.outputTokens]],
      };
      const expected = {
        spans: 1,
        failed: end === "failed" || end === "timeout",
        timeout: end === "timeout",
        outcome: end === "abandoned" ? "abandoned" : undefined,
        tokens: isWhole ? [7, 5] : [undefined, undefined],
      };
      if (JSON.stringify(told) !== JSON.stringify(expected)) {
        found.push(`${model}: ${JSON.stringify(told)} ${attributes[ATTR.errorType] ?? ""}`);
      }
    }
    assert.deepEqual(found, []);
    assert.equal(observed.spans.length, models.length, "and nothing else is told");
  });

  it("that nobody reads ends when its answer is collected, and leaves no memory behind", async () => {
    const call = `
      const rounds = [];
      for (let round = 0; round < ${ROUNDS}; round += 1) {
        await leaveUnread(base, gc, ${PER_ROUND});
        gc();
        rounds.push(process.memoryUsage().heapUsed);
      }
      console.log(rounds.at(-1) - rounds[2]);
      process.exit();`;
    const observed = await run(call, "require");
    assert.equal(observed.code, 0, observed.stderr);
    const unread = observed.spans.filter(({ attributes }) => /^unread /.test(String(attributes[ATTR.requestModel])));
    assert.equal(unread.length, ROUNDS * PER_ROUND);
    const [last] = observed.spans
      .filter(({ attributes }) => attributes[ATTR.requestModel] === "after")
      .toSorted((one, other) => other.startMs - one.startMs);
    for (const span of unread) {
      assert.equal(span.failed, false);
      assert.equal(span.attributes[ATTR.streamOutcome], "abandoned");
      assert.ok(span.endMs <= last!.startMs, "it ended long before the process");
    }
    assert.equal(pushedValue(observed.points, "llm_requests_active", { model: "unread 0" }), 0);
    assert.ok(Number(observed.stdout) < 5e6, `the heap grew by ${observed.stdout.trim()} bytes`);
  });
});

describe("a connection that becomes a WebSocket", () => {
  it("is one request that ends as it does, whichever client asks for it", async () => {
    const call = `
      const { createHash } = await import("node:crypto");
      const { once } = await import("node:events");
      const http = await import("node:http");
      const server = http.createServer((_, response) => response.end());
      server.on("upgrade", (request, socket) => {
        const key = request.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
        const accepted = createHash("sha1").update(key).digest("base64");
        socket.on("error", () => {});
        socket.write("HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n" +
          "Sec-WebSocket-Accept: " + accepted + "\\r\\n\\r\\n");
      });
      await once(server.listen(0, "127.0.0.1"), "listening");
      const { port } = server.address();
      for (const [index, Socket] of [WebSocket, undici6.WebSocket, undici7.WebSocket, undici8.WebSocket].entries()) {
        await once(new Socket("ws://127.0.0.1:" + port + "/socket/" + index), "open");
      }
      const headers = { connection: "Upgrade", upgrade: "websocket", "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==" };
      const [answer] = await once(http.request({ port, path: "/socket/http", headers }).end(), "upgrade");
      await (await fetch("http://127.0.0.1:" + port + "/after")).text();
      console.log(answer.statusCode);
      process.exit();`;
    const observed = await run(call, "require");
    assert.equal(observed.stdout, "101\n", observed.stderr);
    const clients = observed.spans.filter(({ kind }) => kind === CLIENT);
    const after = clients.find(({ attributes }) => String(attributes["url.full"]).endsWith("/after"));
    const sockets = clients.filter(({ attributes }) => String(attributes["url.full"]).includes("/socket/"));
    assert.equal(sockets.length, 5);
    for (const { attributes, endMs, failed } of sockets) {
      const which = String(attributes["url.full"]);
      assert.equal(attributes[ATTR.httpStatus], 101, which);
      assert.equal(failed, false, which);
      assert.ok(endMs <= after!.startMs, `${which} does not wait for the end of the connection`);
    }
  });
});

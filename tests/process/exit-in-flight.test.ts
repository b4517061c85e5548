import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttp2Server, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo, Server, Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { receiveSpans } from "../../scripts/otlp-receiver.ts";
import { type ProgramRun, runProgram } from "./run-program.ts";

const SPANS = 100;
/** How long a receiver takes to answer: long after the program has begun to end. */
const SLOW_MS = 400;

/** What a receiver does with a request for traces, from the first one on. The last counts for all that follow. */
type Behavior = "takes" | "takes slowly" | "refuses slowly" | "breaks off";
type Receiver = {
  readonly url: string;
  /** Span ids, in the order in which requests were taken. */
  readonly taken: string[];
  readonly requests: () => number;
  readonly close: () => void;
};

/** Tells the program that its spans are under way: its end begins now. */
type OnRequest = () => void;

function bookkeeping(behaviors: readonly Behavior[], onRequest: OnRequest) {
  const taken: string[] = [];
  let requests = 0;
  const next = (): Behavior => {
    const behavior = behaviors[Math.min(requests, behaviors.length - 1)] ?? "takes";
    requests += 1;
    onRequest();
    return behavior;
  };
  const take = (body: Uint8Array): void => void taken.push(...receiveSpans(body).map((span) => span.spanId));
  return { taken, next, take, requests: () => requests };
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function startHttp(behaviors: readonly Behavior[], onRequest: OnRequest): Promise<Receiver> {
  const { taken, next, take, requests } = bookkeeping(behaviors, onRequest);
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(request);
    if (request.url !== "/v1/traces") return void response.end();
    const behavior = next();
    if (behavior !== "takes") await delay(SLOW_MS);
    if (behavior === "breaks off") return void request.socket.destroy();
    if (behavior === "refuses slowly") return void response.writeHead(503).end("busy");
    take(body);
    response.writeHead(200, { "content-type": "application/x-protobuf" }).end();
  };
  const server = createHttpServer((request, response) => void answer(request, response));
  return { url: await listen(server), taken, requests, close: () => void server.close() };
}

/** The status is written as servers in Go (Huffman code) or as here: Node's own writes the same bytes as nghttp2 everywhere. */
async function startGrpc(behaviors: readonly Behavior[], onRequest: OnRequest): Promise<Receiver> {
  const { taken, next, take, requests } = bookkeeping(behaviors, onRequest);
  const answer = async (stream: ServerHttp2Stream, path: unknown): Promise<void> => {
    const body = await buffer(stream);
    const traces = String(path).includes("TraceService");
    const behavior = traces ? next() : "takes";
    if (behavior !== "takes") await delay(SLOW_MS);
    if (behavior === "breaks off") return void stream.session?.destroy();
    const status = behavior === "refuses slowly" ? "14" : "0";
    if (traces && status === "0") take(body.subarray(5));
    stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": status }));
    stream.end(Buffer.alloc(5));
  };
  const server = createHttp2Server();
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => sockets.add(socket));
  server.on("sessionError", () => {});
  server.on("stream", (stream, headers) => {
    stream.on("error", () => {});
    void answer(stream, headers[":path"]).catch(() => {});
  });
  const close = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { url: await listen(server as unknown as Server), taken, requests, close };
}

const PROGRAM = (end: string): string => `import { tool } from "agent-observatory"; const step = tool("step", () => {});
  ${end}
  for (let at = 0; at < ${SPANS}; at += 1) step();
  setInterval(() => {}, 1000);`;
const ENDS: Readonly<Record<string, { readonly end: string; readonly told: readonly unknown[] }>> = {
  "process.exit()": { end: `process.on("SIGUSR2", () => process.exit(3));`, told: [3, null] },
  "an uncaught exception": { end: `process.on("SIGUSR2", () => { throw new Error("mine"); });`, told: [1, null] },
  "a signal": {
    end: `process.on("SIGUSR2", () => process.kill(process.pid, "SIGTERM"));`,
    told: [null, "SIGTERM"],
  },
};

async function endInFlight(
  protocol: "http" | "grpc",
  end: string,
  behaviors: readonly Behavior[],
): Promise<{ run: ProgramRun; receiver: Receiver }> {
  let child: ChildProcess | undefined;
  const receiver = await (protocol === "http" ? startHttp : startGrpc)(behaviors, () => void child?.kill("SIGUSR2"));
  const run = await runProgram(PROGRAM(end), {
    receiver: receiver.url,
    env: {
      OTEL_BSP_SCHEDULE_DELAY: "50",
      AGENT_OBSERVATORY_EXIT_TIMEOUT_MS: "20000",
      ...(protocol === "grpc" && { OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }),
    },
    onStart: (started) => {
      child = started;
    },
  });
  receiver.close();
  return { run, receiver };
}

for (const protocol of ["http", "grpc"] as const) {
  describe(`spans whose answer is on its way when the program ends, by ${protocol}`, () => {
    for (const [name, { end, told }] of Object.entries(ENDS)) {
      it(`are not sent again where they are taken: ${name}`, async () => {
        const { run, receiver } = await endInFlight(protocol, end, ["takes slowly"]);
        assert.deepEqual([run.code, run.signal], told, run.stderr);
        assert.deepEqual([receiver.taken.length, receiver.requests()], [SPANS, 1], run.stderr);
        assert.doesNotMatch(run.stderr, /agent-observatory/);
      });
    }

    for (const first of ["refuses slowly", "breaks off"] as const) {
      it(`are sent again where their receiver ${first}`, async () => {
        const { run, receiver } = await endInFlight(protocol, ENDS["process.exit()"]!.end, [first, "takes"]);
        assert.deepEqual([run.code, run.signal], [3, null], run.stderr);
        assert.deepEqual([receiver.taken.length, receiver.requests()], [SPANS, 2], run.stderr);
      });
    }
  });
}

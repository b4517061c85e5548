import { createServer, type Server as NetServer, type Socket } from "node:net";
import type {
  ConnectionInjector,
  ServerInterceptor,
  ServiceDefinition,
  UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { CODE, type Code, encodeExportResponse, encodeStatus } from "./answers.ts";
import { CLOSE_GRACE_MS, type OtlpServer } from "./http-server.ts";
import { BUSY_RETRY_MS, type ByteBudget, type ReceiveLimits } from "./limits.ts";
import { type Address, listen } from "./listen.ts";
import { createSlots } from "./slots.ts";
import { type Guard, SIGNALS, type Signal, type Take } from "./take.ts";

type Grpc = typeof import("@grpc/grpc-js");

export type OtlpGrpcOptions = {
  readonly address: Address;
  readonly take: Take;
  readonly limits: ReceiveLimits;
  readonly budget: ByteBudget;
  readonly guard: Guard;
  /** Counts a request that never came to `take`. */
  readonly onRefused?: (reason: string) => void;
  /** Hears of mistakes of our own. */
  readonly onFault: (error: unknown) => void;
};

const SERVICES = {
  traces: "opentelemetry.proto.collector.trace.v1.TraceService",
  metrics: "opentelemetry.proto.collector.metrics.v1.MetricsService",
  logs: "opentelemetry.proto.collector.logs.v1.LogsService",
} as const;

/** Messages that are read at the same time. Each may hold the limit twice, packed and unpacked; the others wait in HTTP/2's windows. */
const READING_AT_ONCE = 8;
const IDLE_CONNECTION_MS = 10 * 60_000;

const same = (bytes: Buffer): Buffer => bytes;

function definition(signal: Signal): ServiceDefinition {
  return {
    Export: {
      path: `/${SERVICES[signal]}/Export`,
      requestStream: false,
      responseStream: false,
      // Messages stay bytes: they are read where they are stored.
      requestSerialize: same,
      requestDeserialize: same,
      responseSerialize: same,
      responseDeserialize: same,
    },
  };
}

/** What a call ends with, besides an answer. */
type Failure = { readonly code: Code; readonly message: string; readonly retryAfterMs?: number };

function statusOf(grpc: Grpc, { code, message, retryAfterMs }: Failure) {
  const metadata = new grpc.Metadata();
  if (retryAfterMs !== undefined) {
    const details = encodeStatus(code, message, "protobuf", retryAfterMs);
    metadata.set("grpc-status-details-bin", details);
  }
  return { code: code as number, details: message, metadata };
}

async function exportOnce(
  signal: Signal,
  message: Buffer,
  { take, budget }: OtlpGrpcOptions,
): Promise<Buffer | Failure> {
  const busy = { code: CODE.resourceExhausted, message: "too much is waiting to be stored" } as const;
  if (!budget.reserve(message.length)) return { ...busy, retryAfterMs: BUSY_RETRY_MS };
  const reserved = message.length;
  try {
    const result = await take(signal, message, "protobuf");
    if (result.kind === "accepted") return encodeExportResponse(signal, result.rejected, result.message, "protobuf");
    if (result.kind === "bad") return { code: CODE.invalidArgument, message: result.message };
    if (result.kind === "busy") return { ...busy, retryAfterMs: result.retryAfterMs };
    return { code: CODE.unavailable, message: result.message, retryAfterMs: BUSY_RETRY_MS };
  } finally {
    budget.release(reserved);
  }
}

function implementation(grpc: Grpc, signal: Signal, options: OtlpGrpcOptions): UntypedServiceImplementation {
  return {
    Export: (
      call: { readonly request: Buffer },
      answer: (error: ReturnType<typeof statusOf> | null, value?: Buffer) => void,
    ) => {
      exportOnce(signal, call.request, options).then(
        (result) => (Buffer.isBuffer(result) ? answer(null, result) : answer(statusOf(grpc, result))),
        (error: unknown) => {
          options.onFault(error);
          answer(statusOf(grpc, { code: CODE.internal, message: "the request could not be handled" }));
        },
      );
    },
  };
}

/** Hears only whom the guard lets in, reads few messages at once, and waits for none without end. */
function createInterceptor(grpc: Grpc, { guard, limits, onRefused }: OtlpGrpcOptions): ServerInterceptor {
  const reading = createSlots(READING_AT_ONCE);
  return (_method, next) => {
    let leave: (() => void) | undefined;
    const timer = setTimeout(() => {
      refuse({ code: CODE.unavailable, message: `the message did not arrive within ${limits.requestTimeoutMs} ms` });
    }, limits.requestTimeoutMs);
    timer.unref();
    const done = (): void => {
      clearTimeout(timer);
      leave?.();
    };
    const call = new grpc.ServerInterceptingCall(next, {
      start: (begin) =>
        begin({
          onReceiveMetadata: (metadata, proceed) => {
            const authorization = metadata.get("authorization")[0]?.toString();
            // No page can speak gRPC, so that the name it is asked under says nothing.
            const refusal = guard({ host: undefined, authorization });
            if (refusal === undefined) return proceed(metadata);
            const code = refusal.status === 401 ? CODE.unauthenticated : CODE.permissionDenied;
            return refuse({ code, message: refusal.message });
          },
          onReceiveMessage: (message, proceed) => {
            done();
            proceed(message);
          },
          onCancel: done,
        }),
    });
    const refuse = (failure: Failure): void => {
      done();
      onRefused?.(String(failure.code));
      call.sendStatus(statusOf(grpc, failure));
    };
    // Until a call may read, the library leaves its bytes in the sender's window.
    call.startRead = () => {
      if (leave !== undefined) return next.startRead();
      leave = reading.enter(() => next.startRead());
    };
    return call;
  };
}

function createInjector(grpc: Grpc, options: OtlpGrpcOptions): ConnectionInjector {
  const server = new grpc.Server({
    interceptors: [createInterceptor(grpc, options)],
    "grpc.max_receive_message_length": options.limits.maxRequestBytes,
    "grpc.max_concurrent_streams": 100,
    "grpc.max_connection_idle_ms": IDLE_CONNECTION_MS,
    "grpc.enable_channelz": 0,
  });
  for (const signal of SIGNALS) server.addService(definition(signal), implementation(grpc, signal, options));
  return server.createConnectionInjector(grpc.ServerCredentials.createInsecure());
}

/** Starts OTLP/gRPC. The library loads with the first connection. Throws `ObservatoryError` where the port cannot be had. */
export async function startOtlpGrpcServer(options: OtlpGrpcOptions): Promise<OtlpServer> {
  let injector: Promise<ConnectionInjector> | undefined;
  const sockets = new Set<Socket>();
  // Paused until the library reads: what came before would be lost.
  const server: NetServer = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => sockets.delete(socket));
    injector ??= import("@grpc/grpc-js").then(({ default: grpc }) => createInjector(grpc, options));
    injector.then(
      ({ injectConnection }) => {
        injectConnection(socket);
        socket.resume();
      },
      (error: unknown) => {
        options.onFault(error);
        socket.destroy();
      },
    );
  });
  server.maxConnections = options.limits.maxConnections;
  const port = await listen(server, options.address);
  return {
    port,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      if (injector === undefined) for (const socket of sockets) socket.destroy();
      else (await injector).drain(CLOSE_GRACE_MS);
      // Connections over which nothing was said yet know of no end.
      const timer = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, CLOSE_GRACE_MS);
      await closed;
      clearTimeout(timer);
    },
  };
}

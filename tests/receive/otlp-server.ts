/** Both OTLP servers on ports of their own, before a `take` that the test gives. */
import assert from "node:assert/strict";
import {
  type ByteBudget,
  createByteBudget,
  type Guard,
  startOtlpGrpcServer,
  startOtlpHttpServer,
  type Take,
} from "../../src/receive/index.ts";

export type Taken = { readonly signal: string; readonly encoding: string; readonly bytes: Buffer };

export type OtlpServers = AsyncDisposable & {
  readonly httpPort: number;
  readonly grpcPort: number;
  readonly url: string;
  readonly taken: Taken[];
  readonly refused: string[];
  readonly budget: ByteBudget;
};

export type ServerOptions = {
  readonly take?: Take;
  readonly maxRequestBytes?: number;
  readonly budgetBytes?: number;
  readonly requestTimeoutMs?: number;
  readonly corsOrigins?: readonly string[];
  readonly guard?: Guard;
};

export async function startServers(options: ServerOptions = {}): Promise<OtlpServers> {
  const taken: Taken[] = [];
  const refused: string[] = [];
  const budget = createByteBudget(options.budgetBytes ?? 128 * 1024 * 1024);
  const shared = {
    budget,
    guard: options.guard ?? (() => undefined),
    onFault: (error: unknown) => assert.fail(String(error)),
    onRefused: (reason: string) => void refused.push(reason),
    limits: {
      maxRequestBytes: options.maxRequestBytes ?? 32 * 1024 * 1024,
      requestTimeoutMs: options.requestTimeoutMs ?? 30_000,
      maxConnections: 2000,
    },
    take: (async (signal, bytes, encoding) => {
      taken.push({ signal, encoding, bytes: Buffer.from(bytes) });
      return (await options.take?.(signal, bytes, encoding)) ?? { kind: "accepted", rejected: 0, message: "" };
    }) satisfies Take,
  };
  const address = { host: "127.0.0.1", port: 0, remedy: "Choose another." };
  const http = await startOtlpHttpServer({
    ...shared,
    address: { ...address, purpose: "OTLP over HTTP" },
    corsOrigins: options.corsOrigins ?? [],
  });
  const grpc = await startOtlpGrpcServer({ ...shared, address: { ...address, purpose: "OTLP over gRPC" } });
  return {
    httpPort: http.port,
    grpcPort: grpc.port,
    url: `http://127.0.0.1:${http.port}`,
    taken,
    refused,
    budget,
    [Symbol.asyncDispose]: async () => void (await Promise.all([http.close(), grpc.close()])),
  };
}

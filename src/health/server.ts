import type { Server } from "node:http";
import { builtin, type Diagnostics, markOwn } from "../base/index.ts";
import { answerHealth, DEFAULT_MAX_LOOP_DELAY_MS, sendText } from "./answer.ts";
import { healthOfProcess } from "./checks-of-process.ts";

export type HealthServerOptions = {
  /** 0 takes any that is free. */
  readonly port: number;
  /** Default: 127.0.0.1. Probes of Kubernetes come from outside and want 0.0.0.0. */
  readonly host?: string;
  /** `/healthz` is 503 where the event loop was later than this within the last second. Default: 5000. */
  readonly maxLoopDelayMs?: number;
};

export type HealthServer = {
  /** The port that it listens on, once it does; undefined where it cannot. */
  readonly listening: Promise<number | undefined>;
  readonly close: () => void;
};

/** Longer than any probe or scraper takes to send its few lines. */
const REQUEST_TIMEOUT_MS = 10_000;

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: "another program has it",
  EACCES: "this program may not",
  EADDRNOTAVAIL: "this machine has no such address",
  ERR_SOCKET_BAD_PORT: "there is no such port",
};

/** Listens, without keeping the process. Where it cannot, that is said in one line that ends with `advice`. */
export function startHealthServer(
  { port, host = "127.0.0.1", maxLoopDelayMs = DEFAULT_MAX_LOOP_DELAY_MS }: HealthServerOptions,
  advice: string,
  diagnostics: Diagnostics,
): HealthServer {
  const { promise: listening, resolve } = Promise.withResolvers<number | undefined>();
  const onFailure = (error: unknown): void => {
    const { code = "", message } = error as NodeJS.ErrnoException;
    const reason = REASONS[code] ?? (code || message);
    diagnostics.warnOnce(`health-server-${host}-${port}`, `could not listen on ${host}:${port}: ${reason}. ${advice}`);
    resolve(undefined);
  };
  const options = { details: true, metrics: true, maxLoopDelayMs };
  const server: Server = markOwn(
    builtin("node:http").createServer((request, response) => {
      if (answerHealth(request, response, options)) return;
      sendText(response, 404, "Served here are /healthz, /readyz and /metrics.");
    }),
  );
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.headersTimeout = REQUEST_TIMEOUT_MS;
  server.on("error", onFailure);
  // Scrapers and probes keep their connections open.
  server.on("connection", (socket) => socket.unref());
  try {
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : undefined);
    });
  } catch (error) {
    onFailure(error);
  }
  server.unref();
  healthOfProcess().loopDelay();
  return { listening, close: () => void server.close() };
}

/**
 * Serves `/healthz` (the process answers and its event loop is not stuck), `/readyz` (the checks; 503 where unhealthy) and `/metrics`, as JSON
 * or, where `Accept` asks for it, as text. Never keeps the process, and never throws: a port that is taken costs one line on stderr.
 */
export const serveHealth = (options: HealthServerOptions): HealthServer =>
  startHealthServer(
    options ?? { port: Number.NaN },
    "Give serveHealth another port; health is not served.",
    healthOfProcess().diagnostics(),
  );

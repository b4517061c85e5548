import type { Server } from "node:http";
import { builtin, type Diagnostics, markOwn } from "../base/index.ts";
import type { Metrics } from "./registry.ts";

export type PullServer = {
  /** The port that it listens on, once it does. */
  readonly listening: Promise<number | undefined>;
  readonly close: () => void;
};

/**
 * Serves `/metrics` for a Prometheus that scrapes. It never keeps the program running, and a port that is taken costs the
 * endpoint and one message, nothing else.
 */
export function startPullServer(metrics: Metrics, host: string, port: number, diagnostics: Diagnostics): PullServer {
  const server: Server = markOwn(
    builtin("node:http").createServer((request, response) => {
      if ((request.url ?? "").split("?", 1)[0] !== "/metrics") {
        response.writeHead(404, { "content-type": "text/plain" }).end("Only /metrics is served here.\n");
        return;
      }
      metrics.text().then(
        ({ contentType, body }) => response.writeHead(200, { "content-type": contentType }).end(body),
        () => response.writeHead(500).end(),
      );
    }),
  );
  const listening = new Promise<number | undefined>((resolve) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const reason = error.code === "EADDRINUSE" ? "another program has it" : (error.code ?? error.message);
      diagnostics.warnOnce(
        "pull-server",
        `the metrics endpoint could not listen on ${host}:${port}: ${reason}. Set AGENT_OBSERVATORY_METRICS_PORT to a free port; metrics are still pushed.`,
      );
      resolve(undefined);
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : undefined);
    });
  });
  server.unref();
  // A scraper keeps its connection open between scrapes.
  server.on("connection", (socket) => socket.unref());
  return { listening, close: () => void server.close() };
}

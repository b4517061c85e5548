import { createServer, request } from "node:http";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import {
  decodeLogs,
  decodeMetrics,
  decodeTraces,
  type ReceivedLog,
  type ReceivedPoint,
  type ReceivedSpan,
} from "../src/ingest/index.ts";

export type OtlpReceiver = {
  /** Base URL, for OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string;
  readonly port: number;
  readonly spans: ReceivedSpan[];
  readonly points: ReceivedPoint[];
  readonly logs: ReceivedLog[];
  /** How many requests came for each path. */
  readonly requests: Record<string, number>;
  readonly close: () => Promise<void>;
};

export type OtlpReceiverOptions = {
  readonly port?: number;
  /** Answers instead of taking, where it returns a status. */
  readonly refuse?: (path: string) => number | undefined;
  /** Base URL of another receiver that gets everything as well, if it is there. */
  readonly forwardTo?: string | undefined;
};

/** Sends on as it came; whoever is not there misses it. */
function forward(base: string, path: string, headers: NodeJS.Dict<string | string[]>, body: Buffer): void {
  const { "content-type": type, "content-encoding": encoding } = headers;
  const sent = request(new URL(path, base), {
    method: "POST",
    headers: { "content-type": String(type), ...(encoding !== undefined && { "content-encoding": String(encoding) }) },
  });
  sent.on("response", (response) => response.resume());
  sent.on("error", () => {});
  sent.end(body);
}

/** A small OTLP/HTTP receiver on 127.0.0.1 that keeps what it gets in memory, for the demo and the tests. */
export async function startOtlpReceiver({
  port = 0,
  refuse,
  forwardTo,
}: OtlpReceiverOptions = {}): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const points: ReceivedPoint[] = [];
  const logs: ReceivedLog[] = [];
  const requests: Record<string, number> = {};
  const server = createServer(async (incoming, response) => {
    const path = incoming.url ?? "/";
    requests[path] = (requests[path] ?? 0) + 1;
    const raw = await buffer(incoming);
    const refused = refuse?.(path);
    if (refused !== undefined) {
      response.writeHead(refused).end();
      return;
    }
    const body = incoming.headers["content-encoding"] === "gzip" ? gunzipSync(raw) : raw;
    if (path === "/v1/traces") spans.push(...decodeTraces(body));
    else if (path === "/v1/metrics") points.push(...decodeMetrics(body));
    else if (path === "/v1/logs") logs.push(...decodeLogs(body));
    else {
      response.writeHead(404).end();
      return;
    }
    if (forwardTo !== undefined) forward(forwardTo, path, incoming.headers, raw);
    response.writeHead(200, { "content-type": "application/x-protobuf" }).end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  const taken = typeof address === "object" && address !== null ? address.port : port;
  return {
    url: `http://127.0.0.1:${taken}`,
    port: taken,
    spans,
    points,
    logs,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

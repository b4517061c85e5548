import type { IncomingMessage, ServerResponse } from "node:http";
import { runningTelemetry } from "../telemetry/index.ts";
import { healthOfProcess } from "./checks-of-process.ts";
import type { HealthReport } from "./report.ts";

export type AnswerOptions = {
  /** Whether `/readyz` names the checks and what they say, and not only the status of all. */
  readonly details: boolean;
  readonly metrics: boolean;
  /** `/healthz` is 503 where the event loop was later than this within the last second. */
  readonly maxLoopDelayMs: number;
};

export const DEFAULT_MAX_LOOP_DELAY_MS = 5000;

type Answer = { readonly status: number; readonly json: object; readonly lines: readonly string[] };

const OK = 200;
const NOT_WELL = 503;

function liveness(maxLoopDelayMs: number): Answer {
  const eventLoopDelayMs = healthOfProcess().loopDelay().currentMs();
  const alive = eventLoopDelayMs <= maxLoopDelayMs;
  const status = alive ? "healthy" : "unhealthy";
  return {
    status: alive ? OK : NOT_WELL,
    json: { status, eventLoopDelayMs, uptimeSeconds: Math.round(process.uptime()) },
    lines: [status, `event loop delay ${eventLoopDelayMs} ms`],
  };
}

function readiness({ status, checks }: HealthReport, details: boolean): Answer {
  return {
    status: status === "unhealthy" ? NOT_WELL : OK,
    json: details ? { status, checks } : { status },
    lines: [
      status,
      ...(details ? checks : []).map(
        (check) => `${check.name}: ${check.status} (${check.durationMs} ms) ${check.message}`,
      ),
    ],
  };
}

function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  if (response.headersSent || response.destroyed) return;
  response
    .writeHead(status, {
      "content-type": contentType,
      "content-length": Buffer.byteLength(body),
      "cache-control": "no-store",
    })
    .end(body);
}

/** JSON, unless text is what was asked for. */
const wantsText = ({ headers }: IncomingMessage): boolean => {
  const accept = headers.accept ?? "";
  return accept.includes("text/plain") && !accept.includes("json");
};

function sendAnswer(request: IncomingMessage, response: ServerResponse, { status, json, lines }: Answer): void {
  if (wantsText(request)) send(response, status, "text/plain; charset=utf-8", `${lines.join("\n")}\n`);
  else send(response, status, "application/json; charset=utf-8", `${JSON.stringify(json)}\n`);
}

async function sendMetrics(response: ServerResponse): Promise<void> {
  const metrics = runningTelemetry()?.metrics;
  if (metrics === undefined) {
    sendText(response, 404, "There are no metrics: agent-observatory/register is not preloaded.");
    return;
  }
  const { contentType, body } = await metrics.text();
  send(response, OK, contentType, body);
}

export const sendText = (response: ServerResponse, status: number, text: string): void =>
  send(response, status, "text/plain; charset=utf-8", `${text}\n`);

/** Answers a request for one of our paths. False where it is for another, and nothing was done. */
export function answerHealth(request: IncomingMessage, response: ServerResponse, options: AnswerOptions): boolean {
  const path = (request.url ?? "").split("?", 1)[0] ?? "";
  const isOurs = path === "/healthz" || path === "/readyz" || (path === "/metrics" && options.metrics);
  if (!isOurs) return false;
  const failed = (): void => sendText(response, 500, "This cannot be told now.");
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("allow", "GET, HEAD");
    sendText(response, 405, "Only GET and HEAD are answered here.");
  } else if (path === "/healthz") {
    sendAnswer(request, response, liveness(options.maxLoopDelayMs));
  } else if (path === "/readyz") {
    healthOfProcess()
      .run(false)
      .then((report) => sendAnswer(request, response, readiness(report, options.details)))
      .catch(failed);
  } else {
    sendMetrics(response).catch(failed);
  }
  return true;
}

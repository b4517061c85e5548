import type { IncomingMessage, ServerResponse } from "node:http";
import { context } from "@opentelemetry/api";
import { getRPCMetadata, RPCType } from "@opentelemetry/core";
import { answerHealth, DEFAULT_MAX_LOOP_DELAY_MS } from "./answer.ts";
import { healthOfProcess } from "./checks-of-process.ts";

export type HealthMiddlewareOptions = {
  /** Whether `/readyz` names the checks and what they say: everybody who reaches the program can read it. Default: false. */
  readonly details?: boolean;
  /** Whether `/metrics` is answered. Default: false. */
  readonly metrics?: boolean;
  readonly maxLoopDelayMs?: number;
};

/** Returns whether it has answered. */
export type HealthMiddleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next?: (error?: unknown) => void,
) => boolean;

/** Probes have routes of their own in the metrics of HTTP. Express says where on its server the middleware stands. */
function tellRoute({ url = "", baseUrl }: IncomingMessage & { readonly baseUrl?: unknown }): void {
  const rpc = getRPCMetadata(context.active());
  if (rpc?.type !== RPCType.HTTP) return;
  rpc.route = `${typeof baseUrl === "string" ? baseUrl : ""}${url.split("?", 1)[0]}`;
}

/**
 * Answers `/healthz` and `/readyz` on a server of the program's own: `app.use(healthMiddleware())` in Express, and in a handler of node:http
 * `if (health(request, response)) return;`.
 */
export function healthMiddleware(options: HealthMiddlewareOptions = {}): HealthMiddleware {
  const { details = false, metrics = false, maxLoopDelayMs = DEFAULT_MAX_LOOP_DELAY_MS } = options;
  healthOfProcess().loopDelay();
  return (request, response, next) => {
    const answered = answerHealth(request, response, { details, metrics, maxLoopDelayMs });
    if (answered) tellRoute(request);
    else next?.();
    return answered;
  };
}

import type { IncomingMessage, ServerResponse } from "node:http";
import { PROBLEM_TYPE, problemBody } from "./answer.ts";
import { createLimiter } from "./limiter.ts";

export type RateLimitOptions<R = IncomingMessage> = {
  /** Requests that a client may make in a window. Default: the setting `api.rateLimit` (API_RATE_LIMIT), which is 100. */
  readonly limit?: number;
  /** How long a window lasts, from the client's first request. Default: the setting `api.rateWindowSeconds` (API_RATE_WINDOW), a minute. */
  readonly windowMs?: number;
  /**
   * Who is asking. Default: the address of the client, with IPv6 its /64 network; of a proxy's clients only where Express' `trust proxy` or
   * Fastify's `trustProxy` is on. Undefined lets the request pass, and so does a function that throws.
   */
  readonly key?: (request: R) => string | number | undefined;
};

/** Returns whether it has answered. */
export type RateLimitMiddleware<R = IncomingMessage> = (
  request: R,
  response: ServerResponse,
  next?: (error?: unknown) => void,
) => boolean;

/**
 * Turns away who asks too often, with 429: `app.use(rateLimit({ limit: 100, windowMs: 60_000 }))` in Express, and in a handler of node:http
 * `if (limit(request, response)) return;`. Counts in this process alone, in bounded memory, and works without the preload, then without settings
 * and metrics. Never throws.
 */
export function rateLimit<R extends IncomingMessage = IncomingMessage>(
  options: RateLimitOptions<R> = {},
): RateLimitMiddleware<R> {
  const { policy, isRefused } = createLimiter(options ?? {});
  const answer = (request: IncomingMessage & { readonly ip?: unknown }, response: ServerResponse): boolean => {
    try {
      if (response.headersSent) return false;
      const asking = { request, address: request.ip ?? request.socket.remoteAddress };
      const place = {
        getHeader: (name: string) => response.getHeader(name),
        setHeader: (name: string, value: string) => void response.setHeader(name, value),
      };
      if (!isRefused(asking, place)) return false;
      response.statusCode = 429;
      response.setHeader("Content-Type", PROBLEM_TYPE);
      response.end(problemBody(policy));
      return true;
    } catch {
      // What stands there is no request of node:http.
      return false;
    }
  };
  return (request, response, next) => {
    const answered = answer(request, response);
    if (!answered) next?.();
    return answered;
  };
}

import type { IncomingMessage, ServerResponse } from "node:http";

/**
 * Lets pages of the given origins (`*`: all) ask and see the answers. True where the request was only a browser's question beforehand, which is
 * answered then. Without origins nothing is said, and browsers keep pages of other origins out.
 */
export function answerCors(
  request: IncomingMessage,
  response: ServerResponse,
  origins: readonly string[],
  methods: string,
): boolean {
  const { origin } = request.headers;
  if (origin === undefined || !(origins.includes("*") || origins.includes(origin))) return false;
  response.setHeader("access-control-allow-origin", origin);
  response.setHeader("vary", "Origin");
  if (request.method !== "OPTIONS") return false;
  const asked = request.headers["access-control-request-headers"];
  response.setHeader("access-control-allow-methods", methods);
  if (asked !== undefined) response.setHeader("access-control-allow-headers", asked);
  response.setHeader("access-control-max-age", "7200");
  response.writeHead(204).end();
  return true;
}

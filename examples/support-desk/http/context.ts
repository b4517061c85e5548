import { randomUUID } from "node:crypto";
import { withContext } from "agent-observatory";
import type { RequestHandler } from "express";

/**
 * Says whose request it is, for every span and log line below. The gateway before this service has checked the user and sets the header; what
 * a customer sends as `baggage` it takes away.
 */
export const requestContext: RequestHandler = (request, response, next) => {
  const requestId = randomUUID();
  response.setHeader("x-request-id", requestId);
  const userId = request.get("x-user-id");
  const correlationId = request.get("x-correlation-id");
  withContext(
    { requestId, ...(userId !== undefined && { userId }), ...(correlationId !== undefined && { correlationId }) },
    () => next(),
  );
};

/** The user, as the gateway says. */
export const userOf = (request: { get(name: string): string | undefined }): string =>
  request.get("x-user-id") ?? "anonymous";

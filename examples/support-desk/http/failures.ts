import type { ErrorRequestHandler } from "express";
import { ZodError } from "zod";
import { log } from "../log.ts";
import { isBudget } from "../model.ts";

/** What a customer is told of what went wrong: nothing of the inside, and the id by which support finds it. */
export const failures: ErrorRequestHandler = (error: unknown, _request, response, _next) => {
  const requestId = response.getHeader("x-request-id");
  const tell = (status: number, message: string): void => {
    // A stream that has begun cannot change its status any more.
    if (response.headersSent) response.end(`event: error\ndata: ${JSON.stringify({ error: message, requestId })}\n\n`);
    else response.status(status).json({ error: message, requestId });
  };
  if (error instanceof ZodError) return tell(400, "the request is not as it should be");
  // What express.json() refuses has a status.
  if (error instanceof Error && "status" in error && error.status === 400) return tell(400, "the body is no JSON");
  if (isBudget(error)) return tell(402, "this session has used up what it may; please start another one");
  log.error("request failed", error);
  tell(500, "something went wrong");
};

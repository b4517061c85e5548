import { LogqlError } from "../../logql/index.ts";
import { AnswerTooLarge, respondPlain } from "../answer.ts";
import { ParseError } from "../go/number.ts";
import type { ApiResponse } from "../request.ts";

const TIMED_OUT =
  "request timed out, decrease the duration of the request or add more label matchers (prefer exact match over regex match) to " +
  "reduce the amount of data processed";

/** Loki answers with bare text; what the client can change is a 400. */
export function errorResponse(error: unknown): ApiResponse {
  if (error instanceof LogqlError) {
    return error.kind === "timeout" ? respondPlain(504, TIMED_OUT) : respondPlain(400, error.message);
  }
  if (error instanceof ParseError || error instanceof AnswerTooLarge) return respondPlain(400, error.message);
  return respondPlain(500, error instanceof Error ? error.message : String(error));
}

import { LogqlError } from "../../logql/index.ts";
import { respondPlain } from "../answer.ts";
import { ParseError } from "../parse-error.ts";
import type { ApiResponse } from "../request.ts";
import { tooMuchIn } from "../too-much.ts";

const TIMED_OUT =
  "request timed out, decrease the duration of the request or add more label matchers (prefer exact match over regex match) to " +
  "reduce the amount of data processed";

/** Loki answers with bare text; what the client can change is a 400. */
export function errorResponse(error: unknown): ApiResponse {
  if (error instanceof LogqlError) {
    return error.kind === "timeout" ? respondPlain(504, TIMED_OUT) : respondPlain(400, error.message);
  }
  if (error instanceof ParseError) return respondPlain(400, error.message);
  const tooMuch = tooMuchIn(error);
  if (tooMuch !== undefined) return respondPlain(400, tooMuch);
  return respondPlain(500, error instanceof Error ? error.message : String(error));
}

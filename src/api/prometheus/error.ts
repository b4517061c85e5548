import { PromqlError } from "../../promql/index.ts";
import { respond } from "../answer.ts";
import { ParseError } from "../parse-error.ts";
import type { ApiResponse } from "../request.ts";
import { tooMuchIn } from "../too-much.ts";

/** Prometheus' own error classes and the HTTP status of each. */
export const STATUS_OF = {
  bad_data: 400,
  execution: 422,
  canceled: 499,
  timeout: 503,
  internal: 500,
  unavailable: 500,
  not_found: 404,
  not_acceptable: 406,
} as const;
export type ErrorType = keyof typeof STATUS_OF;

export class PrometheusError extends Error {
  override readonly name = "PrometheusError";
  readonly type: ErrorType;

  constructor(type: ErrorType, message: string) {
    super(message);
    this.type = type;
  }
}

export const invalidParameter = (name: string, message: string): PrometheusError =>
  new PrometheusError("bad_data", `invalid parameter "${name}": ${message}`);

/** Runs what reads a parameter; what it cannot read becomes Prometheus' error about that parameter. */
export function inParameter<Value>(name: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (error instanceof ParseError) throw invalidParameter(name, error.message);
    if (error instanceof PromqlError && error.kind === "bad_data") throw invalidParameter(name, error.message);
    throw error;
  }
}

function classified(error: unknown): PrometheusError {
  if (error instanceof PrometheusError) return error;
  if (error instanceof ParseError) return new PrometheusError("bad_data", error.message);
  const tooMuch = tooMuchIn(error);
  if (tooMuch !== undefined) return new PrometheusError("execution", tooMuch);
  if (error instanceof PromqlError) {
    return new PrometheusError(error.kind === "too_many_samples" ? "execution" : error.kind, error.message);
  }
  return new PrometheusError("internal", error instanceof Error ? error.message : String(error));
}

export function errorResponse(error: unknown): ApiResponse {
  const { type, message } = classified(error);
  const body = `{"status":"error","errorType":"${type}","error":${JSON.stringify(message)}}`;
  return respond(STATUS_OF[type], "application/json", body);
}

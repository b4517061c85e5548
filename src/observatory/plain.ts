import { ERROR_CODES, type ErrorCode, ObservatoryError } from "../base/index.ts";
import type { PlainError } from "./thread-messages.ts";

/** What crosses threads, and what it was on the other side. */
export const plainError = (error: unknown): PlainError => ({
  code: error instanceof ObservatoryError ? error.code : undefined,
  message: error instanceof Error ? error.message : String(error),
});

export function errorOf({ code, message }: PlainError): Error {
  if (code === undefined || !Object.hasOwn(ERROR_CODES, code)) return new Error(message);
  const error = new ObservatoryError(code satisfies ErrorCode, { expected: "", received: "" });
  // It was made in the other thread, whole.
  error.message = message;
  return error;
}

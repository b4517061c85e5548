import { type ErrorCode, ObservatoryError } from "../base/index.ts";
import { EXIT, UsageError } from "./command.ts";

/** What is wrong with the question is the caller's; what is wrong with the back end is not. Everything else ends with 1. */
const EXIT_BY_CODE: Partial<Record<ErrorCode, number>> = {
  AO_BACKEND_REJECTED: EXIT.usage,
  AO_BACKEND_URL: EXIT.usage,
  AO_CONFIG_INVALID: EXIT.usage,
  AO_BACKEND_UNREACHABLE: EXIT.backend,
  AO_BACKEND_TIMEOUT: EXIT.backend,
  AO_BACKEND_DENIED: EXIT.backend,
  AO_BACKEND_FAILED: EXIT.backend,
  AO_BACKEND_ANSWER: EXIT.backend,
  AO_STACK: EXIT.backend,
};

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/** What the command line says of an error, and what the process ends with. */
export function describeFailure(error: unknown, command: string): { readonly message: string; readonly code: number } {
  if (error instanceof UsageError) {
    const help = `agent-observatory ${command}${command === "" ? "" : " "}--help`;
    return {
      message: `${capital(error.message).replace(/[.?]?$/, (end) => end || ".")} See ${help}.`,
      code: EXIT.usage,
    };
  }
  if (error instanceof ObservatoryError)
    return { message: error.message, code: EXIT_BY_CODE[error.code] ?? EXIT.nothing };
  // Not foreseen, so whoever reports it needs to know where.
  return { message: error instanceof Error ? (error.stack ?? error.message) : String(error), code: EXIT.nothing };
}

import { ObservatoryError } from "../base/index.ts";
import { EXIT, UsageError } from "./command.ts";

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
  if (error instanceof ObservatoryError) {
    const { code, message } = error;
    if (code === "AO_BACKEND_REJECTED" || code === "AO_BACKEND_URL" || code === "AO_CONFIG_INVALID")
      return { message, code: EXIT.usage };
    return { message, code: code.startsWith("AO_BACKEND_") ? EXIT.backend : EXIT.nothing };
  }
  // Not foreseen, so whoever reports it needs to know where.
  return { message: error instanceof Error ? (error.stack ?? error.message) : String(error), code: EXIT.nothing };
}

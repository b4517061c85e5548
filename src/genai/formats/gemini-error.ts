import type { ResponseFacts } from "../facts.ts";
import { asNumber, asObject, asString, defined } from "./reading.ts";

/** Google's error object: its `status` is the word for what happened, its `code` repeats the HTTP status. */
export function readGoogleError(body: unknown): ResponseFacts["error"] {
  const error = asObject(asObject(body)?.error);
  if (error === undefined) return undefined;
  const code = asNumber(error.code);
  return defined({
    type: asString(error.status) ?? asString(error.code) ?? (code === undefined ? undefined : String(code)),
    message: asString(error.message),
  });
}

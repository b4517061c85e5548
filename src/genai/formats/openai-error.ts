import type { ResponseFacts } from "../facts.ts";
import { asObject, asString, defined } from "./reading.ts";

/** The `error` member that OpenAI and its imitators answer with; some send a bare string. */
export function readOpenAiError(body: unknown): ResponseFacts["error"] {
  const error = asObject(body)?.error;
  if (typeof error === "string") return { message: error };
  const members = asObject(error);
  if (members === undefined) return undefined;
  const code = members.code;
  return defined({
    type: asString(members.type),
    code: typeof code === "number" ? String(code) : asString(code),
    message: asString(members.message),
  });
}

import { ObservatoryError } from "../base/index.ts";
import { AnswerTooLarge } from "./answer.ts";

/** V8's words for a text, a list, a map or a buffer that cannot be as large as it would have to be. */
const TOO_LARGE =
  /^Invalid (?:string|array|typed array|array buffer|array buffer view) length|allocation failed|maximum size exceeded/i;

/** What is told of a question that asks for more than can be answered: less can be. Undefined for any other error. */
export function tooMuchIn(error: unknown): string | undefined {
  if (error instanceof AnswerTooLarge) return error.message;
  if (error instanceof ObservatoryError && error.code === "AO_STORE_LIMIT") return error.message;
  if (error instanceof RangeError && TOO_LARGE.test(error.message))
    return `the query needs more memory than it may have (${error.message}); ask for less or a shorter time`;
  return undefined;
}

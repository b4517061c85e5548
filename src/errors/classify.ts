import { categoryOfMessage, categoryOfStatus, categoryOfWord, type ErrorCategory } from "./categories.ts";

export type ErrorFacts = {
  /** Name of the error's class. */
  readonly name?: string;
  readonly message?: string;
  /** Code of the provider (`context_length_exceeded`), of Node (`ECONNRESET`) or of gRPC. */
  readonly code?: string | number;
  /** HTTP status. */
  readonly status?: number;
  /** OTel's `error.type`, or `error.type` of a provider's body. */
  readonly errorType?: string;
};

/** Categories that say so little that a second witness may know better. */
const VAGUE: ReadonlySet<ErrorCategory> = new Set(["validation", "api", "internal"]);

/**
 * Decides the category of an error from whatever is known of it. The most exact witness wins (a code of `context_length_exceeded`
 * over a status of 400); among equally vague ones the order is code, type, class name, status.
 */
export function classifyError(facts: ErrorFacts): ErrorCategory {
  const witnesses: ErrorCategory[] = [];
  for (const word of [facts.code, facts.errorType, facts.name, facts.status]) {
    if (word === undefined || word === null || word === "") continue;
    const number = Number(word);
    const category = Number.isInteger(number) ? categoryOfStatus(number) : categoryOfWord(String(word));
    if (category !== undefined) witnesses.push(category);
  }
  const exact = witnesses.find((category) => !VAGUE.has(category));
  if (exact !== undefined) return exact;
  const vague = witnesses[0];
  const told = typeof facts.message === "string" ? categoryOfMessage(facts.message, vague) : undefined;
  return told ?? vague ?? "unknown";
}

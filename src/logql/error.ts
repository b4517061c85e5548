export type LogqlErrorKind = "bad_data" | "execution" | "timeout" | "limit";

/** Why a query has no answer: it cannot be read, it failed on a line, its time is over, or it asks for too much. */
export class LogqlError extends Error {
  override readonly name = "LogqlError";
  readonly kind: LogqlErrorKind;

  constructor(kind: LogqlErrorKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** A place in a query, as Loki counts it: from 1. Line 0 stands for "not known" and is said so by Loki, too. */
export type Position = { readonly line: number; readonly column: number };

/** An error in Loki's form; without a position where it is about the meaning of a query and not its syntax. */
export function parseError(message: string, at?: Position): LogqlError {
  const where =
    at === undefined || (at.line === 0 && at.column === 0)
      ? "parse error :"
      : `parse error at line ${at.line}, col ${at.column}:`;
  return new LogqlError("bad_data", `${where} ${message}`);
}

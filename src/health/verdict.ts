import type { HealthStatus } from "./report.ts";

export type Verdict = { readonly status: HealthStatus; readonly message: string };

const STATUSES: readonly unknown[] = ["healthy", "degraded", "unhealthy"] satisfies readonly HealthStatus[];
const HEALTHY: Verdict = { status: "healthy", message: "ok" };
const MAX_GIVEN_LENGTH = 4000;
const MAX_MESSAGE_LENGTH = 300;

const textOf = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

/** What a check returned. Only `false`, an object with one of the three words as its status, and a failed HTTP answer are no good news. */
export function verdictOf(returned: unknown): Verdict {
  if (returned === false) return { status: "unhealthy", message: "the check returned false" };
  if (typeof returned !== "object" || returned === null) return HEALTHY;
  const { status, message, ok } = returned as { status?: unknown; message?: unknown; ok?: unknown };
  if (STATUSES.includes(status)) {
    return { status: status as HealthStatus, message: textOf(message) ?? (status === "healthy" ? "ok" : `${status}`) };
  }
  // A Response of fetch is what a check of one line returns, whatever its status.
  if (ok === false && typeof status === "number") return { status: "unhealthy", message: `it answered ${status}` };
  return HEALTHY;
}

function reasonOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return textOf(String(error)) ?? "the check failed";
  const { message, code, name, cause, errors } = error as {
    readonly [member in "message" | "code" | "name" | "cause" | "errors"]?: unknown;
  };
  // Of an address with several IPs Node tells all failures, and no message.
  const inner = cause ?? (Array.isArray(errors) ? errors[0] : undefined);
  const innerText =
    typeof inner === "object" && inner !== null ? textOf((inner as { message?: unknown }).message) : undefined;
  const own = textOf(message) ?? innerText ?? textOf(code) ?? textOf(name) ?? "the check failed";
  return innerText === undefined || own.includes(innerText) ? own : `${own}: ${innerText}`;
}

/** What a check threw, or rejected with. */
export function failureOf(error: unknown): Verdict {
  try {
    return { status: "unhealthy", message: reasonOf(error) };
  } catch {
    return { status: "unhealthy", message: "the check failed with an error that cannot be read" };
  }
}

/** One line of limited length, without secrets. */
export function safeMessage(message: string, clean: (text: string) => string): string {
  const line = clean(message.slice(0, MAX_GIVEN_LENGTH)).replace(/\s+/g, " ").trim();
  return line.length > MAX_MESSAGE_LENGTH ? `${line.slice(0, MAX_MESSAGE_LENGTH - 1)}…` : line;
}

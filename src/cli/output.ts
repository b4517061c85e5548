import { formatValue } from "./amounts.ts";
import type { Terminal } from "./command.ts";

/** Writes lines on the standard output. */
export function writeLines({ out }: Terminal, lines: readonly string[]): void {
  if (lines.length > 0) out.write(`${lines.join("\n")}\n`);
}

/** What JSON has no number for is a text: nanoseconds, and NaN, +Inf and -Inf as Prometheus writes them. */
function asJson(_: string, value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  return typeof value === "number" && !Number.isFinite(value) ? formatValue(value) : value;
}

/** One JSON document. */
export function writeJson({ out }: Terminal, value: unknown): void {
  out.write(`${JSON.stringify(value, asJson, 2)}\n`);
}

/** One JSON document of many, on a line of its own. */
export function writeJsonLine({ out }: Terminal, value: unknown): void {
  out.write(`${JSON.stringify(value, asJson)}\n`);
}

/** A remark beside the result, on the standard error. */
export function remark({ errors }: Terminal, text: string): void {
  errors.write(`${text}\n`);
}

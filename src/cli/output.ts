import type { Terminal } from "./command.ts";

/** Writes lines on the standard output. */
export function writeLines({ out }: Terminal, lines: readonly string[]): void {
  if (lines.length > 0) out.write(`${lines.join("\n")}\n`);
}

/** One JSON document. Nanoseconds, which JSON has no number for, become texts. */
export function writeJson({ out }: Terminal, value: unknown): void {
  out.write(`${JSON.stringify(value, (_, one: unknown) => (typeof one === "bigint" ? String(one) : one), 2)}\n`);
}

/** A remark beside the result, on the standard error. */
export function remark({ errors }: Terminal, text: string): void {
  errors.write(`${text}\n`);
}

import type { LogEntry } from "../../../../src/backends/index.ts";
import { asJson, asText } from "./line-fields.ts";

/** Hands lines to the reader as a file, in order of time; nothing is asked for again. */
export function downloadLines(entries: readonly LogEntry[], format: "txt" | "jsonl"): void {
  const lines = entries.toReversed().map(format === "txt" ? asText : asJson);
  const blob = new Blob([`${lines.join("\n")}\n`], { type: format === "txt" ? "text/plain" : "application/x-ndjson" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `logs-${new Date().toISOString().replace(/[:.]/g, "-")}.${format}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

import { inspect } from "node:util";
import type { Line } from "./line.ts";

const DIM = ["\u001b[2m", "\u001b[22m"] as const;
const COLORS: Readonly<Record<string, readonly [begin: string, end: string]>> = {
  error: ["\u001b[31m", "\u001b[39m"],
  warn: ["\u001b[33m", "\u001b[39m"],
  info: ["\u001b[32m", "\u001b[39m"],
};
const OTHER = ["\u001b[36m", "\u001b[39m"] as const;

/** What a terminal would obey, and what would make one line look like several. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]/g;

function printable(text: string): string {
  const shown = text.replace(CONTROL, (found) => `\\x${found.charCodeAt(0).toString(16).padStart(2, "0")}`);
  return shown.includes("\n") ? shown.replaceAll("\n", "\n    ") : shown;
}

function shownValue(value: unknown): string {
  if (typeof value === "string") return /^[\w./:@+-]+$/.test(value) ? value : printable(JSON.stringify(value));
  if (typeof value !== "object" || value === null) return printable(String(value));
  return printable(inspect(value, { breakLength: Number.POSITIVE_INFINITY, depth: 6 }));
}

/** The stack of an error and of its causes below the line, as consoles show them. */
function stackOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { stack, cause } = value as { stack?: unknown; cause?: unknown };
  if (typeof stack !== "string") return undefined;
  const below = stackOf(cause);
  return below === undefined ? stack : `${stack}\ncaused by ${below}`;
}

/** A line for people: time, level, logger, message, fields, and the stack of an error below. No control character passes. */
export function textLine({ timestamp, level, logger, message, ids, caller, fields }: Line, colors: boolean): string {
  const paint = (text: string, [begin, end]: readonly [string, string]): string =>
    colors && text !== "" ? begin + text + end : text;
  const { trace_id: trace, span_id: _span, ...others } = ids;
  const { error, stack: ownStack, ...rest } = fields;
  const stack = stackOf(error) ?? (typeof ownStack === "string" ? ownStack : undefined);
  const all: [string, unknown][] = [...Object.entries(others), ...Object.entries(rest)];
  if (stack === undefined && error !== undefined) all.push(["error", error]);
  const shown = all.map(([name, value]) => ` ${paint(`${printable(name)}=`, DIM)}${shownValue(value)}`).join("");
  const from =
    caller === undefined
      ? ""
      : paint(` (${caller.module}:${caller.line}${caller.function === undefined ? "" : ` ${caller.function}`})`, DIM);
  const traced = typeof trace === "string" ? paint(` [${trace.slice(0, 8)}]`, DIM) : "";
  const levelText = paint(level.toUpperCase().padEnd(5), COLORS[level] ?? OTHER);
  const below = stack === undefined ? "" : `\n    ${printable(stack)}`;
  return `${paint(timestamp, DIM)} ${levelText} ${printable(logger)}${traced} ${printable(message)}${shown}${from}${below}`;
}

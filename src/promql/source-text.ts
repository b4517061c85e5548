import { PromqlError } from "./error.ts";

/** Line and column of a place, both from 1, the column in bytes as Prometheus counts it. */
export function positionIn(text: string, at: number): string {
  const before = text.slice(0, at);
  const line = before.split("\n").length;
  const column = Buffer.byteLength(before.slice(before.lastIndexOf("\n") + 1)) + 1;
  return `${line}:${column}`;
}

export const parseError = (text: string, at: number, message: string): PromqlError =>
  new PromqlError("bad_data", `${positionIn(text, at)}: parse error: ${message}`);

import { classifyError, describeError, type ErrorDescription } from "../../errors/index.ts";
import type { SpanError } from "./reported-spans.ts";

/** `MaxTurnsExceededError: Max turns (3) exceeded`, as an error says itself. */
const SAID = /^([A-Z][A-Za-z0-9_]{2,80})(?:: |$)([\s\S]*)$/;

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

/** Spans carry errors as texts only: the class name stands before the message. */
export function describeSpanError(error: SpanError): ErrorDescription {
  const said = text(error.data?.error) ?? text(error.message) ?? "";
  const match = SAID.exec(said);
  const isClassName = match?.[1] !== undefined && /(?:Error|Exception|Triggered|Exceeded)$/.test(match[1]);
  const type = isClassName ? (match?.[1] ?? "Error") : "Error";
  // For the bound on its length.
  const { message } = describeError(isClassName ? (match?.[2] ?? said) : said);
  return { type, message, category: classifyError({ name: type, message }) };
}

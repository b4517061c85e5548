/** How a streamed answer is cut into events, by its content type. */
import { createAwsEventStreamParser } from "./aws-event-stream.ts";
import { createLineSplitter } from "./lines.ts";
import { createSseParser } from "./sse.ts";

/** `name` is what the framing calls the event, or empty; `data` its parsed JSON, or undefined where it is none. */
export type OnEvent = (name: string, data: unknown) => void;

export type Framer = {
  readonly feed: (chunk: Uint8Array) => void;
  /** The answer is over, or is not read any further. */
  readonly end: () => void;
};

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function createSseFramer(onEvent: OnEvent): Framer {
  const parser = createSseParser(({ event, data }) => {
    if (data !== "[DONE]") onEvent(event, parseJson(data));
  });
  return { feed: parser.feed, end: () => {} };
}

/** Each line is a JSON text (Ollama, Cohere's first API, results of batches). */
export function createJsonLinesFramer(onEvent: OnEvent): Framer {
  return createLineSplitter((line) => {
    if (line.trim() !== "") onEvent("", parseJson(line));
  });
}

/** An exception or an error is an event like another, by its own name. */
function createAwsFramer(onEvent: OnEvent): Framer {
  const parser = createAwsEventStreamParser(({ headers, payload }) => {
    const data = parseJson(Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString("utf8"));
    if (headers[":message-type"] === "error") {
      onEvent("error", { code: headers[":error-code"], message: headers[":error-message"] });
    } else onEvent(headers[":exception-type"] ?? headers[":event-type"] ?? "", data);
  });
  return { feed: parser.feed, end: () => {} };
}

const FRAMERS: readonly (readonly [contentType: RegExp, create: (onEvent: OnEvent) => Framer])[] = [
  [/^text\/event-stream\b/, createSseFramer],
  [/^application\/((x-)?ndjson|(x-)?jsonl|(x-)?jsonlines|x-json-stream|stream\+json)\b/, createJsonLinesFramer],
  [/^application\/vnd\.amazon\.eventstream\b/, createAwsFramer],
];

/** What cuts an answer of this content type into events; undefined where it comes in one piece. */
export function framerOf(contentType: string): ((onEvent: OnEvent) => Framer) | undefined {
  const type = contentType.trim().toLowerCase();
  return FRAMERS.find(([pattern]) => pattern.test(type))?.[1];
}

/** So much of an answer shows whether it is server-sent events. */
export const SNIFFED_BYTES = 16;

/** What cuts an answer into events that begins so, whatever its content type says: some servers name it wrong, and clients do not care. */
export function sniffFramer(beginning: Uint8Array): ((onEvent: OnEvent) => Framer) | undefined {
  const text = new TextDecoder().decode(beginning.subarray(0, SNIFFED_BYTES));
  return /^\s*(data|event|id|retry)?:/.test(text) ? createSseFramer : undefined;
}

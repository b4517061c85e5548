import { createJsonProjector, type JsonProjector, type Template } from "./json-projector.ts";

/** Up to here a text is kept and parsed at once, which is the fastest way for the bodies that most calls have (docs/benchmarks.md). */
const BUFFERED_BYTES = 64 * 1024;

export type JsonReader = JsonProjector & {
  /** Whether the result is the whole text, not only what the template names. */
  readonly isWhole: () => boolean;
};

/**
 * Reads a JSON text that arrives in chunks. One of up to `bufferedBytes` is parsed whole, and the result holds more than the template names;
 * a larger one is projected as it passes, and so is one that is broken or cut.
 */
export function createJsonReader(template: Template, bufferedBytes = BUFFERED_BYTES): JsonReader {
  let chunks: Uint8Array[] = [];
  let size = 0;
  let projector: JsonProjector | undefined;
  let parsed: { readonly value: unknown } | undefined;

  const project = (): JsonProjector => {
    projector = createJsonProjector(template);
    for (const chunk of chunks) projector.feed(chunk);
    chunks = [];
    return projector;
  };
  const parse = (): { readonly value: unknown } | undefined => {
    if (projector !== undefined || parsed !== undefined) return parsed;
    try {
      parsed = { value: JSON.parse(Buffer.concat(chunks).toString("utf8")) };
    } catch {
      project();
    }
    return parsed;
  };
  return {
    feed: (chunk) => {
      size += chunk.length;
      parsed = undefined;
      if (projector === undefined && size <= bufferedBytes) {
        // Copied: the transport may reuse or hand away the memory under the chunk.
        chunks.push(Uint8Array.prototype.slice.call(chunk));
        return;
      }
      (projector ?? project()).feed(chunk);
    },
    result: () => {
      const whole = parse();
      return whole === undefined ? projector?.result() : whole.value;
    },
    isWhole: () => parse() !== undefined,
  };
}

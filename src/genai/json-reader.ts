import { createJsonProjector, type JsonProjector, type Template } from "./json-projector.ts";

/** Up to here a text is kept and parsed at once, which is the fastest way for the bodies that most calls have (docs/benchmarks.md). */
const BUFFERED_BYTES = 64 * 1024;

/**
 * Reads a JSON text that arrives in chunks. A small one is parsed whole, and the result holds more than the template names; a large one
 * is projected as it passes, and so is one that is broken or cut.
 */
export function createJsonReader(template: Template, maxValueBytes?: number): JsonProjector {
  let chunks: Uint8Array[] = [];
  let size = 0;
  let projector: JsonProjector | undefined;

  const project = (): JsonProjector => {
    projector = createJsonProjector(template, maxValueBytes);
    for (const chunk of chunks) projector.feed(chunk);
    chunks = [];
    return projector;
  };
  return {
    feed: (chunk) => {
      if (projector !== undefined) {
        projector.feed(chunk);
        return;
      }
      size += chunk.length;
      // Copied: the transport may reuse or hand away the memory under the chunk.
      chunks.push(Uint8Array.prototype.slice.call(chunk));
      if (size > BUFFERED_BYTES) project();
    },
    result: () => {
      if (projector !== undefined) return projector.result();
      try {
        return JSON.parse(Buffer.concat(chunks).toString("utf8"));
      } catch {
        return project().result();
      }
    },
  };
}

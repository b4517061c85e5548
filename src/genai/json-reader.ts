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
      size += chunk.length;
      if (projector === undefined && size <= BUFFERED_BYTES) {
        // Copied: the transport may reuse or hand away the memory under the chunk.
        chunks.push(Uint8Array.prototype.slice.call(chunk));
        return;
      }
      (projector ?? project()).feed(chunk);
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

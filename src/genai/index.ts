/**
 * GenAI traffic and spans, read into canonical facts. Pure: bytes and JSON in, facts out; no I/O, no clock, no SDK.
 * A provider's format is one file in formats/.
 */
export { type BatchAnswer, createBatchResultsReader, isBatchResults } from "./batch-results.ts";
export { normalizeContent, type SpokenContent } from "./dialects/content.ts";
export { normalizeDialect } from "./dialects/index.ts";
export type { Message, MessagePart, RequestFacts, ResponseFacts, StreamReader, Usage } from "./facts.ts";
export type { HeaderLookup, ReadingOptions, RequestTarget, WireFormat } from "./formats/format.ts";
export { WIRE_FORMATS } from "./formats/index.ts";
export {
  createJsonLinesFramer,
  type Framer,
  framerOf,
  type OnEvent,
  SNIFFED_BYTES,
  sniffFramer,
} from "./framing/index.ts";
export { boundaryOf, createMultipartReader } from "./framing/multipart.ts";
export { countOf, createJsonProjector, type JsonProjector, type Template } from "./json-projector.ts";
export { createJsonReader } from "./json-reader.ts";
export { publicProvider } from "./providers.ts";
export { USAGE_ATTRIBUTES, usageAttributes, usageOf } from "./usage-attributes.ts";
export { VECTOR_STORES } from "./vector-stores/index.ts";
export type { StoreAnswer, StoreRequest, VectorStore } from "./vector-stores/store.ts";

import { CHROMA } from "./chroma.ts";
import { PINECONE } from "./pinecone.ts";
import { QDRANT } from "./qdrant.ts";
import type { VectorStore } from "./store.ts";

/** Every vector store that is recognized on the wire, by path and body together, never by its host. */
export const VECTOR_STORES: readonly VectorStore[] = [CHROMA, PINECONE, QDRANT];

import type { WireFormat } from "./format.ts";
import { OPENAI_CHAT } from "./openai-chat.ts";
import { OPENAI_EMBEDDINGS } from "./openai-embeddings.ts";
import { OPENAI_RESPONSES } from "./openai-responses.ts";

/** Every API that is recognized on the wire; the first whose path and body agree describes the call. */
export const WIRE_FORMATS: readonly WireFormat[] = [OPENAI_CHAT, OPENAI_RESPONSES, OPENAI_EMBEDDINGS];

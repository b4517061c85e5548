import { ANTHROPIC_COMPLETE } from "./anthropic-complete.ts";
import { ANTHROPIC_MESSAGES } from "./anthropic-messages.ts";
import { ANTHROPIC_VERTEX } from "./anthropic-vertex.ts";
import { BEDROCK_CONVERSE } from "./bedrock-converse.ts";
import { BEDROCK_INVOKE } from "./bedrock-invoke.ts";
import { COHERE_CHAT, COHERE_CHAT_V1 } from "./cohere-chat.ts";
import { COHERE_EMBED, COHERE_RERANK } from "./cohere-embed.ts";
import type { WireFormat } from "./format.ts";
import { GEMINI_EMBED, VERTEX_EMBED } from "./gemini-embed.ts";
import { GEMINI_GENERATE, VERTEX_GENERATE } from "./gemini-generate.ts";
import { GEMINI_INTERACTIONS } from "./gemini-interactions.ts";
import { MISTRAL_FORMATS } from "./mistral.ts";
import { OLLAMA_CHAT, OLLAMA_EMBED, OLLAMA_GENERATE } from "./ollama.ts";
import { OPENAI_SPEECH, OPENAI_TRANSCRIPTIONS } from "./openai-audio.ts";
import { BATCH_CREATION } from "./openai-batches.ts";
import { OPENAI_CHAT } from "./openai-chat.ts";
import { OPENAI_COMPLETIONS } from "./openai-completions.ts";
import { OPENAI_EMBEDDINGS } from "./openai-embeddings.ts";
import { OPENAI_IMAGES, OPENAI_MODERATIONS } from "./openai-images.ts";
import { OPENAI_RESPONSES } from "./openai-responses.ts";

/** Every API that is recognized on the wire; the first whose path and body agree describes the call. */
export const WIRE_FORMATS: readonly WireFormat[] = [
  OPENAI_CHAT,
  OPENAI_RESPONSES,
  // Before OpenAI's, whose path is the end of its own.
  OLLAMA_EMBED,
  OPENAI_EMBEDDINGS,
  OPENAI_COMPLETIONS,
  ANTHROPIC_MESSAGES,
  ANTHROPIC_COMPLETE,
  ANTHROPIC_VERTEX,
  GEMINI_GENERATE,
  GEMINI_EMBED,
  GEMINI_INTERACTIONS,
  VERTEX_GENERATE,
  VERTEX_EMBED,
  BEDROCK_CONVERSE,
  BEDROCK_INVOKE,
  COHERE_CHAT,
  COHERE_CHAT_V1,
  COHERE_EMBED,
  COHERE_RERANK,
  ...MISTRAL_FORMATS,
  OLLAMA_CHAT,
  OLLAMA_GENERATE,
  OPENAI_IMAGES,
  OPENAI_MODERATIONS,
  OPENAI_TRANSCRIPTIONS,
  OPENAI_SPEECH,
  BATCH_CREATION,
];

import { publicProvider, type RequestFacts, type WireFormat } from "../genai/index.ts";
import type { RequestHead } from "./exchange.ts";

/** Formats whose paths no other API has; to the rest only a provider's own host is enough of a sign. */
const TELLING = /^(openai\.(chat_completions|completions)|anthropic\.|gemini\.|vertex\.|bedrock\.)/;

const UNNAMED = "unnamed";
/** Says of itself only which kind of request it is. */
const BARE_BODY = { model: UNNAMED, messages: [], contents: [], max_tokens: 1 };

/**
 * The facts of a call whose body never left, as when nobody answers: that a model cannot be reached counts as a failed call, too. Its model
 * is known where the path names it.
 */
export function readUnsentCall(format: WireFormat, head: RequestHead): RequestFacts | undefined {
  if (!TELLING.test(format.name) && publicProvider(head.host) === undefined) return undefined;
  const facts = format.readRequest(BARE_BODY, { target: head, captureContent: false, header: head.header });
  if (facts === undefined) return undefined;
  const { operation, model, stream } = facts;
  return { operation, stream, parameters: {}, ...(model !== undefined && model !== UNNAMED && { model }) };
}

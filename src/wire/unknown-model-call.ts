import { publicProvider, type RequestFacts, type ResponseFacts, type WireFormat } from "../genai/index.ts";
import { OPERATION } from "../model/index.ts";
import type { RequestHead } from "./exchange.ts";

/** Places where a provider is told of a model without one being asked: to be trained, configured, listed or counted with. */
const NO_INFERENCE =
  /\/(files|uploads|fine[_-]tuning|assistants|agents|evals|realtime|models|batch|batches|vector_stores|containers|tokenize|detokenize|count[_-]tokens|async-invoke|guardrail|cached_?contents|tunedModels)(\/|$)|:countTokens$/i;

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
const members = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

function readResponse(value: unknown): ResponseFacts {
  const body = members(value);
  const error = members(body["error"]);
  const message = text(error["message"]) ?? text(body["error"]);
  const [id, model] = [text(body["id"]), text(body["model"])];
  return {
    ...(id !== undefined && { id }),
    ...(model !== undefined && { model }),
    ...(message !== undefined && { error: { message } }),
  };
}

/** What is read of a call that no format knows. Its usage is not: nobody knows what its numbers mean. */
export const UNKNOWN_FORMAT: WireFormat = {
  name: "unknown",
  provider: "unknown",
  matches: ({ method, host }) => method === "POST" && publicProvider(host) !== undefined,
  requestTemplate: { model: true, stream: true },
  responseTemplate: { id: true, model: true, error: true },
  readRequest: () => undefined,
  readResponse,
  createStreamReader: () => ({ event: () => {}, result: () => ({}) }),
};

/**
 * The facts of a call to a provider's own host that no format knows: its path is one of a model's API, or its body names a model. Undefined
 * where it is no call of a model.
 */
export function readUnknownCall(head: RequestHead, body: unknown, isKnownPath: boolean): RequestFacts | undefined {
  if (head.method !== "POST" || publicProvider(head.host) === undefined) return undefined;
  const { model: named, stream } = members(body);
  const model = text(named);
  if (!isKnownPath && (model === undefined || NO_INFERENCE.test(head.path))) return undefined;
  return {
    operation: OPERATION.unknownInference,
    ...(model !== undefined && { model }),
    stream: stream === true,
    parameters: {},
  };
}

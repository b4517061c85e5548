import { ATTR } from "../../model/index.ts";
import {
  createMessagesStreamReader,
  MESSAGES_REQUEST_TEMPLATE,
  MESSAGES_RESPONSE_TEMPLATE,
  readMessagesRequest,
  readMessagesResponse,
} from "./anthropic-messages.ts";
import type { WireFormat } from "./format.ts";
import { readModelPath } from "./gemini-path.ts";

/** Claude on Vertex AI: Anthropic's body, the model in Google's path. Counting tokens is a model of its own there, and no inference. */
export const ANTHROPIC_VERTEX: WireFormat = {
  name: "anthropic.vertex",
  provider: "gcp.vertex_ai",
  matches: ({ method, path }) => {
    const place = method === "POST" ? readModelPath(path) : undefined;
    return (
      place?.publisher === "anthropic" &&
      (place.action === "rawPredict" || place.action === "streamRawPredict") &&
      !place.model.startsWith("count-tokens")
    );
  },
  requestTemplate: MESSAGES_REQUEST_TEMPLATE,
  responseTemplate: MESSAGES_RESPONSE_TEMPLATE,
  readRequest: (body, { target, captureContent }) => {
    const place = readModelPath(target.path);
    if (place === undefined) return undefined;
    const stream = place.action === "streamRawPredict";
    const facts = readMessagesRequest(body, captureContent, { model: place.model, stream });
    if (facts === undefined || place.location === undefined) return facts;
    return { ...facts, parameters: { ...facts.parameters, [ATTR.inferenceGeo]: place.location } };
  },
  readResponse: (body, { captureContent }) => readMessagesResponse(body, captureContent),
  createStreamReader: ({ captureContent }) => createMessagesStreamReader(captureContent),
};

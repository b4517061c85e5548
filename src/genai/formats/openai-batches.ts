import { ATTR, OPERATION } from "../../model/index.ts";
import type { ResponseFacts } from "../facts.ts";
import { countOf } from "../json-projector.ts";
import type { WireFormat } from "./format.ts";
import { readOpenAiError } from "./openai-error.ts";
import { asObject, asString, defined } from "./reading.ts";

/**
 * Handing in a batch, at OpenAI, Anthropic (`/v1/messages/batches`) or Mistral (`/v1/batch/jobs`). No model answers yet: this is no inference.
 * What the calls used is read from the results (`batch-results.ts`).
 */
export const BATCH_CREATION: WireFormat = {
  name: "batches.create",
  provider: "openai",
  matches: ({ method, path }) =>
    method === "POST" && /\/v1(\/messages)?\/batches$|\/v1\/batch\/jobs$|\/openai\/batches$/.test(path),
  requestTemplate: { input_file_id: true, endpoint: true, model: true, input_files: "count", requests: "count" },
  responseTemplate: { id: true, error: true },
  readRequest: (value) => {
    const body = asObject(value);
    const requests = countOf(body?.requests);
    const handsIn = asString(body?.input_file_id) !== undefined || countOf(body?.input_files) !== undefined;
    if (body === undefined || (requests === undefined && !handsIn)) return undefined;
    return {
      operation: OPERATION.createBatch,
      ...defined({ model: asString(body.model) }),
      stream: false,
      parameters: requests === undefined ? {} : { [ATTR.batchRequests]: requests },
    };
  },
  readResponse: (value) =>
    defined({ id: asString(asObject(value)?.id), error: readOpenAiError(value) }) as ResponseFacts,
  createStreamReader: () => ({ event: () => {}, result: () => ({}) }),
};

import { ATTR, OPERATION } from "../../model/index.ts";
import type { WireFormat } from "./format.ts";
import { readDeployment } from "./openai-deployment.ts";
import { readOpenAiError } from "./openai-error.ts";
import { reportedCost } from "./openai-usage.ts";
import { asCount, asObject, asString, defined, pickParameters } from "./reading.ts";

/** OpenAI embeddings (platform.openai.com/docs/api-reference/embeddings). The vectors are never read. */
export const OPENAI_EMBEDDINGS: WireFormat = {
  name: "openai.embeddings",
  provider: "openai",
  matches: ({ method, path }) => method === "POST" && path.endsWith("/embeddings"),
  requestTemplate: { model: true, encoding_format: true, dimensions: true },
  responseTemplate: { model: true, usage: true, error: true },
  readRequest: (value, { target }) => {
    const body = asObject(value);
    const model = asString(body?.model) ?? readDeployment(target.path);
    if (body === undefined || model === undefined) return undefined;
    const encoding = asString(body.encoding_format);
    return {
      operation: OPERATION.embeddings,
      model,
      stream: false,
      parameters: {
        ...pickParameters(body, { dimensions: ATTR.embeddingsDimensionCount }),
        ...(encoding !== undefined && { [ATTR.requestEncodingFormats]: [encoding] }),
      },
    };
  },
  readResponse: (value, { target, header }) => {
    const body = asObject(value);
    if (body === undefined) return {};
    const usage = asObject(body.usage);
    // Voyage and Jina tell the total alone, which is the input.
    const input = asCount(usage?.prompt_tokens) ?? asCount(usage?.total_tokens);
    const cost = reportedCost(body, target.host, header);
    return defined({
      model: asString(body.model),
      usage: input === undefined ? undefined : { input },
      error: readOpenAiError(body),
      parameters: Object.keys(cost).length === 0 ? undefined : cost,
    }) as ReturnType<WireFormat["readResponse"]>;
  },
  createStreamReader: () => ({ event: () => {}, result: () => ({}) }),
};

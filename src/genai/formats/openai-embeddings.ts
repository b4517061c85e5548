import { ATTR, OPERATION } from "../../model/index.ts";
import type { WireFormat } from "./format.ts";
import { readOpenAiError } from "./openai-error.ts";
import { asCount, asObject, asString, defined, pickParameters } from "./reading.ts";

/** OpenAI embeddings (platform.openai.com/docs/api-reference/embeddings). The vectors are never read. */
export const OPENAI_EMBEDDINGS: WireFormat = {
  name: "openai.embeddings",
  provider: "openai",
  matches: ({ method, path }) => method === "POST" && path.endsWith("/embeddings"),
  requestTemplate: { model: true, encoding_format: true, dimensions: true },
  responseTemplate: { model: true, usage: true, error: true },
  readRequest: (value) => {
    const body = asObject(value);
    const model = asString(body?.model);
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
  readResponse: (value) => {
    const body = asObject(value);
    const input = asCount(asObject(body?.usage)?.prompt_tokens);
    return defined({
      model: asString(body?.model),
      usage: input === undefined ? undefined : { input },
      error: readOpenAiError(body),
    }) as ReturnType<WireFormat["readResponse"]>;
  },
  createStreamReader: () => ({ event: () => {}, result: () => ({}) }),
};

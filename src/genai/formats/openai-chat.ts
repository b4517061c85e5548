import { ATTR, OPERATION } from "../../model/index.ts";
import type { ReadingOptions, WireFormat } from "./format.ts";
import { COMPLETION_TEMPLATE, createCompletionReader, readCompletion } from "./openai-answer.ts";
import { readMessage } from "./openai-content.ts";
import { readDeployment } from "./openai-deployment.ts";
import { asArray, asCount, asObject, asString, defined, type JsonObject, pickParameters } from "./reading.ts";

const PARAMETERS = {
  max_tokens: ATTR.requestMaxTokens,
  max_completion_tokens: ATTR.requestMaxTokens,
  temperature: ATTR.requestTemperature,
  top_p: ATTR.requestTopP,
  top_k: ATTR.requestTopK,
  seed: ATTR.requestSeed,
  stop: ATTR.requestStopSequences,
  frequency_penalty: ATTR.requestFrequencyPenalty,
  presence_penalty: ATTR.requestPresencePenalty,
  service_tier: ATTR.openaiRequestServiceTier,
};

function outputTypeOf(body: JsonObject): string | undefined {
  if (asArray(body.modalities).includes("audio")) return "speech";
  const type = asString(asObject(body.response_format)?.type);
  if (type === undefined) return undefined;
  return type === "text" ? "text" : "json";
}

function readContent(body: JsonObject): Record<string, unknown> {
  const isSystem = (item: unknown): boolean => ["system", "developer"].includes(asString(asObject(item)?.role) ?? "");
  const messages = asArray(body.messages);
  const system = messages.filter(isSystem);
  return defined({
    [ATTR.systemInstructions]:
      system.length === 0 ? undefined : system.flatMap(readMessage).flatMap(({ parts }) => parts),
    [ATTR.inputMessages]: messages.filter((item) => !isSystem(item)).flatMap(readMessage),
    [ATTR.toolDefinitions]: body.tools ?? body.functions,
  });
}

function readRequest(
  value: unknown,
  { target, captureContent }: ReadingOptions,
): ReturnType<WireFormat["readRequest"]> {
  const body = asObject(value);
  const model = asString(body?.model) ?? readDeployment(target.path);
  if (body === undefined || model === undefined) return undefined;
  const choiceCount = asCount(body.n);
  return {
    operation: OPERATION.chat,
    model,
    stream: body.stream === true,
    parameters: {
      [ATTR.openaiApiType]: "chat_completions",
      ...pickParameters(body, PARAMETERS),
      ...defined({
        [ATTR.requestChoiceCount]: choiceCount === 1 ? undefined : choiceCount,
        [ATTR.outputType]: outputTypeOf(body),
      }),
    },
    ...(captureContent && { content: readContent(body) }),
  };
}

/** OpenAI chat completions, and every server that imitates them (platform.openai.com/docs/api-reference/chat). */
export const OPENAI_CHAT: WireFormat = {
  name: "openai.chat_completions",
  provider: "openai",
  matches: ({ method, path }) => method === "POST" && path.endsWith("/chat/completions"),
  requestTemplate: {
    model: true,
    stream: true,
    n: true,
    modalities: true,
    response_format: { type: true },
    ...Object.fromEntries(Object.keys(PARAMETERS).map((member) => [member, true] as const)),
  },
  responseTemplate: COMPLETION_TEMPLATE,
  readRequest,
  readResponse: readCompletion,
  createStreamReader: createCompletionReader,
};

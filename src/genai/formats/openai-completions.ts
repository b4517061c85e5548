import { ATTR, OPERATION } from "../../model/index.ts";
import type { Message } from "../facts.ts";
import type { WireFormat } from "./format.ts";
import { COMPLETION_TEMPLATE, createCompletionReader, readCompletion } from "./openai-answer.ts";
import { readDeployment } from "./openai-deployment.ts";
import { asCount, asObject, asString, pickParameters } from "./reading.ts";

const PARAMETERS = {
  max_tokens: ATTR.requestMaxTokens,
  temperature: ATTR.requestTemperature,
  top_p: ATTR.requestTopP,
  seed: ATTR.requestSeed,
  stop: ATTR.requestStopSequences,
  frequency_penalty: ATTR.requestFrequencyPenalty,
  presence_penalty: ATTR.requestPresencePenalty,
};

/** A prompt is a text, or several; tokens that a program counted itself say nothing to a reader. */
const readPrompt = (prompt: unknown): Message[] =>
  (Array.isArray(prompt) ? prompt : [prompt]).flatMap((one): Message[] =>
    typeof one === "string" ? [{ role: "user", parts: [{ type: "text", content: one }] }] : [],
  );

/** OpenAI text completions, the API before chat, which model servers still have (platform.openai.com/docs/api-reference/completions). */
export const OPENAI_COMPLETIONS: WireFormat = {
  name: "openai.completions",
  provider: "openai",
  matches: ({ method, path }) => method === "POST" && /\/(v\d+|deployments\/[^/]+|openai)\/completions$/.test(path),
  requestTemplate: {
    model: true,
    stream: true,
    n: true,
    ...Object.fromEntries(Object.keys(PARAMETERS).map((member) => [member, true] as const)),
  },
  responseTemplate: COMPLETION_TEMPLATE,
  readRequest: (value, { target, captureContent }) => {
    const body = asObject(value);
    const model = asString(body?.model) ?? readDeployment(target.path);
    if (body === undefined || model === undefined) return undefined;
    const choiceCount = asCount(body.n);
    return {
      operation: OPERATION.textCompletion,
      model,
      stream: body.stream === true,
      parameters: {
        ...pickParameters(body, PARAMETERS),
        ...(choiceCount !== undefined && choiceCount !== 1 && { [ATTR.requestChoiceCount]: choiceCount }),
      },
      ...(captureContent && {
        content: { [ATTR.inputMessages]: readPrompt(body.prompt) },
      }),
    };
  },
  readResponse: readCompletion,
  createStreamReader: createCompletionReader,
};

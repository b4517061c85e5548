import { ATTR, OPERATION } from "../../model/index.ts";
import type { ResponseFacts, Usage } from "../facts.ts";
import { countOf } from "../json-projector.ts";
import type { WireFormat } from "./format.ts";
import { readDeployment } from "./openai-deployment.ts";
import { readOpenAiError } from "./openai-error.ts";
import { readResponsesUsage } from "./openai-usage.ts";
import { asCount, asObject, asString, defined } from "./reading.ts";

/** Models that make pictures put out nothing else; their usage need not say so. */
function readUsage(value: unknown): Usage | undefined {
  const usage = readResponsesUsage(value);
  if (usage?.output === undefined || usage.outputImage !== undefined) return usage;
  const text = asCount(asObject(asObject(value)?.output_tokens_details)?.text_tokens) ?? 0;
  return { ...usage, outputImage: usage.output - Math.min(text, usage.output) };
}

/**
 * OpenAI images: generations, edits and variations, the latter as forms (platform.openai.com/docs/api-reference/images). The pictures are
 * never read.
 */
export const OPENAI_IMAGES: WireFormat = {
  name: "openai.images",
  provider: "openai",
  matches: ({ method, path }) => method === "POST" && /\/images\/(generations|edits|variations)$/.test(path),
  requestTemplate: { model: true, n: true, stream: true, prompt: "count", image: "count", images: "count" },
  responseTemplate: { usage: true, error: true },
  readRequest: (value, { target, captureContent }) => {
    const body = asObject(value);
    const pictures = countOf(body?.image) ?? countOf(body?.["image[]"]) ?? countOf(body?.images);
    if (body === undefined || (countOf(body.prompt) === undefined && pictures === undefined)) return undefined;
    const prompt = asString(body.prompt);
    const count = asCount(Number(body.n));
    return {
      operation: OPERATION.generateContent,
      ...defined({ model: asString(body.model) ?? readDeployment(target.path) }),
      stream: body.stream === true || body.stream === "true",
      parameters: {
        [ATTR.outputType]: "image",
        ...(count !== undefined && count > 1 && { [ATTR.requestChoiceCount]: count }),
      },
      ...(captureContent &&
        prompt !== undefined && {
          content: { [ATTR.inputMessages]: [{ role: "user", parts: [{ type: "text", content: prompt }] }] },
        }),
    };
  },
  readResponse: (value) => {
    const body = asObject(value);
    return defined({ usage: readUsage(body?.usage), error: readOpenAiError(body) }) as ResponseFacts;
  },
  createStreamReader: () => {
    let facts: ResponseFacts = {};
    return {
      event: (name, data) => {
        const event = asObject(data);
        const type = asString(event?.type) ?? name;
        const error = readOpenAiError(event);
        if (error !== undefined) facts = { ...facts, error };
        if (!/^image_(generation|edit)\.completed$/.test(type)) return;
        facts = defined({ ...facts, usage: readUsage(event?.usage), finishReasons: ["stop"] }) as ResponseFacts;
      },
      result: () => facts,
    };
  },
};

/** OpenAI and Mistral moderations (platform.openai.com/docs/api-reference/moderations). */
export const OPENAI_MODERATIONS: WireFormat = {
  name: "openai.moderations",
  provider: "openai",
  matches: ({ method, path }) => method === "POST" && path.endsWith("/moderations"),
  requestTemplate: { model: true, input: "count" },
  responseTemplate: { id: true, model: true, error: true, usage: true },
  readRequest: (value) => {
    const body = asObject(value);
    if (body === undefined || countOf(body.input) === undefined) return undefined;
    return {
      operation: OPERATION.moderation,
      ...defined({ model: asString(body.model) }),
      stream: false,
      parameters: {},
    };
  },
  readResponse: (value) => {
    const body = asObject(value);
    const input = asCount(asObject(body?.usage)?.prompt_tokens);
    return defined({
      id: asString(body?.id),
      model: asString(body?.model),
      usage: input === undefined ? undefined : { input },
      error: readOpenAiError(body),
    }) as ResponseFacts;
  },
  createStreamReader: () => ({ event: () => {}, result: () => ({}) }),
};

import { ATTR, OPERATION } from "../../model/index.ts";
import type { ResponseFacts } from "../facts.ts";
import { anthropicFinishReason, readMessagesResponse } from "./anthropic-messages.ts";
import type { WireFormat } from "./format.ts";
import { appendText, asCount, asObject, asString, defined, type JsonObject, pickParameters } from "./reading.ts";

const PARAMETERS = {
  max_tokens_to_sample: ATTR.requestMaxTokens,
  temperature: ATTR.requestTemperature,
  top_p: ATTR.requestTopP,
  top_k: ATTR.requestTopK,
  stop_sequences: ATTR.requestStopSequences,
};

/** Answers of this API tell no tokens. */
function readCompletion(body: JsonObject, captureContent: boolean): ResponseFacts {
  const reason = asString(body.stop_reason);
  const finishReason = reason === undefined ? undefined : anthropicFinishReason(reason);
  const content = asString(body.completion);
  return {
    ...readMessagesResponse({ id: body.id, model: body.model, error: body.error }, false),
    ...defined({
      finishReasons: finishReason === undefined ? undefined : [finishReason],
      content:
        captureContent && content !== undefined
          ? {
              [ATTR.outputMessages]: [
                { role: "assistant", parts: [{ type: "text", content }], finish_reason: finishReason ?? "stop" },
              ],
            }
          : undefined,
    }),
  };
}

/** Anthropic text completions, the API before messages (platform.claude.com/docs/en/api/complete). */
export const ANTHROPIC_COMPLETE: WireFormat = {
  name: "anthropic.complete",
  provider: "anthropic",
  matches: ({ method, path }) => method === "POST" && path.endsWith("/v1/complete"),
  requestTemplate: {
    model: true,
    stream: true,
    ...Object.fromEntries(Object.keys(PARAMETERS).map((member) => [member, true] as const)),
  },
  responseTemplate: { id: true, model: true, stop_reason: true, error: true },
  readRequest: (value, { captureContent }) => {
    const body = asObject(value);
    const model = asString(body?.model);
    if (body === undefined || model === undefined || asCount(body.max_tokens_to_sample) === undefined) return undefined;
    return {
      operation: OPERATION.textCompletion,
      model,
      stream: body.stream === true,
      parameters: pickParameters(body, PARAMETERS),
      ...(captureContent && {
        content: { [ATTR.inputMessages]: [{ role: "user", parts: [{ type: "text", content: body.prompt }] }] },
      }),
    };
  },
  readResponse: (value, { captureContent }) => {
    const body = asObject(value);
    return body === undefined ? {} : readCompletion(body, captureContent);
  },
  createStreamReader: ({ captureContent }) => {
    let last: JsonObject = {};
    let text = "";
    return {
      event: (_name, data) => {
        const event = asObject(data);
        if (event === undefined) return;
        last = { ...last, ...event };
        if (captureContent) text = appendText(text, asString(event.completion));
      },
      result: () => readCompletion({ ...last, completion: text }, captureContent),
    };
  },
};

import { ATTR, OPERATION } from "../../model/index.ts";
import type { AttributeValue, RequestFacts, ResponseFacts, Usage } from "../facts.ts";
import { countOf } from "../json-projector.ts";
import type { ReadingOptions, WireFormat } from "./format.ts";
import { readDeployment } from "./openai-deployment.ts";
import { readOpenAiError } from "./openai-error.ts";
import { asCount, asNumber, asObject, asString, defined, type JsonObject } from "./reading.ts";

/** `usage` of audio: tokens, or, of older models, how long what was heard is. Mistral has OpenAI's older names for tokens. */
function readUsage(value: unknown): Usage | undefined {
  const usage = asObject(value);
  const counts = defined({
    input: asCount(usage?.input_tokens) ?? asCount(usage?.prompt_tokens),
    output: asCount(usage?.output_tokens) ?? asCount(usage?.completion_tokens),
    inputAudio: asCount(asObject(usage?.input_token_details)?.audio_tokens),
  }) as Usage;
  return Object.keys(counts).length === 0 ? undefined : counts;
}

function readSeconds(value: unknown): Record<string, AttributeValue> {
  const usage = asObject(value);
  const seconds = asNumber(usage?.seconds) ?? asNumber(usage?.prompt_audio_seconds);
  return seconds === undefined ? {} : { [ATTR.audioSeconds]: seconds };
}

function readAnswer(body: JsonObject): ResponseFacts {
  return defined({
    model: asString(body.model),
    usage: readUsage(body.usage),
    error: readOpenAiError(body),
    parameters: readSeconds(body.usage),
  }) as ResponseFacts;
}

const outputOf = (text: string | undefined): Record<string, unknown> => ({
  [ATTR.outputMessages]: [
    { role: "assistant", parts: text === undefined ? [] : [{ type: "text", content: text }], finish_reason: "stop" },
  ],
});

function readRecording(value: unknown, { target }: ReadingOptions): RequestFacts | undefined {
  // The fields of a form: all of them texts.
  const body = asObject(value);
  const model = asString(body?.model) ?? readDeployment(target.path);
  if (body === undefined || model === undefined) return undefined;
  const temperature = body.temperature === undefined ? undefined : asNumber(Number(body.temperature));
  return {
    operation: OPERATION.generateContent,
    model,
    stream: body.stream === "true" || body.stream === true,
    parameters: {
      [ATTR.outputType]: "text",
      ...(temperature !== undefined && { [ATTR.requestTemperature]: temperature }),
    },
  };
}

/** OpenAI transcriptions and translations, sent as forms (platform.openai.com/docs/api-reference/audio); Mistral's too. */
export const OPENAI_TRANSCRIPTIONS: WireFormat = {
  name: "openai.audio.transcriptions",
  provider: "openai",
  matches: ({ method, path }) => method === "POST" && /\/audio\/(transcriptions|translations)$/.test(path),
  requestTemplate: { model: true, stream: true, temperature: true },
  responseTemplate: { model: true, usage: true, error: true },
  readRequest: readRecording,
  readResponse: (value, { captureContent }) => {
    const body = asObject(value);
    if (body === undefined) return {};
    return { ...readAnswer(body), ...(captureContent && { content: outputOf(asString(body.text)) }) };
  },
  createStreamReader: ({ captureContent }) => {
    let facts: ResponseFacts = {};
    return {
      event: (name, data) => {
        const event = asObject(data);
        const type = asString(event?.type) ?? name;
        const error = readOpenAiError(event);
        if (error !== undefined) facts = { ...facts, error };
        if (event === undefined || (type !== "transcript.text.done" && type !== "transcription.done")) return;
        facts = { ...facts, ...readAnswer(event), finishReasons: ["stop"] };
        if (captureContent) facts = { ...facts, content: outputOf(asString(event.text)) };
      },
      result: () => facts,
    };
  },
};

/** OpenAI speech (platform.openai.com/docs/api-reference/audio/createSpeech): the answer is sound, or events with pieces of it. */
export const OPENAI_SPEECH: WireFormat = {
  name: "openai.audio.speech",
  provider: "openai",
  matches: ({ method, path }) => method === "POST" && path.endsWith("/audio/speech"),
  requestTemplate: { model: true, input: "count", stream_format: true, stream: true },
  responseTemplate: { usage: true, error: true },
  readRequest: (value, { target, captureContent }) => {
    const body = asObject(value);
    const model = asString(body?.model) ?? readDeployment(target.path);
    if (model === undefined || countOf(body?.input) === undefined) return undefined;
    const input = asString(body?.input);
    return {
      operation: OPERATION.generateContent,
      model,
      stream: body?.stream_format === "sse" || body?.stream === true,
      parameters: { [ATTR.outputType]: "speech" },
      ...(captureContent &&
        input !== undefined && {
          content: { [ATTR.inputMessages]: [{ role: "user", parts: [{ type: "text", content: input }] }] },
        }),
    };
  },
  readResponse: (value) => readAnswer(asObject(value) ?? {}),
  createStreamReader: () => {
    let facts: ResponseFacts = {};
    return {
      event: (name, data) => {
        const event = asObject(data);
        const error = readOpenAiError(event);
        if (error !== undefined) facts = { ...facts, error };
        if (event === undefined || (asString(event.type) ?? name) !== "speech.audio.done") return;
        facts = { ...facts, ...readAnswer(event), finishReasons: ["stop"] };
      },
      result: () => facts,
    };
  },
};

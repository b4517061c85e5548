import { ATTR, OPERATION } from "../../model/index.ts";
import type { AttributeValue, Message, MessagePart, ResponseFacts, StreamReader } from "../facts.ts";
import {
  actionOf,
  canonicalReason,
  isModelAction,
  modelName,
  modelOf,
  readServiceError,
  readStreamError,
  readTokenUsage,
} from "./bedrock.ts";
import type { ReadingOptions, WireFormat } from "./format.ts";
import {
  appendText,
  asArray,
  asNumber,
  asObject,
  asString,
  defined,
  type JsonObject,
  pickParameters,
} from "./reading.ts";

const PARAMETERS = {
  maxTokens: ATTR.requestMaxTokens,
  temperature: ATTR.requestTemperature,
  topP: ATTR.requestTopP,
  stopSequences: ATTR.requestStopSequences,
};

function readMedia(block: JsonObject): MessagePart[] {
  for (const modality of ["image", "video", "audio", "document"] as const) {
    const media = asObject(block[modality]);
    const source = asObject(media?.source);
    if (source === undefined) continue;
    const uri = asString(asObject(source.s3Location)?.uri);
    if (uri !== undefined) return [{ type: "uri", modality, uri }];
    return [{ type: "blob", modality, size: asString(source.bytes)?.length ?? 0 }];
  }
  return [];
}

function readBlock(value: unknown): MessagePart[] {
  const block = asObject(value);
  if (block === undefined) return [];
  const text = asString(block.text);
  if (text !== undefined) return [{ type: "text", content: text }];
  const use = asObject(block.toolUse);
  if (use !== undefined) {
    const call = defined({ id: asString(use.toolUseId), arguments: use.input });
    return [{ type: "tool_call", name: asString(use.name) ?? "", ...call }];
  }
  const result = asObject(block.toolResult);
  if (result !== undefined) {
    return [{ type: "tool_call_response", result: result.content, ...defined({ id: asString(result.toolUseId) }) }];
  }
  const reasoning = asString(asObject(asObject(block.reasoningContent)?.reasoningText)?.text);
  return reasoning === undefined ? readMedia(block) : [{ type: "reasoning", content: reasoning }];
}

const readBlocks = (value: unknown): MessagePart[] => asArray(value).flatMap(readBlock);

/** Messages of Converse, which the Nova models take in InvokeModel too. */
export function readMessages(value: unknown): Message[] {
  return asArray(value).flatMap((item): Message[] => {
    const message = asObject(item);
    return message === undefined
      ? []
      : [{ role: asString(message.role) ?? "user", parts: readBlocks(message.content) }];
  });
}

/** What was said, of a body that speaks as Converse does. */
export const readConverseContent = (body: JsonObject): Readonly<Record<string, unknown>> =>
  defined({
    [ATTR.systemInstructions]: body.system === undefined ? undefined : readBlocks(body.system),
    [ATTR.inputMessages]: readMessages(body.messages),
    [ATTR.toolDefinitions]: asObject(body.toolConfig)?.tools,
  });

export const readInferenceConfig = (body: JsonObject): Record<string, AttributeValue> =>
  pickParameters(asObject(body.inferenceConfig) ?? {}, PARAMETERS);

/** Facts that the whole answer and the last event of a stream tell alike. */
function readTail(body: JsonObject): ResponseFacts {
  const invoked = asString(asObject(asObject(body.trace)?.promptRouter)?.invokedModelId);
  const tier = asString(asObject(body.serviceTier)?.type);
  return defined({
    usage: readTokenUsage(body.usage),
    // A router chose the model: what was asked for is the router.
    model: invoked === undefined ? undefined : modelName(invoked),
    parameters: tier === undefined ? undefined : { [ATTR.serviceTier]: tier },
  }) as ResponseFacts;
}

/** An answer in one piece, of Converse or of a Nova model. */
export function readConverseAnswer(body: JsonObject, captureContent: boolean): ResponseFacts {
  const reason = asString(body.stopReason);
  const finishReasons = reason === undefined ? undefined : [canonicalReason(reason)];
  return defined({
    ...readTail(body),
    finishReasons,
    content: captureContent
      ? {
          [ATTR.outputMessages]: readMessages([asObject(body.output)?.message]).map((message) => ({
            ...message,
            finish_reason: finishReasons?.[0] ?? "stop",
          })),
        }
      : undefined,
  }) as ResponseFacts;
}

type OpenBlock = { text: string; reasoning: string; input: string; call?: { id?: string; name: string } };

function partsOf(block: OpenBlock): MessagePart[] {
  return [
    ...(block.reasoning === "" ? [] : [{ type: "reasoning", content: block.reasoning } as const]),
    ...(block.text === "" ? [] : [{ type: "text", content: block.text } as const]),
    ...(block.call === undefined ? [] : [{ type: "tool_call", ...block.call, arguments: block.input } as const]),
  ];
}

/** Reads the events of ConverseStream: by their names, or, in InvokeModel of a Nova model, by the one member that each has. */
export function createConverseStreamReader({ captureContent }: Pick<ReadingOptions, "captureContent">): StreamReader {
  let facts: ResponseFacts = {};
  const blocks = new Map<number, OpenBlock>();

  const blockOf = (event: JsonObject): OpenBlock => {
    const index = asNumber(event.contentBlockIndex) ?? 0;
    const block = blocks.get(index) ?? { text: "", reasoning: "", input: "" };
    blocks.set(index, block);
    return block;
  };
  const readPiece = (event: JsonObject): void => {
    const block = blockOf(event);
    const delta = asObject(event.delta);
    const use = asObject(asObject(event.start)?.toolUse);
    if (use !== undefined) block.call = { name: asString(use.name) ?? "", ...defined({ id: asString(use.toolUseId) }) };
    block.text = appendText(block.text, asString(delta?.text));
    block.reasoning = appendText(block.reasoning, asString(asObject(delta?.reasoningContent)?.text));
    block.input = appendText(block.input, asString(asObject(delta?.toolUse)?.input));
  };

  return {
    event: (name, data) => {
      const error = readStreamError(name, data);
      if (error !== undefined) facts = { ...facts, error };
      const event = asObject(data);
      if (event === undefined || error !== undefined) return;
      if (captureContent && name.startsWith("contentBlock")) readPiece(event);
      const reason = asString(event.stopReason);
      if (name === "messageStop" && reason !== undefined)
        facts = { ...facts, finishReasons: [canonicalReason(reason)] };
      if (name === "metadata") facts = { ...facts, ...readTail(event) };
    },
    result: () =>
      captureContent
        ? {
            ...facts,
            content: {
              [ATTR.outputMessages]: [
                {
                  role: "assistant",
                  parts: [...blocks.values()].flatMap(partsOf),
                  finish_reason: facts.finishReasons?.[0] ?? "stop",
                },
              ],
            },
          }
        : facts,
  };
}

/** Bedrock Converse and ConverseStream (API_runtime_Converse, API_runtime_ConverseStream). */
export const BEDROCK_CONVERSE: WireFormat = {
  name: "bedrock.converse",
  provider: "aws.bedrock",
  matches: (target) => isModelAction(target, "converse", "converse-stream"),
  requestTemplate: { inferenceConfig: true, guardrailConfig: true, serviceTier: true, messages: "count" },
  responseTemplate: {
    stopReason: true,
    usage: true,
    serviceTier: true,
    message: true,
    trace: { promptRouter: true },
  },
  readRequest: (value, { target, captureContent }) => {
    // A stored prompt, called by its ARN, has no messages of its own.
    const body = asObject(value) ?? {};
    const model = modelOf(target.path);
    if (model === undefined) return undefined;
    const guardrail = asString(asObject(body.guardrailConfig)?.guardrailIdentifier);
    const tier = asString(asObject(body.serviceTier)?.type);
    return {
      operation: OPERATION.chat,
      model,
      stream: actionOf(target.path) === "converse-stream",
      parameters: {
        ...readInferenceConfig(body),
        ...(guardrail !== undefined && { [ATTR.bedrockGuardrailId]: guardrail }),
        ...(tier !== undefined && { [ATTR.serviceTier]: tier }),
      },
      ...(captureContent && { content: readConverseContent(body) }),
    };
  },
  readResponse: (value, { captureContent, header }) => {
    const body = asObject(value) ?? {};
    const error = readServiceError(body, header);
    return error === undefined ? readConverseAnswer(body, captureContent) : { error };
  },
  createStreamReader: createConverseStreamReader,
};

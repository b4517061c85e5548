import { ATTR, OPERATION } from "../../model/index.ts";
import type { Message, MessagePart, ResponseFacts, Usage } from "../facts.ts";
import type { ReadingOptions, WireFormat } from "./format.ts";
import { readGoogleError } from "./gemini-error.ts";
import { readInteractionUsage, readTier } from "./gemini-usage.ts";
import { asArray, asObject, asString, defined, type JsonObject, pickParameters } from "./reading.ts";

const PARAMETERS = {
  temperature: ATTR.requestTemperature,
  top_p: ATTR.requestTopP,
  max_output_tokens: ATTR.requestMaxTokens,
  stop_sequences: ATTR.requestStopSequences,
  seed: ATTR.requestSeed,
};

const FINISH_REASONS: Readonly<Record<string, string>> = {
  completed: "stop",
  requires_action: "tool_call",
  incomplete: "length",
  failed: "error",
};

/** What is under way has no finish reason yet. */
const UNDER_WAY = new Set(["in_progress", "queued", "created"]);

function readStep(value: unknown): MessagePart[] {
  const step = asObject(value);
  const type = asString(step?.type) ?? "";
  if (step === undefined) return [];
  const text = asString(step.text);
  if (text !== undefined) return [{ type: "text", content: text }];
  if (type === "function_call") {
    const call = { name: asString(step.name) ?? "", ...defined({ id: asString(step.id) }) };
    return [{ type: "tool_call", ...call, arguments: step.arguments }];
  }
  if (type === "thought") {
    return asArray(step.summary)
      .flatMap(readStep)
      .map((part) => ({ ...part, type: "reasoning" }) as MessagePart);
  }
  return asArray(step.content).flatMap(readStep);
}

function readInput(input: unknown): Message[] {
  if (typeof input === "string") return [{ role: "user", parts: [{ type: "text", content: input }] }];
  const parts = (Array.isArray(input) ? input : [input]).flatMap(readStep);
  return parts.length === 0 ? [] : [{ role: "user", parts }];
}

function readInteraction(body: JsonObject, { captureContent, header }: ReadingOptions): ResponseFacts {
  const status = asString(body.status);
  const reason = status === undefined || UNDER_WAY.has(status) ? undefined : (FINISH_REASONS[status] ?? status);
  const parts = captureContent ? asArray(body.steps ?? body.outputs).flatMap(readStep) : [];
  return defined({
    id: asString(body.id),
    model: asString(body.model),
    usage: readInteractionUsage(body.usage),
    error: readGoogleError(body) ?? readGoogleError({ error: asArray(body.errors)[0] }),
    finishReasons: reason === undefined ? undefined : [reason],
    parameters: defined({ [ATTR.serviceTier]: readTier(header("x-gemini-service-tier"), body.service_tier) }),
    content:
      parts.length === 0
        ? undefined
        : { [ATTR.outputMessages]: [{ role: "assistant", parts, finish_reason: reason ?? "stop" }] },
  }) as ResponseFacts;
}

/** Interactions of the Gemini API (ai.google.dev/api/interactions). */
export const GEMINI_INTERACTIONS: WireFormat = {
  name: "gemini.interactions",
  provider: "gcp.gemini",
  matches: ({ method, path }) => method === "POST" && /\/v1[a-z0-9]*\/(projects\/.+\/)?interactions$/.test(path),
  requestTemplate: {
    model: true,
    agent: true,
    stream: true,
    previous_interaction_id: true,
    generation_config: true,
    input: { type: true },
  },
  responseTemplate: {
    id: true,
    model: true,
    status: true,
    usage: true,
    error: true,
    errors: true,
    service_tier: true,
  },
  readRequest: (value, { captureContent }) => {
    const body = asObject(value);
    const model = asString(body?.model) ?? asString(body?.agent);
    if (body === undefined || model === undefined) return undefined;
    return {
      operation: OPERATION.generateContent,
      model,
      stream: body.stream === true,
      parameters: pickParameters(asObject(body.generation_config) ?? {}, PARAMETERS),
      ...(captureContent && {
        content: defined({
          [ATTR.systemInstructions]: asString(body.system_instruction) && [
            { type: "text", content: body.system_instruction },
          ],
          [ATTR.inputMessages]: readInput(body.input),
          [ATTR.toolDefinitions]: body.tools,
        }),
      }),
    };
  },
  readResponse: (value, options) => {
    const body = asObject(value);
    return body === undefined ? {} : readInteraction(body, options);
  },
  createStreamReader: (options) => {
    let facts: ResponseFacts = {};
    let usage: Usage | undefined;
    return {
      event: (name, data) => {
        const event = asObject(data);
        if (event === undefined) return;
        const type = asString(event.event_type) ?? name;
        if (type === "error") facts = { ...facts, error: readGoogleError(event) ?? {} };
        // created and completed carry the interaction as it then stands; steps in between tell what was used so far.
        const body = asObject(event.interaction);
        usage = readInteractionUsage(asObject(event.metadata)?.total_usage) ?? usage;
        if (body !== undefined) facts = { ...facts, ...readInteraction(body, options) };
      },
      result: () => ({ ...(usage !== undefined && { usage }), ...facts }),
    };
  },
};

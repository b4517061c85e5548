import { ATTR } from "../../model/index.ts";
import type { ResponseFacts, StreamReader, Usage } from "../facts.ts";
import type { Template } from "../json-projector.ts";
import type { ReadingOptions } from "./format.ts";
import { createChoiceJoiner, openAiFinishReason, readMessage } from "./openai-content.ts";
import { filteredCategories } from "./openai-content-filter.ts";
import { readOpenAiError } from "./openai-error.ts";
import { readCompletionUsage, reportedCost } from "./openai-usage.ts";
import { asArray, asNumber, asObject, asString, defined, type JsonObject, pickParameters } from "./reading.ts";

/** What chat completions and text completions answer alike. */
export const COMPLETION_TEMPLATE: Template = {
  id: true,
  model: true,
  provider: true,
  usage: true,
  x_groq: { usage: true },
  error: true,
  system_fingerprint: true,
  service_tier: true,
  choices: { finish_reason: true, content_filter_results: true },
  prompt_filter_results: { content_filter_results: true },
};

/** A server that answers with more choices than this is not read any further. */
const MAX_CHOICES = 1000;
/** There are a dozen. */
const MAX_CATEGORIES = 20;

function readHead(body: JsonObject, { target, header }: ReadingOptions): ResponseFacts {
  const filtered = filteredCategories(body);
  const parameters = {
    ...pickParameters(body, {
      system_fingerprint: ATTR.openaiSystemFingerprint,
      service_tier: ATTR.openaiResponseServiceTier,
    }),
    ...reportedCost(body, target.host, header),
    ...(filtered.length > 0 && { [ATTR.contentFiltered]: filtered }),
  };
  return defined({
    id: asString(body.id),
    model: asString(body.model),
    // Groq's streams have the usage in a place of their own.
    usage: readCompletionUsage(body.usage) ?? readCompletionUsage(asObject(body.x_groq)?.usage),
    error: readOpenAiError(body),
    parameters,
  }) as ResponseFacts;
}

/** Reads the answer in one piece. */
export function readCompletion(value: unknown, options: ReadingOptions): ResponseFacts {
  const body = asObject(value);
  if (body === undefined) return {};
  const choices = asArray(body.choices).map(asObject);
  const reasons = choices.flatMap((choice) => {
    const reason = asString(choice?.finish_reason);
    return reason === undefined ? [] : [openAiFinishReason(reason)];
  });
  const messages = (): unknown[] =>
    choices.flatMap((choice) =>
      readMessage(choice?.message ?? { content: choice?.text }).map((message) => ({
        ...message,
        role: "assistant",
        finish_reason: openAiFinishReason(asString(choice?.finish_reason) ?? "stop"),
      })),
    );
  return {
    ...readHead(body, options),
    ...(reasons.length > 0 && { finishReasons: reasons }),
    ...(options.captureContent && choices.length > 0 && { content: { [ATTR.outputMessages]: messages() } }),
  };
}

/** Whether a chunk of a stream says anything beside its choices that the ones before it have not: most say nothing. */
function isNews(chunk: JsonObject, facts: ResponseFacts): boolean {
  if (facts.id !== chunk.id || (chunk.model !== undefined && facts.model !== chunk.model)) return true;
  if (chunk.usage || chunk.x_groq || chunk.error || chunk.prompt_filter_results) return true;
  const tier = chunk.service_tier;
  return typeof tier === "string" && tier !== facts.parameters?.[ATTR.openaiResponseServiceTier];
}

/** Reads the answer chunk by chunk. Usage is cumulative wherever it comes more than once. */
export function createCompletionReader(options: ReadingOptions): StreamReader {
  let facts: ResponseFacts = {};
  let usage: Usage | undefined;
  const filtered = new Set<string>();
  const reasons = new Map<number, string>();
  const joiners = new Map<number, ReturnType<typeof createChoiceJoiner>>();

  const addChoice = (value: unknown): void => {
    const choice = asObject(value);
    if (choice === undefined) return;
    const index = asNumber(choice.index) ?? 0;
    const reason = asString(choice.finish_reason);
    if (reason !== undefined && reasons.size < MAX_CHOICES) reasons.set(index, openAiFinishReason(reason));
    if (choice.content_filter_results && filtered.size < MAX_CATEGORIES)
      for (const name of filteredCategories({ choices: [choice] })) filtered.add(name);
    if (!options.captureContent || joiners.size >= MAX_CHOICES) return;
    const joiner = joiners.get(index) ?? createChoiceJoiner();
    joiner.add(choice);
    joiners.set(index, joiner);
  };
  return {
    event: (_name, data) => {
      const chunk = asObject(data);
      if (chunk === undefined) return;
      if (isNews(chunk, facts)) {
        const head = readHead(chunk, options);
        usage = head.usage === undefined ? usage : { ...usage, ...head.usage };
        facts = { ...facts, ...head, parameters: { ...facts.parameters, ...head.parameters } };
      }
      for (const item of asArray(chunk.choices)) addChoice(item);
    },
    result: () => ({
      ...facts,
      ...(usage !== undefined && { usage }),
      ...(filtered.size > 0 && {
        parameters: { ...facts.parameters, [ATTR.contentFiltered]: [...filtered] },
      }),
      ...(reasons.size > 0 && { finishReasons: [...reasons.values()] }),
      ...(joiners.size > 0 && {
        content: { [ATTR.outputMessages]: [...joiners.values()].map((joiner) => joiner.message()) },
      }),
    }),
  };
}

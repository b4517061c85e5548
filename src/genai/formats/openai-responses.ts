import { ATTR, OPERATION } from "../../model/index.ts";
import type { Message, RequestFacts, ResponseFacts, StreamReader, Usage } from "../facts.ts";
import type { ReadingOptions, WireFormat } from "./format.ts";
import { filteredCategories } from "./openai-content-filter.ts";
import { readOpenAiError } from "./openai-error.ts";
import { readItem, waitsForProgram } from "./openai-items.ts";
import { readResponsesUsage, reportedCost } from "./openai-usage.ts";
import { asArray, asCount, asObject, asString, defined, type JsonObject, pickParameters } from "./reading.ts";

const PARAMETERS = {
  max_output_tokens: ATTR.requestMaxTokens,
  temperature: ATTR.requestTemperature,
  top_p: ATTR.requestTopP,
  service_tier: ATTR.openaiRequestServiceTier,
  previous_response_id: ATTR.previousResponseId,
};

const conversationOf = (body: JsonObject): string | undefined =>
  asString(body.conversation) ?? asString(asObject(body.conversation)?.id);

/** The API has a status and an incomplete reason where the conventions have a finish reason. */
function readFinishReasons(body: JsonObject): string[] | undefined {
  if (body.object === "response.compaction") return ["stop"];
  const status = asString(body.status);
  if (status === undefined || status === "in_progress" || status === "queued") return undefined;
  if (status === "failed") return ["error"];
  if (status === "incomplete") {
    const reason = asString(asObject(body.incomplete_details)?.reason);
    return [reason === "max_output_tokens" ? "length" : (reason ?? status)];
  }
  return status === "completed" ? [waitsForProgram(body.output) ? "tool_call" : "stop"] : [status];
}

const countItems = (body: JsonObject, isCounted: (item: JsonObject) => boolean): number | undefined => {
  const count = asArray(body.output).filter((value) => isCounted(asObject(value) ?? {})).length;
  return count === 0 ? undefined : count;
};

/** Opening a page that was found costs nothing; only searching does. */
const isSearch = ({ type, action }: JsonObject): boolean =>
  type === "web_search_call" && ["search", undefined].includes(asString(asObject(action)?.type));

/** Tools that are billed by what the answer does not say: the time of a container, the tokens of another model. */
const UNPRICED_TOOLS: ReadonlySet<unknown> = new Set(["code_interpreter_call", "image_generation_call"]);

function readUsage(body: JsonObject): Usage | undefined {
  const usage = readResponsesUsage(body.usage);
  const searches = asCount(asObject(asObject(body.tool_usage)?.web_search)?.num_requests) ?? countItems(body, isSearch);
  const fileSearches = countItems(body, ({ type }) => type === "file_search_call");
  return (
    usage && {
      ...usage,
      ...(searches !== undefined && searches > 0 && { webSearches: searches }),
      ...defined({ fileSearches }),
    }
  );
}

function readBody(body: JsonObject, { target, header, captureContent }: ReadingOptions): ResponseFacts {
  const finishReasons = readFinishReasons(body);
  const unpriced = countItems(body, ({ type }) => UNPRICED_TOOLS.has(type)) !== undefined;
  const cost = reportedCost(body, target.host, header);
  const usage = readUsage(body);
  const deferred = body.background === true;
  const isOpen = deferred && usage === undefined && finishReasons === undefined;
  const filtered = filteredCategories({ ...body, prompt_filter_results: body.content_filters });
  return defined({
    id: asString(body.id),
    model: asString(body.model),
    usage,
    deferred: deferred ? true : undefined,
    error: readOpenAiError(body),
    finishReasons,
    parameters: {
      ...pickParameters(body, { service_tier: ATTR.openaiResponseServiceTier }),
      ...defined({ [ATTR.conversationId]: conversationOf(body) }),
      ...cost,
      ...(isOpen && { [ATTR.costStatus]: "deferred" }),
      ...(unpriced && cost[ATTR.costUsd] === undefined && { [ATTR.costStatus]: "unknown_rate" }),
      ...(filtered.length > 0 && { [ATTR.contentFiltered]: filtered }),
    },
    content: captureContent
      ? {
          [ATTR.outputMessages]: asArray(body.output)
            .flatMap(readItem)
            .map((message) => ({ ...message, finish_reason: finishReasons?.[0] ?? "stop" })),
        }
      : undefined,
  }) as ResponseFacts;
}

function createStreamReader(options: ReadingOptions): StreamReader {
  let facts: ResponseFacts = {};
  return {
    event: (name, data) => {
      const event = asObject(data);
      const type = asString(event?.type) ?? name;
      if (type === "error") {
        facts = { ...facts, error: readOpenAiError({ error: event?.error ?? event }) ?? {} };
        return;
      }
      // created, queued, in_progress, completed, incomplete and failed carry the response as it then stands.
      const body = asObject(event?.response);
      if (body !== undefined) facts = { ...facts, ...readBody(body, options) };
    },
    result: () => facts,
  };
}

const readInput = (input: unknown): Message[] =>
  typeof input === "string"
    ? [{ role: "user", parts: [{ type: "text", content: input }] }]
    : asArray(input).flatMap(readItem);

function readRequest(value: unknown, { captureContent }: ReadingOptions): RequestFacts | undefined {
  const body = asObject(value);
  const model = asString(body?.model);
  if (body === undefined || model === undefined) return undefined;
  const outputType = asString(asObject(asObject(body.text)?.format)?.type);
  return {
    operation: OPERATION.chat,
    model,
    stream: body.stream === true,
    parameters: {
      [ATTR.openaiApiType]: "responses",
      ...pickParameters(body, PARAMETERS),
      ...(outputType !== undefined && { [ATTR.outputType]: outputType === "text" ? "text" : "json" }),
      ...defined({ [ATTR.conversationId]: conversationOf(body) }),
    },
    ...(captureContent && {
      content: defined({
        [ATTR.systemInstructions]: asString(body.instructions) && [{ type: "text", content: body.instructions }],
        [ATTR.inputMessages]: readInput(body.input),
        [ATTR.toolDefinitions]: body.tools,
      }),
    }),
  };
}

/** OpenAI responses, and their compaction, which is a call to a model as well (platform.openai.com/docs/api-reference/responses). */
export const OPENAI_RESPONSES: WireFormat = {
  name: "openai.responses",
  provider: "openai",
  matches: ({ method, path }) => method === "POST" && /\/responses(\/compact)?$/.test(path),
  requestTemplate: {
    model: true,
    stream: true,
    text: { format: { type: true } },
    conversation: true,
    ...Object.fromEntries(Object.keys(PARAMETERS).map((member) => [member, true] as const)),
  },
  responseTemplate: {
    id: true,
    object: true,
    model: true,
    status: true,
    background: true,
    provider: true,
    usage: true,
    tool_usage: { web_search: true },
    error: true,
    incomplete_details: { reason: true },
    service_tier: true,
    conversation: { id: true },
    content_filters: { content_filter_results: true },
    output: { type: true, action: { type: true } },
  },
  readRequest,
  readResponse: (value, options) => {
    const body = asObject(value);
    return body === undefined ? {} : readBody(body, options);
  },
  createStreamReader,
};

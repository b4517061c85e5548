import { type Attributes, SpanStatusCode } from "@opentelemetry/api";
import {
  createJsonReader,
  type Framer,
  framerOf,
  publicProvider,
  type ReadingOptions,
  type RequestFacts,
  type ResponseFacts,
  SNIFFED_BYTES,
  sniffFramer,
  usageAttributes,
  type WireFormat,
} from "../genai/index.ts";
import { ATTR } from "../model/index.ts";
import type { Described, Outcome, RequestHead } from "./exchange.ts";
import { createResponseBody, type ResponseBody } from "./response-body.ts";

/** With content captured the whole body is kept: beyond this it is described without its content. */
export const MAX_CAPTURED_BODY_BYTES = 4 * 1024 * 1024;

export type ResponseReader = {
  readonly feed: (bytes: Uint8Array) => void;
  readonly result: () => ResponseFacts;
  /** Whether the answer comes event by event. */
  readonly isStream: () => boolean;
};

function createEventReader(
  format: WireFormat,
  options: ReadingOptions,
  createFramer: NonNullable<ReturnType<typeof framerOf>>,
): ResponseReader {
  const stream = format.createStreamReader(options);
  const framer: Framer = createFramer(stream.event);
  return {
    feed: framer.feed,
    result: () => {
      framer.end();
      return stream.result();
    },
    isStream: () => true,
  };
}

function createAnswerReader(format: WireFormat, options: ReadingOptions): ResponseReader {
  const json = createJsonReader(format.responseTemplate, options.captureContent ? MAX_CAPTURED_BODY_BYTES : undefined);
  return {
    feed: json.feed,
    result: () => {
      const body = json.result();
      return format.readResponse(body, { ...options, captureContent: options.captureContent && json.isWhole() });
    },
    isStream: () => false,
  };
}

/** Reads an answer that should be a stream and is not called one: its beginning tells. */
function createSniffingReader(format: WireFormat, options: ReadingOptions): ResponseReader {
  let beginning: Uint8Array = new Uint8Array();
  let reader: ResponseReader | undefined;
  const choose = (): ResponseReader => {
    const createFramer = sniffFramer(beginning);
    reader =
      createFramer === undefined
        ? createAnswerReader(format, options)
        : createEventReader(format, options, createFramer);
    reader.feed(beginning);
    beginning = new Uint8Array();
    return reader;
  };
  return {
    feed: (bytes) => {
      if (reader !== undefined) reader.feed(bytes);
      else {
        beginning = Buffer.concat([beginning, bytes]);
        if (beginning.length >= SNIFFED_BYTES) choose();
      }
    },
    result: () => (reader ?? choose()).result(),
    isStream: () => (reader ?? choose()).isStream(),
  };
}

/**
 * What reads an answer of this content type; undefined where it is nothing that a format reads. `isStreamWanted` is whether the request
 * asked for a stream.
 */
export function createResponseReader(
  format: WireFormat,
  contentType: string,
  options: ReadingOptions,
  isStreamWanted = false,
): ResponseReader | undefined {
  const createFramer = framerOf(contentType);
  if (createFramer !== undefined) return createEventReader(format, options, createFramer);
  if (isStreamWanted) return createSniffingReader(format, options);
  return contentType.includes("json") ? createAnswerReader(format, options) : undefined;
}

function contentAttributes(content: Readonly<Record<string, unknown>> | undefined): Attributes {
  const attributes: Attributes = {};
  for (const [name, value] of Object.entries(content ?? {})) {
    try {
      attributes[name] = JSON.stringify(value);
    } catch {
      // Nested so deep that it can be read but not written: the call is described without it.
    }
  }
  return attributes;
}

function responseAttributes(facts: ResponseFacts): Attributes {
  const attributes: Attributes = { ...facts.parameters, ...usageAttributes(facts.usage) };
  if (facts.id !== undefined) attributes[ATTR.responseId] = facts.id;
  if (facts.model !== undefined) attributes[ATTR.responseModel] = facts.model;
  if (facts.finishReasons !== undefined) attributes[ATTR.finishReasons] = [...facts.finishReasons];
  return { ...attributes, ...contentAttributes(facts.content) };
}

function requestAttributes(format: WireFormat, head: RequestHead, facts: RequestFacts): Attributes {
  const retry = Number(head.header("x-stainless-retry-count") ?? 0);
  return {
    [ATTR.operation]: facts.operation,
    [ATTR.provider]: publicProvider(head.host) ?? format.provider,
    ...(facts.model !== undefined && { [ATTR.requestModel]: facts.model }),
    ...(facts.stream && { [ATTR.requestStream]: true }),
    ...facts.parameters,
    ...(Number.isSafeInteger(retry) && retry > 0 && { [ATTR.retryCount]: retry }),
    ...contentAttributes(facts.content),
  };
}

function failureOf(
  outcome: Outcome,
  status: number,
  facts: ResponseFacts,
): { type: string; message: string } | undefined {
  if (facts.error !== undefined || status >= 400) {
    const type = facts.error?.code ?? facts.error?.type ?? (status >= 400 ? String(status) : "error");
    return { type, message: facts.error?.message ?? `the provider answered with status ${status}` };
  }
  if (outcome.kind === "failed") return outcome;
  return undefined;
}

/** Describes a call to a model as the GenAI conventions want it. */
export function describeInference(
  format: WireFormat,
  head: RequestHead,
  request: RequestFacts,
  startMs: number,
  captureContent: boolean,
  onFacts?: (facts: ResponseFacts) => void,
): Described {
  let status = 0;
  let reader: ResponseReader | undefined;
  let body: ResponseBody | undefined;
  let firstChunkMs: number | undefined;
  let bytes = 0;

  return {
    name: request.model === undefined ? request.operation : `${request.operation} ${request.model}`,
    attributes: requestAttributes(format, head, request),
    description: {
      responseHead: (code, header) => {
        status = code;
        const type = header("content-type") ?? "";
        reader = createResponseReader(format, type, { target: head, captureContent, header }, request.stream);
        if (reader !== undefined) body = createResponseBody(header("content-encoding"), reader.feed);
      },
      responseChunk: (chunk, atMs) => {
        firstChunkMs ??= atMs;
        bytes += chunk.length;
        body?.chunk(chunk);
      },
      end: (span, outcome) => {
        body?.end();
        const facts = reader?.result() ?? {};
        const streaming = reader?.isStream() === true;
        onFacts?.(facts);
        span.setAttributes(responseAttributes(facts));
        if (status !== 0) span.setAttribute(ATTR.httpStatus, status);
        if (streaming && firstChunkMs !== undefined) {
          span.setAttribute(ATTR.timeToFirstChunk, (firstChunkMs - startMs) / 1000);
        }
        // A client that stops reading a stream after the last event has left nothing behind.
        const readToTheEnd = streaming && outcome.kind === "abandoned" && facts.finishReasons !== undefined;
        const finished = outcome.kind === "complete" || readToTheEnd;
        const failure = failureOf(finished ? { kind: "complete" } : outcome, status, facts);
        if (failure !== undefined) {
          span.setAttribute(ATTR.errorType, failure.type);
          span.setStatus({ code: SpanStatusCode.ERROR, message: failure.message });
        } else if (!finished) {
          span.setAttribute(ATTR.streamOutcome, "abandoned");
        }
        span.setAttribute(ATTR.responseBytes, bytes);
      },
    },
  };
}

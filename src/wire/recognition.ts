import {
  boundaryOf,
  createJsonReader,
  createMultipartReader,
  isBatchResults,
  publicProvider,
  type RequestFacts,
  type Template,
  VECTOR_STORES,
  type VectorStore,
  WIRE_FORMATS,
  type WireFormat,
} from "../genai/index.ts";
import { ATTR, INFERENCE_OPERATIONS } from "../model/index.ts";
import { createBackgroundAnswers } from "./background-answers.ts";
import { type CostOf, createBatchResults, type OnBatchResults } from "./batch-results.ts";
import type { Described, RequestHead } from "./exchange.ts";
import { describeHttpClient } from "./http-client.ts";
import { describeInference, MAX_CAPTURED_BODY_BYTES } from "./inference.ts";
import { readUnknownCall, UNKNOWN_FORMAT } from "./unknown-model-call.ts";
import { readUnsentCall } from "./unsent-call.ts";
import { createCollectionNames, describeVectorStore } from "./vector-store.ts";

/** The call to a model that a request turned out to be. */
export type ModelCall = { readonly operation: string; readonly provider: string; readonly model: string };

export type Recognized = { readonly described: Described; readonly call?: ModelCall };

/** Finds out what one request is, from where it goes and what it says. */
export type Recognition = {
  /** By its place alone: whether it may be more than a plain request, and whether it may be a call to a model. */
  readonly mayBeMore: boolean;
  readonly mayBeCall: boolean;
  readonly requestChunk: (chunk: Uint8Array) => void;
  /** What it is, once its body is there. */
  readonly recognize: () => Recognized;
};

/** A form is whole: its files are no content that is captured. */
type BodyReader = {
  readonly feed: (chunk: Uint8Array) => void;
  readonly result: () => unknown;
  readonly isWhole: () => boolean;
};

function mergeTemplates(templates: readonly Template[]): Template {
  if (templates.length === 1) return templates[0] ?? {};
  return Object.assign({}, ...templates.filter((template) => typeof template === "object")) as Template;
}

function createBodyReader(contentType: string, template: Template, captureContent: boolean): BodyReader {
  const boundary = boundaryOf(contentType);
  if (boundary !== undefined) return { ...createMultipartReader(boundary), isWhole: () => true };
  return createJsonReader(template, captureContent ? MAX_CAPTURED_BODY_BYTES : undefined);
}

export type RecognizerOptions = { readonly costOf: CostOf };

/** What a request may be by where it goes. */
type Candidates = {
  readonly formats: readonly WireFormat[];
  readonly stores: readonly VectorStore[];
  readonly isUnknown: boolean;
  /** Of a body that it may have; undefined where it can be nothing but a plain request. */
  readonly template: Template | undefined;
};

/** Programs ask the same few places again and again, some with an id in each path. */
const MAX_PLACES = 200;

function createPlaceBook(): (head: RequestHead) => Candidates {
  const known = new Map<string, Candidates>();
  return (head) => {
    const place = `${head.method} ${head.host} ${head.path}`;
    const before = known.get(place);
    if (before !== undefined) return before;
    const formats = WIRE_FORMATS.filter((format) => format.matches(head));
    const stores = VECTOR_STORES.filter((store) => store.matches(head));
    const isUnknown = formats.length === 0 && UNKNOWN_FORMAT.matches(head);
    const templates = [...formats, ...stores, ...(isUnknown ? [UNKNOWN_FORMAT] : [])].map((one) => one.requestTemplate);
    const template = templates.length === 0 ? undefined : mergeTemplates(templates);
    const candidates = { formats, stores, isUnknown, template };
    if (known.size >= MAX_PLACES) known.clear();
    if (place.length < 1000) known.set(place, candidates);
    return candidates;
  };
}

/** Knows every format and store. One for all requests: it learns names that later requests do not tell. */
export function createRecognizer({
  costOf,
}: RecognizerOptions): (
  head: RequestHead,
  startMs: number,
  captureContent: boolean,
  onBatchResults: OnBatchResults,
) => Recognition {
  const names = createCollectionNames();
  const describeBatchResults = createBatchResults(costOf);
  const background = createBackgroundAnswers(costOf);
  const candidatesFor = createPlaceBook();

  return (head, startMs, captureContent, onBatchResults) => {
    const { formats, stores, isUnknown, template } = candidatesFor(head);
    let reader: BodyReader | undefined;

    const describeCall = (format: (typeof formats)[number], facts: RequestFacts): Recognized => {
      const described = describeInference(format, head, facts, startMs, captureContent, background.onFacts);
      if (!INFERENCE_OPERATIONS.has(facts.operation)) return { described };
      const provider = String(described.attributes[ATTR.provider]);
      return { described, call: { operation: facts.operation, provider, model: facts.model ?? "unknown" } };
    };

    const recognize = (): Recognized => {
      const body = reader?.result();
      // Too large to be kept, it is described without its content.
      const isCaptured = captureContent && reader?.isWhole() === true;
      const options = { target: head, captureContent: isCaptured, header: head.header };
      for (const format of formats) {
        const facts = reader === undefined ? readUnsentCall(format, head) : format.readRequest(body, options);
        if (facts !== undefined) return describeCall(format, facts);
      }
      const members = typeof body === "object" && body !== null && !Array.isArray(body) ? body : {};
      for (const store of stores) {
        const request = store.readRequest(members as Record<string, unknown>, head);
        if (request !== undefined) return { described: describeVectorStore(store, request, names) };
      }
      const unknown = readUnknownCall(head, body, formats.length > 0);
      if (unknown !== undefined) return describeCall(UNKNOWN_FORMAT, unknown);
      const described = describeHttpClient(head, publicProvider(head.host));
      if (background.matches(head)) return { described: background.describe(head, described, onBatchResults) };
      return { described: isBatchResults(head) ? describeBatchResults(head, described, onBatchResults) : described };
    };

    return {
      mayBeMore: template !== undefined || isBatchResults(head) || background.matches(head),
      mayBeCall: formats.length > 0 || isUnknown,
      requestChunk: (chunk) => {
        if (template === undefined) return;
        // With the first bytes every header is there.
        reader ??= createBodyReader(head.header("content-type") ?? "", template, captureContent);
        reader.feed(chunk);
      },
      recognize,
    };
  };
}

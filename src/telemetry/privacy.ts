import type { Attributes, AttributeValue } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { remember } from "../base/index.ts";
import { ATTR, LISTED_VALUES } from "../model/index.ts";
import { type Redactor, rememberTexts } from "../redaction/index.ts";
import type { LogItem } from "./logs.ts";

/**
 * The choke point: nothing leaves the process, by any exporter, that has not passed here. Content (what people and models said) goes
 * only where capture is on, and never with a secret or personal data that the redaction rules know.
 */
export type Privacy = {
  readonly span: (span: ReadableSpan) => ReadableSpan;
  readonly log: (log: LogItem) => LogItem;
  /** What a span says of itself, made safe: for those that go to a back end of the program's own as well. */
  readonly attributes: (given: Attributes) => Attributes;
};

export type PrivacyOptions = {
  readonly captureContent: boolean;
  /** Content beyond this many characters is shortened, staying valid JSON. */
  readonly contentMaxLength: number;
  /** For what people and models said. */
  readonly contentRedactor: Redactor;
  /** For everything else: names, addresses, messages of errors, log lines. */
  readonly redactor: Redactor;
};

const CONTENT: ReadonlySet<string> = new Set([
  ATTR.inputMessages,
  ATTR.outputMessages,
  ATTR.systemInstructions,
  ATTR.toolDefinitions,
  ATTR.toolArguments,
  ATTR.toolResult,
  ATTR.evaluationExplanation,
  ATTR.feedbackComment,
  ATTR.debugInput,
  ATTR.debugOutput,
  ATTR.debugState,
  ATTR.debugStateAtEnd,
]);
/** What a request is about, on whatever is said of it. */
const CARRIED: ReadonlySet<string> = new Set([ATTR.sessionId, ATTR.userId, ATTR.requestId, ATTR.correlationId]);
/**
 * Attributes of other GenAI instrumentations. Their dialects are not explained to us one by one, so whatever they say in a text
 * counts as content; numbers and booleans pass.
 */
const FOREIGN_PREFIXES = [
  "llm.",
  "traceloop.",
  "ai.",
  "input.",
  "output.",
  "gen_ai.prompt",
  "gen_ai.completion",
  "gen_ai.content",
  "langfuse.",
  "langsmith.",
  "retrieval.",
  "reranker.",
  "document.",
  "tool.",
  "tool_call.",
  "embedding.",
  "message.",
  "metadata",
];
/** Foreign names that are labels, never content. */
const FOREIGN_LABELS =
  /^(tool\.name|gen_ai\.prompt\.name|llm\.(model_name|provider|system|request\.type)|ai\.(model\.(id|provider)|operationId|telemetry\.functionId)|traceloop\.(span\.kind|entity\.name|workflow\.name))$/;

/** Names come again with every span. */
const MAX_NAMES = 1000;
const isContent = remember(
  (name) =>
    CONTENT.has(name) || (FOREIGN_PREFIXES.some((prefix) => name.startsWith(prefix)) && !FOREIGN_LABELS.test(name)),
  MAX_NAMES,
);

/** Events and log records that carry messages, in fields of any name (the GenAI conventions until 1.36, and after). */
const isSpokenEvent = (name: unknown): boolean => typeof name === "string" && name.startsWith("gen_ai.");
const isSpokenField = (name: string): boolean => (!name.startsWith("gen_ai.") && !CARRIED.has(name)) || isContent(name);
/** The fields of a program's own log lines have whatever names it likes. */
const isSpokenInLog = (name: string): boolean => CONTENT.has(name) || (name.startsWith("gen_ai.") && isContent(name));

function shortenStrings(value: unknown, limit: number): unknown {
  if (typeof value === "string") {
    return value.length <= limit ? value : `${value.slice(0, limit)}… (${value.length} characters)`;
  }
  if (Array.isArray(value)) return value.map((item) => shortenStrings(item, limit));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shortenStrings(item, limit)]));
}

/** Shortens a JSON text to about `max` characters by shortening its strings, so that it stays JSON. */
function shorten(text: string, max: number): string {
  if (text.length <= max) return text;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return `${text.slice(0, max)}… (${text.length} characters)`;
  }
  for (let limit = max; limit >= 16; limit = Math.floor(limit / 4)) {
    const shortened = JSON.stringify(shortenStrings(value, limit));
    if (shortened.length <= max) return shortened;
  }
  return JSON.stringify(`left out: ${text.length} characters`);
}

/** Nothing to look for in these. */
const NOT_TEXT: ReadonlySet<string> = new Set([...LISTED_VALUES, ATTR.finishReasons]);

/** Short texts that are remembered as looked at. */
const MAX_REMEMBERED = 2000;

export function createPrivacy(options: PrivacyOptions): Privacy {
  const { captureContent, contentMaxLength, contentRedactor } = options;
  const redactor = rememberTexts(options.redactor, MAX_REMEMBERED);
  /** Redacted before it is shortened, so that no cut leaves half a secret unrecognized. */
  const safeContent = (name: string, content: AttributeValue): Attributes => {
    const safe = contentRedactor.value({ [name]: content }) as Attributes;
    const short = <T>(one: T): T | string => (typeof one === "string" ? shorten(one, contentMaxLength) : one);
    for (const [safeName, one] of Object.entries(safe))
      safe[safeName] = (Array.isArray(one) ? one.map(short) : short(one)) as AttributeValue;
    return safe;
  };
  const attributes = (
    given: Attributes,
    captures: boolean,
    isSpoken: (name: string) => boolean = isContent,
  ): Attributes => {
    const safe = redactor.members(given, { has: (name) => NOT_TEXT.has(name) || isSpoken(name) }) as Attributes;
    for (const name of Object.keys(given)) {
      const one = given[name];
      if (one === undefined) continue;
      if (NOT_TEXT.has(name)) safe[name] = one;
      else if (!isSpoken(name)) continue;
      else if (captures) Object.assign(safe, safeContent(name, one));
      else if (typeof one === "number" || typeof one === "boolean") safe[name] = one;
    }
    return safe;
  };

  /** By the mark that nobody but the pipeline puts on a span. */
  const capturedOn = (given: Attributes): boolean =>
    captureContent || (given[ATTR.debug] === true && given[ATTR.debugTruncated] !== true);

  return {
    attributes: (given) => attributes(given, capturedOn(given)),
    span: (span) => {
      const spanContext = span.spanContext();
      const { message } = span.status;
      const captures = capturedOn(span.attributes);
      return {
        name: redactor.text(span.name),
        kind: span.kind,
        spanContext: () => spanContext,
        ...(span.parentSpanContext !== undefined && { parentSpanContext: span.parentSpanContext }),
        startTime: span.startTime,
        endTime: span.endTime,
        status: message === undefined ? span.status : { ...span.status, message: redactor.text(message) },
        attributes: attributes(span.attributes, captures),
        links: span.links.map((link) => ({ ...link, attributes: attributes(link.attributes ?? {}, captures) })),
        events: span.events.map((event) => ({
          ...event,
          name: redactor.text(event.name),
          attributes: attributes(
            event.attributes ?? {},
            captures,
            isSpokenEvent(event.name) ? isSpokenField : isContent,
          ),
        })),
        duration: span.duration,
        ended: span.ended,
        resource: span.resource,
        instrumentationScope: span.instrumentationScope,
        droppedAttributesCount: span.droppedAttributesCount,
        droppedEventsCount: span.droppedEventsCount,
        droppedLinksCount: span.droppedLinksCount,
      };
    },
    log: (log) => {
      const spoken = isSpokenEvent(log.eventName ?? log.attributes["event.name"]);
      const captures = captureContent || log.isDebugged === true;
      const body = spoken && !captures ? "" : (spoken ? contentRedactor : redactor).text(log.body);
      const fields = attributes(log.attributes, captures, spoken ? isSpokenField : isSpokenInLog);
      if (ATTR.debug in fields) delete fields[ATTR.debug];
      if (log.isDebugged === true) fields[ATTR.debug] = true;
      const { eventName } = log;
      return {
        ...log,
        body,
        attributes: fields,
        scope: redactor.text(log.scope),
        ...(eventName !== undefined && { eventName: redactor.text(eventName) }),
      };
    },
  };
}

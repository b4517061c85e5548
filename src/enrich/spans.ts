import { costAttributes, type Pricer } from "../cost/index.ts";
import { classifyError, type ErrorCategory, fingerprintOfSpan, isFingerprint } from "../errors/index.ts";
import { normalizeDialect } from "../genai/index.ts";
import { ATTR, INFERENCE_OPERATIONS } from "../model/index.ts";
import type { Redactor } from "../redaction/index.ts";
import type { Attributes, AttributeValue, Resource, Scope, Span } from "../signals/index.ts";
import { createCleaner } from "./cleaner.ts";
import { createSharedCleaner } from "./records.ts";

export type SpanEnricherOptions = { readonly redactor: Redactor; readonly pricer: Pricer };

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
const number = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);

function priceOf(span: Span, attributes: Attributes, pricer: Pricer): Attributes | undefined {
  if (!INFERENCE_OPERATIONS.has(String(attributes[ATTR.operation]))) return undefined;
  // The program that sent it has priced it, or found that it cannot, and has counted it so.
  if (attributes[ATTR.costStatus] !== undefined) return undefined;
  const added = costAttributes(pricer, attributes, {
    failed: span.status === "error",
    timeMs: Number(span.startNs / 1_000_000n),
  });
  return Object.keys(added).length === 0 ? undefined : added;
}

/** Category and kind of a failed span that does not tell them. */
function failureOf(span: Span, attributes: Attributes): Attributes | undefined {
  if (span.status !== "error") return undefined;
  const known = text(attributes[ATTR.errorCategory]) as ErrorCategory | undefined;
  if (known !== undefined && isFingerprint(attributes[ATTR.errorFingerprint])) return undefined;
  const exception = span.events.findLast(({ name }) => name === "exception")?.attributes;
  const category = known ?? categoryOf(span, attributes, exception ?? {});
  const failed = { name: span.name, attributes, exception, statusMessage: span.statusMessage };
  return { [ATTR.errorCategory]: category, [ATTR.errorFingerprint]: fingerprintOfSpan(failed, category) };
}

function categoryOf(span: Span, attributes: Attributes, exception: Attributes): ErrorCategory {
  const errorType = text(attributes[ATTR.errorType]);
  const name = text(exception["exception.type"]);
  const message = text(span.statusMessage) ?? text(exception["exception.message"]);
  const status = number(attributes[ATTR.httpStatus]);
  return classifyError({
    ...(errorType !== undefined && { errorType }),
    ...(name !== undefined && { name }),
    ...(message !== undefined && { message }),
    ...(status !== undefined && { status }),
  });
}

/**
 * Makes a span that arrives the same as one that our own instrumentation sends: canonical names, price, error category and kind, and no secret
 * in it. Spans that have all of this keep what they have.
 */
export function createSpanEnricher({ redactor, pricer }: SpanEnricherOptions): (span: Span) => Span {
  const cleaner = createCleaner(redactor);
  const cleanResource = createSharedCleaner<Resource>(cleaner);
  const cleanScope = createSharedCleaner<Scope>(cleaner);

  const cleanAll = <Item extends { readonly attributes: Attributes }>(items: readonly Item[]): readonly Item[] => {
    if (items.every(({ attributes }) => cleaner.attributes(attributes) === attributes)) return items;
    return items.map((item) => ({ ...item, attributes: cleaner.attributes(item.attributes) }));
  };

  return (span) => {
    const normalized = normalizeDialect(span.attributes) as Readonly<Record<string, AttributeValue>>;
    const price = priceOf(span, normalized, pricer);
    const failure = failureOf(span, normalized);
    const isComplete = price === undefined && failure === undefined;
    const attributes = cleaner.attributes(isComplete ? normalized : { ...normalized, ...price, ...failure });
    return {
      ...span,
      name: cleaner.text(span.name),
      statusMessage: span.statusMessage === "" ? "" : cleaner.text(span.statusMessage),
      resource: cleanResource(span.resource),
      scope: cleanScope(span.scope),
      attributes,
      events: cleanAll(span.events),
      links: cleanAll(span.links),
    };
  };
}

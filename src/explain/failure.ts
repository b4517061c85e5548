import type { TraceSpan } from "../backends/index.ts";
import { classifyError, ERROR_CATEGORIES, type ErrorCategory } from "../errors/index.ts";
import { ATTR } from "../model/index.ts";
import { endOf, nearestAbove, type SpanForest } from "./span-forest.ts";
import { kindOf, type Step, statusOf, stepOf, subjectOf } from "./step.ts";

export type FailureError = {
  /** docs/errors.md. */
  readonly category: ErrorCategory;
  /** Class of the error, code of the provider or status; undefined where nothing tells. */
  readonly type: string | undefined;
  readonly message: string;
  /** Where it was recorded. */
  readonly stack: string | undefined;
  readonly httpStatus: number | undefined;
};

export type Failure = {
  /** The step in which it began. */
  readonly at: Step;
  readonly error: FailureError;
  /** What failed because of it, from that step outward to the last that did. Empty where it went no further. */
  readonly chain: readonly (Step & { readonly error: FailureError })[];
  /** Milliseconds since 1970 at which the step failed. */
  readonly timeMs: number;
};

const MAX_STACK = 16_384;
const MAX_MESSAGE = 4096;
/** Of longer ones the last is kept as well. */
const MAX_CHAIN = 100;
const CATEGORIES: ReadonlySet<string> = new Set(ERROR_CATEGORIES);

const textOf = (value: unknown): string | undefined =>
  value === undefined || value === "" ? undefined : String(value);

/** What a failed span says of its error: in attributes, in its status, and in the exception that was recorded last. */
export function errorOf({ attributes, events, status, statusMessage }: TraceSpan): FailureError {
  const exception = events.findLast(({ name }) => name === "exception")?.attributes ?? {};
  const type = textOf(attributes[ATTR.errorType]) ?? textOf(exception["exception.type"]);
  const message = textOf(statusMessage) ?? textOf(exception["exception.message"]) ?? "";
  const told = Number(attributes[ATTR.httpStatus] ?? Number.NaN);
  const httpStatus = Number.isInteger(told) ? told : undefined;
  const category = textOf(attributes[ATTR.errorCategory]);
  return {
    category:
      category !== undefined && CATEGORIES.has(category)
        ? (category as ErrorCategory)
        : status === "error"
          ? classifyError({
              message,
              ...(type !== undefined && { errorType: type, name: type }),
              ...(httpStatus !== undefined && { status: httpStatus }),
            })
          : "unknown",
    type,
    message: message.slice(0, MAX_MESSAGE),
    stack: textOf(exception["exception.stacktrace"])?.slice(0, MAX_STACK),
    httpStatus,
  };
}

const isFailed = (span: TraceSpan): boolean => span.status === "error";

/** Whether somebody tried the same again after it, or something else instead, and that went well. */
function wasGotOver(span: TraceSpan, siblings: readonly TraceSpan[]): boolean {
  const [kind, subject] = [kindOf(span), subjectOf(span)];
  return siblings.some(
    (other) =>
      other.startMs >= endOf(span) &&
      statusOf(other) === "ok" &&
      kindOf(other) === kind &&
      (subjectOf(other) === subject || other.attributes[ATTR.fallbackFrom] !== undefined),
  );
}

/** Failed spans below one, with those that only carry (a request, a middleware) passed through, and where each stands. */
function failedBelow(
  span: TraceSpan,
  { childrenOf }: SpanForest,
): { readonly span: TraceSpan; readonly siblings: readonly TraceSpan[] }[] {
  const found: { span: TraceSpan; siblings: readonly TraceSpan[] }[] = [];
  const seen = new Set([span]);
  for (const open = [span]; open.length > 0; ) {
    const siblings = childrenOf(open.pop() as TraceSpan);
    for (const child of siblings) {
      if (seen.has(child)) continue;
      seen.add(child);
      if (isFailed(child)) found.push({ span: child, siblings });
      // An agent or a tool that went well has got over whatever failed inside.
      else if (kindOf(child) === "other") open.push(child);
    }
  }
  return found.sort((a, b) => a.span.startMs - b.span.startMs);
}

const sameError = (a: FailureError, b: FailureError): boolean =>
  a.message !== "" && (a.message === b.message || a.message.includes(b.message) || b.message.includes(a.message));

/** The failure below a failed span that it failed of: the first with the same error, else the first that nobody got over. */
function causeOf(span: TraceSpan, forest: SpanForest): TraceSpan | undefined {
  const below = failedBelow(span, forest);
  if (below.length === 0) return undefined;
  const error = errorOf(span);
  const same = below.find((one) => {
    const other = errorOf(one.span);
    return other.message !== "" && sameError(error, other);
  });
  return (same ?? below.find((one) => !wasGotOver(one.span, one.siblings)))?.span;
}

function traceBack(outermost: TraceSpan, forest: SpanForest): Failure {
  const path = [outermost];
  const seen = new Set(path);
  for (let next = causeOf(outermost, forest); next !== undefined && !seen.has(next); next = causeOf(next, forest)) {
    path.push(next);
    seen.add(next);
  }
  const [at = outermost, ...all] = path.toReversed();
  const outward = all.length <= MAX_CHAIN ? all : [...all.slice(0, MAX_CHAIN - 1), outermost];
  return {
    at: stepOf(at),
    error: errorOf(at),
    chain: outward.map((span) => ({ ...stepOf(span), error: errorOf(span) })),
    timeMs: endOf(at),
  };
}

export type FailureSearch = {
  /** Where what made the whole fail began; where the whole went well, the first failure that it got over. */
  readonly failure: Failure | undefined;
  /** Whether the whole failed. */
  readonly hasFailed: boolean;
  /** How many failures began in the trace, each counted once. */
  readonly origins: number;
};

/** Failed spans that no failed span stands above. */
function outermostFailed(forest: SpanForest): TraceSpan[] {
  const failedAbove = nearestAbove(forest, isFailed);
  return forest.spans.filter((span) => isFailed(span) && failedAbove(span) === undefined);
}

/**
 * A request that was answered by a status of an error has failed of what nobody got over below: an agent that a budget stops is no fault of the
 * server (402), whose span the conventions let fail from 500 on only.
 */
function refusalBelow(root: TraceSpan, forest: SpanForest): TraceSpan | undefined {
  if (root.kind !== "server" || !(Number(root.attributes[ATTR.httpStatus]) >= 400)) return undefined;
  return failedBelow(root, forest).find((one) => !wasGotOver(one.span, one.siblings))?.span;
}

export function findFailure(forest: SpanForest): FailureSearch {
  const { root } = forest;
  const failed = forest.spans.filter(isFailed);
  const withFailedBelow = new Set(failed.map((span) => forest.parentOf(span)));
  const origins = failed.filter((span) => !withFailedBelow.has(span)).length;
  if (root === undefined || isFailed(root)) {
    return { failure: root && traceBack(root, forest), hasFailed: root !== undefined, origins };
  }
  const refused = refusalBelow(root, forest);
  if (refused !== undefined) {
    const failure = traceBack(refused, forest);
    const chain = [...failure.chain, { ...stepOf(root), error: errorOf(refused) }];
    return { failure: { ...failure, chain }, hasFailed: true, origins };
  }
  const [first] = outermostFailed(forest);
  return { failure: first && traceBack(first, forest), hasFailed: false, origins };
}

const isOpen = (span: TraceSpan): boolean => {
  const status = statusOf(span);
  return status === "running" || status === "unfinished";
};

/** Where a run stands that has not come to its end: the innermost open span, the latest of several. */
export function findOpenStep({ spans, childrenOf }: SpanForest): Step | undefined {
  const open = spans.filter(isOpen);
  const innermost = open.filter((span) => !childrenOf(span).some(isOpen));
  const last = innermost.at(-1);
  return last === undefined ? undefined : stepOf(last);
}

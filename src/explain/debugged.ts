import type { TraceSpan } from "../backends/index.ts";
import { ATTR } from "../model/index.ts";
import { shorten } from "./course.ts";
import type { SpanForest } from "./span-forest.ts";

/** What was recorded of a request in full. Texts as they were told, JSON for the most part, cut to 16,384 characters. */
export type Debugged = {
  /** What the program gave to `debugRun`; undefined where it did not, and in requests that only the settings name. */
  readonly input: string | undefined;
  readonly output: string | undefined;
  /** State of the session at the beginning, and at the end where it was another one then. */
  readonly state: string | undefined;
  readonly stateAtEnd: string | undefined;
  /** Versions and figures of the process. */
  readonly environment: string | undefined;
  /** How many spans of the trace were recorded in full. */
  readonly spans: number;
  /** More was said than is kept of one request: the later spans have no content. */
  readonly isTruncated: boolean;
};

const MAX_CHARACTERS = 16_384;

const isTrue = (span: TraceSpan, attribute: string): boolean => String(span.attributes[attribute]) === "true";

/** Of the run that lies nearest above `span`, else of the first one; undefined where nothing was recorded in full. */
export function debuggedIn(span: TraceSpan, forest: SpanForest): Debugged | undefined {
  const recorded = forest.spans.filter((one) => isTrue(one, ATTR.debug));
  if (recorded.length === 0) return undefined;
  const isRun = ({ attributes }: TraceSpan): boolean => attributes[ATTR.debugEnvironment] !== undefined;
  const run = [span, ...forest.ancestorsOf(span)].find(isRun) ?? recorded.find(isRun);
  const told = (attribute: string): string | undefined => {
    const value = run?.attributes[attribute];
    return value === undefined ? undefined : shorten(String(value), MAX_CHARACTERS);
  };
  return {
    input: told(ATTR.debugInput),
    output: told(ATTR.debugOutput),
    state: told(ATTR.debugState),
    stateAtEnd: told(ATTR.debugStateAtEnd),
    environment: told(ATTR.debugEnvironment),
    spans: recorded.length,
    isTruncated: recorded.some((one) => isTrue(one, ATTR.debugTruncated)),
  };
}

import {
  errorOrigins,
  figuresOf,
  hasFailed,
  rootIn,
  type SpentBy,
  spentBy,
  type TraceFigures,
  type TracePart,
  totalsOf,
  type Whom,
} from "../totals/index.ts";
import type { Trace, TraceSpan } from "./jaeger-trace.ts";

export {
  isInference,
  NAMED_BY,
  numberOf,
  type SpentBy,
  type TraceFigures,
  type TracePart,
  type Whom,
} from "../totals/index.ts";

/** What is worth knowing of a trace at a glance. */
export type TraceSummary = TraceFigures & { readonly traceId: string };

/** The span that the others belong to; undefined for a trace without spans, and where none of them were asked for. */
export const rootOf = ({ spans }: Trace): TraceSpan | undefined => rootIn(spans);

// Each by the totals of the trace where they came with it, else from its spans.

export const summarizeTrace = ({ traceId, spans, totals }: Trace): TraceSummary => ({
  traceId,
  ...(totals?.figures ?? figuresOf(spans)),
});

/** Whether the trace failed as a whole: what it got over on the way is no failure of it. */
export const isFailedTrace = ({ spans, totals }: Trace): boolean => totals?.isFailed ?? hasFailed(spans);

/** The earliest span in which an error began; undefined where nothing failed, or where it was not asked for. */
export const firstErrorOf = ({ spans, totals }: Trace): TraceSpan | undefined =>
  totals === undefined ? errorOrigins(spans)[0] : spans.find(({ spanId }) => spanId === totals.errorSpanId);

/** What belongs to each of several sessions, or users, that share the trace; empty where there are not several. */
export const partsOfTrace = ({ spans, totals }: Trace, whom: Whom): readonly TracePart[] =>
  (totals ?? totalsOf(spans)).parts[whom];

/** Who spent what in the calls of the trace. */
export const spentInTrace = ({ spans, totals }: Trace, whom: Whom): readonly SpentBy[] =>
  totals?.spent?.[whom] ?? spentBy(whom, spans);

/**
 * What a trace comes to: spans, errors, cost, tokens, names; by session and by user as well, and who spent it. Pure, over spans of whatever
 * shape that has these facts: whoever answers traces and whoever asks for them add them up alike. Knows no API and no store.
 */
export {
  type FactValue,
  isInference,
  isRun,
  NAMED_BY,
  numberOf,
  rootIn,
  type SpanFacts,
  TOTALLED_ATTRIBUTES,
} from "./span-facts.ts";
export { type SpentBy, spentBy, type Whom } from "./spending.ts";
export {
  errorOrigins,
  figuresOf,
  hasFailed,
  type TraceFigures,
  type TracePart,
  type TraceTotals,
  totalsOf,
  withOpenSpans,
} from "./trace-totals.ts";

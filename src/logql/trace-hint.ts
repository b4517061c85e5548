import type { LabelFilter, LogExpr, Stage } from "./syntax.ts";

const TRACE_ID = "trace_id";

function traceIdIn(filter: LabelFilter): string | undefined {
  if (filter.kind === "and") return traceIdIn(filter.left) ?? traceIdIn(filter.right);
  if (filter.kind !== "string" || filter.matcher.name !== TRACE_ID || filter.matcher.operator !== "=") return undefined;
  return filter.matcher.value === "" ? undefined : filter.matcher.value;
}

/** Stages that leave labels alone, so that a filter behind them still sees the line's own. */
const isNeutral = ({ kind }: Stage): boolean =>
  kind === "lineFilter" || kind === "decolorize" || kind === "labelFilter";

/**
 * The `trace_id` that every line of the answer has in its metadata, if the query says so before anything can have changed labels: what
 * a store may look up instead of reading all lines.
 */
export function traceIdOf({ stages }: LogExpr): string | undefined {
  for (const stage of stages) {
    if (!isNeutral(stage)) return undefined;
    const traceId = stage.kind === "labelFilter" ? traceIdIn(stage.filter) : undefined;
    if (traceId !== undefined) return traceId;
  }
  return undefined;
}

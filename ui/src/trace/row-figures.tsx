import type { ReactNode } from "react";
import { ATTR } from "../../../src/model/index.ts";
import { formatCount, formatMs, formatUsd } from "../format/quantity.ts";
import { LongText } from "./content.tsx";
import css from "./conversation.module.css";
import type { TraceRow } from "./layout.ts";
import { textOf } from "./span-kind.ts";
import { SpanLink } from "./span-link.tsx";

export const RowLink = ({ row, children }: { readonly row: TraceRow; readonly children: ReactNode }): ReactNode => (
  <SpanLink traceId={row.span.traceId} spanId={row.span.spanId} title="To its span" className={css.rowLink}>
    {children}
  </SpanLink>
);

/** What a call used. */
export function Figures({
  row,
  withBelow = false,
}: {
  readonly row: TraceRow;
  readonly withBelow?: boolean;
}): ReactNode {
  const { inputTokens, outputTokens, cachedTokens, reasoningTokens, costUsd, calls } = withBelow ? row.total : row.own;
  const parts = [
    ...(calls > 0 && inputTokens + outputTokens > 0
      ? [`${formatCount(inputTokens)} → ${formatCount(outputTokens)} tokens`]
      : []),
    ...(cachedTokens > 0 ? [`${formatCount(cachedTokens)} cached`] : []),
    ...(reasoningTokens > 0 ? [`${formatCount(reasoningTokens)} reasoning`] : []),
    ...(costUsd === undefined ? [] : [formatUsd(costUsd)]),
    row.state === "running" ? "running" : formatMs(row.endMs - row.startMs),
  ];
  return <span className={css.figures}>{parts.join(" · ")}</span>;
}

/** Why it failed. */
export function Trouble({ row }: { readonly row: TraceRow }): ReactNode {
  if (!row.isFailed) return null;
  const { span } = row;
  const why = span.statusMessage || textOf(span, ATTR.errorType) || "it failed without a word";
  return (
    <div className={css.trouble}>
      <strong>failed</strong> <LongText text={why} />
    </div>
  );
}

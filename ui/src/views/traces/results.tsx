import { type ReactNode, useMemo } from "react";
import { Link } from "../../app/link.tsx";
import { formatAgo, formatCount, formatMs, formatTime, formatUsd } from "../../format/quantity.ts";
import { type Column, Table, Tag } from "../../parts/parts.tsx";
import { stateText, stateTone } from "../../trace/trace-head.tsx";
import type { ListedTrace } from "../../trace/trace-list.ts";
import css from "./traces.module.css";

const SHOWN_AGENTS = 3;

type ResultsProps = {
  readonly traces: readonly ListedTrace[];
  /** Ids of those to compare, two at most. */
  readonly picked: readonly string[];
  readonly onPick: (traceId: string) => void;
  readonly nowMs: number;
};

/** Traces that were found, each a link. */
export function Results({ traces, picked, onPick, nowMs }: ResultsProps): ReactNode {
  const longestMs = traces.reduce((most, { summary }) => Math.max(most, summary.durationMs), 1);
  const columns = useMemo(
    (): Column<ListedTrace>[] => [
      {
        title: "Compare",
        show: ({ summary: { traceId, name } }) => (
          <input
            type="checkbox"
            aria-label={`Compare ${name}, ${traceId.slice(0, 8)}`}
            checked={picked.includes(traceId)}
            onChange={() => onPick(traceId)}
          />
        ),
      },
      {
        title: "State",
        by: ({ summary }) => `${summary.state} ${summary.status}`,
        show: ({ summary: { state, status } }) => (
          <span className={css.state}>
            <Tag tone={stateTone(state, status === "error")}>{stateText(state, status === "error")}</Tag>
            {state !== "ended" && status === "error" && <Tag tone="bad">✗ error</Tag>}
          </span>
        ),
      },
      {
        title: "Trace",
        isName: true,
        by: ({ summary }) => summary.name,
        show: ({ summary: { traceId, name, service }, failure }) => (
          <div className={css.trace}>
            <Link to={`/trace/${traceId}`} title={`${name}\n${traceId}`}>
              {name || traceId}
            </Link>
            <small>{service}</small>
            {failure !== undefined && (
              <Link to={`/trace/${traceId}`} params={{ span: failure.spanId }} className={css.why} title={failure.text}>
                {failure.text}
              </Link>
            )}
          </div>
        ),
      },
      {
        title: "Agents",
        by: ({ summary }) => summary.agents.join(),
        show: ({ summary: { agents } }) => (
          <span className={css.agents} title={agents.join(", ")}>
            {agents.slice(0, SHOWN_AGENTS).join(", ")}
            {agents.length > SHOWN_AGENTS && ` +${agents.length - SHOWN_AGENTS}`}
          </span>
        ),
      },
      {
        title: "Started",
        by: ({ summary }) => summary.startMs,
        show: ({ summary: { startMs } }) => (
          <span className={css.when} title={formatTime(startMs, true)}>
            {formatAgo(startMs, nowMs)}
          </span>
        ),
      },
      {
        title: "Duration",
        isNumber: true,
        by: ({ summary }) => summary.durationMs,
        show: ({ summary: { durationMs, state } }) => (
          <span className={css.duration}>
            {formatMs(durationMs)}
            <span aria-hidden="true" className={css.meter}>
              <span data-state={state} style={{ width: `${Math.max(1, (durationMs / longestMs) * 100)}%` }} />
            </span>
          </span>
        ),
      },
      {
        title: "Cost",
        isNumber: true,
        by: ({ summary }) => summary.costUsd ?? -1,
        show: ({ summary: { costUsd, unpricedCalls, llmCalls } }) => (
          <span title={unpricedCalls > 0 ? `${unpricedCalls} calls have no price` : undefined}>
            {costUsd === undefined ? llmCalls > 0 && <span className={css.none}>no price</span> : formatUsd(costUsd)}
            {unpricedCalls > 0 && costUsd !== undefined && "+"}
          </span>
        ),
      },
      {
        title: "Tokens",
        isNumber: true,
        by: ({ summary }) => summary.inputTokens + summary.outputTokens,
        show: ({ summary: { inputTokens, outputTokens, llmCalls } }) =>
          llmCalls === 0 ? "" : `${formatCount(inputTokens)} → ${formatCount(outputTokens)}`,
      },
      {
        title: "Models + tools",
        isNumber: true,
        by: ({ summary }) => summary.llmCalls + summary.toolCalls,
        show: ({ summary: { llmCalls, toolCalls } }) => (
          <span title={`${llmCalls} model calls, ${toolCalls} tool calls`}>
            {llmCalls} + {toolCalls}
          </span>
        ),
      },
      {
        title: "Spans",
        isNumber: true,
        by: ({ summary }) => summary.spans,
        show: ({ summary }) => formatCount(summary.spans),
      },
      {
        title: "Errors",
        isNumber: true,
        by: ({ summary }) => summary.errors,
        show: ({ summary: { errors } }) =>
          errors === 0 ? "" : <strong className={css.errors}>{formatCount(errors)}</strong>,
      },
    ],
    [picked, onPick, nowMs, longestMs],
  );
  return (
    <div className={css.results}>
      <Table
        label="Traces"
        rows={traces}
        columns={columns}
        keyOf={({ summary }) => summary.traceId}
        sortedBy="Started"
      />
    </div>
  );
}

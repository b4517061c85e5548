import type { ReactNode } from "react";
import { Link } from "../app/link.tsx";
import { formatAgo, formatCount, formatMs, formatTime, formatUsd } from "../format/quantity.ts";
import { CopyButton, Tag, type Tone } from "../parts/parts.tsx";
import type { LaidOutTrace } from "./layout.ts";
import css from "./trace-head.module.css";

export const stateTone = (state: "ended" | "running" | "incomplete", isFailed: boolean): Tone =>
  state === "running" ? "info" : state === "incomplete" ? "warn" : isFailed ? "bad" : "ok";
export const stateText = (state: "ended" | "running" | "incomplete", isFailed: boolean): string =>
  state === "running" ? "● running" : state === "incomplete" ? "◐ incomplete" : isFailed ? "✗ error" : "✓ ok";

const calls = (count: number, kind = ""): string => `${formatCount(count)} ${kind}${count === 1 ? "call" : "calls"}`;

/** What a trace was, in figures that lead to their reason. */
export function TraceHead({
  trace,
  onError,
}: {
  readonly trace: LaidOutTrace;
  readonly onError: () => void;
}): ReactNode {
  const { summary, total } = trace;
  const isFailed = summary.status === "error";
  const { sessions, users, agents, models } = summary;
  return (
    <div className={css.head}>
      <div className={css.line}>
        <Tag tone={stateTone(summary.state, isFailed)}>{stateText(summary.state, isFailed)}</Tag>
        {summary.state !== "ended" && isFailed && <Tag tone="bad">✗ error</Tag>}
        <span title={formatTime(trace.startMs, true)}>
          {formatTime(trace.startMs)} <small>({formatAgo(trace.startMs, Date.now())})</small>
        </span>
        <span className={css.id}>
          <code>{trace.traceId}</code>
          <CopyButton text={trace.traceId} label="Copy id" />
        </span>
      </div>
      <ul className={css.figures}>
        <Figure name={summary.state === "running" ? "so far" : "duration"} value={formatMs(trace.durationMs)} />
        <Figure name="spans" value={formatCount(summary.spans)} />
        {total.costUsd !== undefined && (
          <Figure
            name={total.unpricedCalls > 0 ? `cost, ${calls(total.unpricedCalls)} without a price` : "cost"}
            value={formatUsd(total.costUsd)}
          />
        )}
        {total.costUsd === undefined && total.calls > 0 && <Figure name="price is known" value="no" />}
        <Figure
          name={`tokens in ${calls(total.calls, "model ")}`}
          value={`${formatCount(total.inputTokens)} → ${formatCount(total.outputTokens)}`}
        />
        <Figure name={summary.toolCalls === 1 ? "tool call" : "tool calls"} value={formatCount(summary.toolCalls)} />
        <li>
          {summary.errors > 0 ? (
            <button type="button" className={css.errors} onClick={onError} title="Go to the first">
              <strong>{formatCount(summary.errors)}</strong> {summary.errors === 1 ? "error" : "errors"}
            </button>
          ) : (
            <>
              <strong>0</strong> errors
            </>
          )}
        </li>
      </ul>
      <p className={css.names}>
        {agents.slice(0, 6).map((agent) => (
          <Link key={`a${agent}`} to="/traces" params={{ agent }}>
            agent {agent}
          </Link>
        ))}
        {models.slice(0, 4).map((model) => (
          <Link key={`m${model}`} to="/models" params={{ model }}>
            {model}
          </Link>
        ))}
        {sessions.slice(0, 3).map((session) => (
          <Link key={`s${session}`} to={`/session/${encodeURIComponent(session)}`}>
            session {session}
          </Link>
        ))}
        {users.slice(0, 3).map((user) => (
          <Link key={`u${user}`} to="/traces" params={{ user }}>
            user {user}
          </Link>
        ))}
        <Link to="/compare" params={{ a: trace.traceId }}>
          Compare with another
        </Link>
      </p>
    </div>
  );
}

const Figure = ({ name, value }: { readonly name: string; readonly value: string }): ReactNode => (
  <li>
    <strong>{value}</strong> {name}
  </li>
);

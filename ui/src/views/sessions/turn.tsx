import { type ReactNode, useMemo } from "react";
import { hasAllSpans, isFailedTrace } from "../../../../src/backends/index.ts";
import { explainTrace } from "../../../../src/explain/index.ts";
import { Link } from "../../app/link.tsx";
import { useParam } from "../../app/url-state.ts";
import { formatCount, formatMs, formatTime, formatUsd } from "../../format/quantity.ts";
import { Button, Tag } from "../../parts/parts.tsx";
import { LongText } from "../../trace/content.tsx";
import { CaptureNote } from "../../trace/conversation.tsx";
import { Thread } from "../../trace/conversation-entries.tsx";
import type { GivenFeedback } from "../../trace/feedback-lines.ts";
import { aboutTrace, FeedbackList, GiveFeedback } from "../../trace/give-feedback.tsx";
import { layOutTrace } from "../../trace/layout.ts";
import { findScopes } from "../../trace/scopes.ts";
import { gistOf } from "../../trace/thread.ts";
import { contextOf, type FoundTrace } from "./session-facts.ts";
import css from "./sessions.module.css";

type TurnProps = {
  readonly session: string;
  readonly turn: FoundTrace;
  readonly number: number;
  /** Of the fullest window. */
  readonly share: number;
  readonly given: readonly GivenFeedback[];
};
/** A question and its answer, with all that went on between them when it is opened. */
export function Turn({ session, turn, number, share, given }: TurnProps): ReactNode {
  const { summary } = turn;
  const [open, setOpen] = useParam("turn");
  const trace = useMemo(() => layOutTrace(turn.trace), [turn.trace]);
  const program = useMemo(() => findScopes(trace), [trace]);
  const { question, answer } = useMemo(() => gistOf(program), [program]);
  const isOpen = open === summary.traceId;
  const isFailed = isFailedTrace(turn.trace);
  const context = contextOf(turn);
  return (
    <article className={css.turn} aria-label={`Turn ${number}`}>
      <header className={css.turnHead}>
        <strong>Turn {number}</strong>
        <Link to={`/trace/${summary.traceId}`} params={{ tab: "conversation" }}>
          {summary.name}
        </Link>
        {isFailed && (
          <Link to={`/trace/${summary.traceId}`} params={{ tab: "explain" }}>
            <Tag tone="bad">✕ failed: why?</Tag>
          </Link>
        )}
        {!isFailed && summary.errors > 0 && (
          <Link to={`/trace/${summary.traceId}`} params={{ tab: "explain" }}>
            <Tag tone="warn">! got over {summary.errors === 1 ? "a failure" : `${summary.errors} failures`}</Tag>
          </Link>
        )}
        {summary.state === "running" && <Tag tone="info">running</Tag>}
        <span className={css.figures}>
          {[
            formatTime(summary.startMs),
            formatMs(summary.durationMs),
            `${formatCount(summary.inputTokens)} → ${formatCount(summary.outputTokens)} tokens`,
            ...(summary.costUsd === undefined ? [] : [formatUsd(summary.costUsd)]),
            ...(summary.toolCalls > 0
              ? [`${summary.toolCalls} ${summary.toolCalls === 1 ? "tool call" : "tool calls"}`]
              : []),
          ].join(" · ")}
        </span>
      </header>
      <div className={css.window} title={`${formatCount(context)} tokens went in with the largest call`}>
        <span style={{ width: `${share * 100}%` }} />
      </div>
      {isOpen ? (
        <div className={css.whole}>
          <CaptureNote trace={trace} />
          <Thread scope={program} depth={0} chosen="" />
        </div>
      ) : question === undefined && answer === undefined ? null : (
        <dl className={css.gist}>
          {question !== undefined && (
            <div data-role="user">
              <dt>User</dt>
              <dd>
                <LongText text={question} />
              </dd>
            </div>
          )}
          {answer !== undefined && (
            <div data-role="assistant">
              <dt>{isFailed ? "Last said" : "Answer"}</dt>
              <dd>
                <LongText text={answer} />
              </dd>
            </div>
          )}
        </dl>
      )}
      {!hasAllSpans(turn.trace) && (
        <p className={css.quiet}>
          Read from {formatCount(turn.trace.spans.length)} of its {formatCount(summary.spans)} spans; the{" "}
          <Link to={`/trace/${summary.traceId}`} params={{ tab: "conversation" }}>
            trace
          </Link>{" "}
          has all that was said.
        </p>
      )}
      {isFailed && <Reason turn={turn} />}
      <FeedbackList given={given} />
      <div className={css.actions}>
        <Button aria-expanded={isOpen} onClick={() => setOpen(isOpen ? undefined : summary.traceId)}>
          {isOpen ? "Show less" : "Show the whole turn"}
        </Button>
        {!isOpen && question === undefined && answer === undefined && (
          <span className={css.unsaid}>
            {summary.llmCalls === 0 ? "No model was called." : "What was said is not recorded."}
          </span>
        )}
        <GiveFeedback what="this answer" about={aboutTrace(trace, session)} />
      </div>
    </article>
  );
}

/** Why a turn failed, in a sentence. */
function Reason({ turn }: { readonly turn: FoundTrace }): ReactNode {
  const told = useMemo(() => explainTrace(turn.trace), [turn.trace]);
  return (
    <div className={css.reason}>
      <LongText text={told.story[0] ?? ""} />
    </div>
  );
}

import { type ReactNode, useMemo, useState } from "react";
import { useParams as useRoute } from "wouter";
import { explainTrace } from "../../../../src/explain/index.ts";
import { useAskOnce } from "../../app/ask.ts";
import { Link } from "../../app/link.tsx";
import { useParam, useTime } from "../../app/url-state.ts";
import { formatCount, formatMs, formatTime, formatUsd } from "../../format/quantity.ts";
import { Asked, Button, Card, Empty, Page, Stat, Tag } from "../../parts/parts.tsx";
import { askFeedback } from "../../trace/ask-feedback.ts";
import { LongText } from "../../trace/content.tsx";
import { CaptureNote } from "../../trace/conversation.tsx";
import { Thread } from "../../trace/conversation-entries.tsx";
import type { GivenFeedback } from "../../trace/feedback-lines.ts";
import { FeedbackCounts, FeedbackList, GiveFeedback } from "../../trace/give-feedback.tsx";
import { layOutTrace } from "../../trace/layout.ts";
import { findScopes } from "../../trace/scopes.ts";
import { gistOf } from "../../trace/thread.ts";
import { askSession } from "./ask-sessions.ts";
import { contextOf, type FoundTrace, hasFailed, sumOf } from "./session-facts.ts";
import css from "./sessions.module.css";

const TURNS_AT_ONCE = 30;
const DAY_MS = 86_400_000;
const NONE: readonly GivenFeedback[] = [];

/** The router decodes in part, and an id may have any character. */
function nameIn(path: string): string | undefined {
  try {
    return decodeURIComponent(path.slice(path.indexOf("/", 1) + 1));
  } catch {
    return undefined;
  }
}

/** One conversation, turn by turn. */
export default function Session(): ReactNode {
  const { id = "" } = useRoute<{ id: string }>();
  const session = nameIn(window.location.pathname) ?? id;
  const { refreshMs } = useTime();
  const asked = useAskOnce(["session", session], (backends) => askSession(backends, session), { refreshMs });
  return (
    <Page
      title={
        <>
          Session <span className={css.id}>{session}</span>
        </>
      }
      actions={
        <Link to="/traces" params={{ session }}>
          As traces
        </Link>
      }
    >
      <Asked answer={asked} what={`The session ${session} could not be read.`} height={480}>
        {({ found, isCut }) =>
          found.length === 0 ? (
            <Empty
              title="There is no such session"
              command={`npx agent-observatory traces --session ${session} --since 30d`}
            >
              <p>
                No trace of the last 30 days belongs to it. It may have been deleted with its day, or be under another
                id.
              </p>
              <p>
                <Link to="/sessions">All sessions</Link>
              </p>
            </Empty>
          ) : (
            <Turns session={session} found={found} isCut={isCut} />
          )
        }
      </Asked>
    </Page>
  );
}

type TurnsProps = { readonly session: string; readonly found: readonly FoundTrace[]; readonly isCut: boolean };
function Turns({ session, found, isCut }: TurnsProps): ReactNode {
  const [count, setCount] = useState(TURNS_AT_ONCE);
  const startMs = found[0]?.summary.startMs ?? 0;
  const feedback = useAskOnce(["feedback", session, startMs], (backends) =>
    askFeedback(backends, { startMs: startMs - DAY_MS, endMs: Date.now() + 60_000 }),
  );
  const given = useMemo(() => {
    const ids = new Set(found.map(({ trace }) => trace.traceId));
    return (feedback.data ?? NONE).filter(
      ({ sessionId, traceId }) => sessionId === session || (traceId !== undefined && ids.has(traceId)),
    );
  }, [feedback.data, found, session]);
  const sum = useMemo(() => sumOf(session, found, given), [session, found, given]);
  const most = useMemo(() => Math.max(1, ...found.map(contextOf)), [found]);
  const ofNoTurn = given.filter(({ traceId }) => !found.some(({ trace }) => trace.traceId === traceId));
  const first = Math.max(0, found.length - count);
  return (
    <>
      <Card>
        <div className={css.stats}>
          <Stat
            label="Turns"
            value={sum.turns}
            note={sum.isRunning ? "one is going on" : `${sum.failedTurns} failed`}
            tone={sum.failedTurns > 0 ? "bad" : "plain"}
            to="/traces"
            params={{ session }}
          />
          <Stat
            label="From the first to the last"
            value={formatMs(sum.endMs - sum.startMs)}
            note={`${formatMs(sum.busyMs)} at work`}
          />
          <Stat
            label="Cost"
            value={sum.costUsd === undefined ? "–" : formatUsd(sum.costUsd)}
            note={
              sum.unpricedCalls > 0
                ? `${sum.unpricedCalls} calls have no price`
                : `${formatUsd((sum.costUsd ?? 0) / sum.turns)} a turn`
            }
            to="/cost"
            params={{ by: "session" }}
          />
          <Stat
            label="Tokens"
            value={`${formatCount(sum.inputTokens)} → ${formatCount(sum.outputTokens)}`}
            note={`${sum.llmCalls} model calls`}
          />
          <Stat
            label="Errors"
            value={sum.errors}
            tone={sum.errors > 0 ? "warn" : "plain"}
            to="/traces"
            params={{ session, status: "error" }}
          />
          <Stat label="Feedback" value={<FeedbackCounts up={sum.feedback.up} down={sum.feedback.down} />} />
        </div>
        <p className={css.who}>
          {sum.users.map((user) => (
            <Link key={user} to="/sessions" params={{ user }}>
              user {user}
            </Link>
          ))}
          {sum.agents.map((agent) => (
            <Link key={agent} to="/traces" params={{ agent }}>
              agent {agent}
            </Link>
          ))}
        </p>
      </Card>
      {isCut && (
        <p className={css.note} role="note">
          These are the latest {found.length} turns;{" "}
          <Link to="/traces" params={{ session }}>
            search the traces
          </Link>{" "}
          for older ones.
        </p>
      )}
      {first > 0 && (
        <div>
          <Button onClick={() => setCount(count + TURNS_AT_ONCE)}>Show earlier turns ({first} more)</Button>
        </div>
      )}
      <ol className={css.turns}>
        {found.slice(first).map((turn, at) => (
          <li key={turn.trace.traceId}>
            <Turn
              session={session}
              turn={turn}
              number={first + at + 1}
              share={contextOf(turn) / most}
              given={given.filter(({ traceId }) => traceId === turn.trace.traceId)}
            />
          </li>
        ))}
      </ol>
      <Card title="The session as a whole">
        <FeedbackList given={ofNoTurn} />
        <GiveFeedback
          what="this session"
          about={{
            sessionId: session,
            service: found.at(-1)?.summary.service,
            userId: sum.users.length === 1 ? sum.users[0] : undefined,
          }}
        />
      </Card>
    </>
  );
}

type TurnProps = {
  readonly session: string;
  readonly turn: FoundTrace;
  readonly number: number;
  /** Of the fullest window. */
  readonly share: number;
  readonly given: readonly GivenFeedback[];
};
function Turn({ session, turn, number, share, given }: TurnProps): ReactNode {
  const { summary } = turn;
  const [open, setOpen] = useParam("turn");
  const trace = useMemo(() => layOutTrace(turn.trace), [turn.trace]);
  const program = useMemo(() => findScopes(trace), [trace]);
  const { question, answer } = useMemo(() => gistOf(program), [program]);
  const isOpen = open === summary.traceId;
  const isFailed = hasFailed(turn);
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
      ) : question === undefined && answer === undefined ? (
        <p className={css.quiet}>
          {summary.llmCalls === 0 ? "No model was called." : "What was said is not recorded."}
        </p>
      ) : (
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
      {isFailed && <Reason turn={turn} />}
      <FeedbackList given={given} />
      <div className={css.actions}>
        <Button aria-expanded={isOpen} onClick={() => setOpen(isOpen ? undefined : summary.traceId)}>
          {isOpen ? "Show less" : "Show the whole turn"}
        </Button>
        <GiveFeedback
          what="this answer"
          about={{
            traceId: summary.traceId,
            spanId: trace.rows[0]?.span.spanId,
            service: summary.service,
            agent: summary.agents[0],
            sessionId: session,
            userId: summary.users[0],
          }}
        />
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

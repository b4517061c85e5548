import { type ReactNode, useMemo, useState } from "react";
import { useParams as useRoute } from "wouter";
import { useAskOnce } from "../../app/ask.ts";
import { Link } from "../../app/link.tsx";
import { useTime } from "../../app/url-state.ts";
import { formatCount, formatMs, formatUsd } from "../../format/quantity.ts";
import { shellWord } from "../../format/shell-word.ts";
import { Asked, Button, Card, Empty, Failure, Page, Stat, Stats } from "../../parts/parts.tsx";
import { askFeedback } from "../../trace/ask-feedback.ts";
import type { GivenFeedback } from "../../trace/feedback-lines.ts";
import { FeedbackCounts, FeedbackList, GiveFeedback } from "../../trace/give-feedback.tsx";
import { askSession } from "./ask-sessions.ts";
import { contextOf, type FoundTrace, sumOf } from "./session-facts.ts";
import css from "./sessions.module.css";
import { Turn } from "./turn.tsx";

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
              command={`npx agent-observatory traces --session=${shellWord(session)} --since 30d`}
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
        <Stats>
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
          <Stat
            label="Feedback"
            value={feedback.data === undefined ? "–" : <FeedbackCounts up={sum.feedback.up} down={sum.feedback.down} />}
          />
        </Stats>
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
      {feedback.error !== null && <Failure what="The feedback was not answered." error={feedback.error} />}
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

import { type ReactNode, useMemo } from "react";
import { useAsk } from "../../app/ask.ts";
import { Link } from "../../app/link.tsx";
import { useParam, useParams } from "../../app/url-state.ts";
import { formatAgo, formatCount, formatMs, formatTime, formatUsd } from "../../format/quantity.ts";
import {
  Asked,
  Button,
  Card,
  type Column,
  Empty,
  Failure,
  Input,
  Page,
  Stat,
  Stats,
  Table,
  Tabs,
  Tag,
} from "../../parts/parts.tsx";
import { askFeedback } from "../../trace/ask-feedback.ts";
import type { GivenFeedback } from "../../trace/feedback-lines.ts";
import { FeedbackCounts } from "../../trace/give-feedback.tsx";
import { askTurns, type FoundTurns } from "./ask-sessions.ts";
import { type Talked, talkedBy } from "./session-facts.ts";
import css from "./sessions.module.css";

const ROWS_AT_ONCE = 200;
const NOBODY: readonly GivenFeedback[] = [];

/** Conversations over several turns, and the people who had them. */
export default function Sessions(): ReactNode {
  const [params, change] = useParams();
  const [by, setBy] = useParam("by", "session");
  const user = params.get("user") ?? "";
  const agent = params.get("agent") ?? "";
  const turns = useAsk(["turns", user, agent], (backends, range) => askTurns(backends, range, user, agent));
  const feedback = useAsk(["feedback"], askFeedback);
  return (
    <Page title="Sessions">
      <form
        className={css.filters}
        onSubmit={(event) => {
          event.preventDefault();
          const data = new FormData(event.currentTarget);
          const told = (name: string): string | undefined => String(data.get(name) ?? "").trim() || undefined;
          change({ user: told("user"), agent: told("agent") });
        }}
      >
        <Input name="user" aria-label="User" placeholder="User" defaultValue={user} key={`u${user}`} />
        <Input name="agent" aria-label="Agent" placeholder="Agent" defaultValue={agent} key={`a${agent}`} />
        <Button type="submit">Show</Button>
        {(user !== "" || agent !== "") && (
          <Button onClick={() => change({ user: undefined, agent: undefined })}>Show all</Button>
        )}
      </form>
      <Asked answer={turns} what="The sessions could not be read." height={420}>
        {(found) => (
          <Found
            found={found}
            given={feedback.data}
            failure={feedback.error}
            by={by === "user" ? "user" : "session"}
            onBy={setBy}
          />
        )}
      </Asked>
    </Page>
  );
}

type FoundProps = {
  readonly found: FoundTurns;
  /** Undefined where it is not known. */
  readonly given: readonly GivenFeedback[] | undefined;
  readonly failure: Error | null;
  readonly by: "session" | "user";
  readonly onBy: (by: string) => void;
};
function Found({ found: { found, sinceMs, isCut }, given: told, failure, by, onBy }: FoundProps): ReactNode {
  const given = told ?? NOBODY;
  const sessions = useMemo(() => talkedBy("session", found, given), [found, given]);
  const users = useMemo(() => talkedBy("user", found, given), [found, given]);
  const rows = by === "user" ? users : sessions;
  const turns = found.filter(({ summary }) => summary.sessions.length > 0).length;
  const cost = sessions.reduce((sum, { costUsd }) => sum + (costUsd ?? 0), 0);
  const isPriced = sessions.some(({ costUsd }) => costUsd !== undefined);
  const atLeast = sessions.some(({ unpricedCalls }) => unpricedCalls > 0) ? "≥ " : "";
  const failed = sessions.reduce((sum, { failedTurns }) => sum + failedTurns, 0);
  const down = sessions.reduce((sum, { feedback }) => sum + feedback.down, 0);
  const up = sessions.reduce((sum, { feedback }) => sum + feedback.up, 0);
  return (
    <>
      {isCut && (
        <p className={css.note} role="note">
          There are more turns than are looked at here: what follows is complete since {formatTime(sinceMs)}. A shorter
          time range, a user or an agent shows all.
        </p>
      )}
      {failure !== null && <Failure what="The feedback was not answered." error={failure} />}
      <Card>
        <Stats>
          <Stat label="Sessions" value={sessions.length} note={`${turns} turns`} />
          <Stat label="Users" value={users.length} />
          <Stat
            label="Cost of a session"
            value={isPriced ? `${atLeast}${formatUsd(cost / sessions.length)}` : "–"}
            note={isPriced ? `${atLeast}${formatUsd(cost)} in all` : "no price is known"}
            to="/cost"
            params={{ by: "session" }}
          />
          <Stat
            label="Failed turns"
            value={failed}
            tone={failed > 0 ? "bad" : "plain"}
            to="/traces"
            params={{ status: "error" }}
          />
          <Stat
            label="Feedback"
            value={told === undefined ? "–" : <FeedbackCounts up={up} down={down} />}
            note={
              told === undefined
                ? failure === null
                  ? "…"
                  : "not answered"
                : up + down === 0
                  ? "nobody gave any"
                  : `${Math.round((100 * up) / (up + down))} % good`
            }
          />
        </Stats>
      </Card>
      <Card>
        <Tabs
          label="By"
          tabs={[
            ["session", `Sessions (${sessions.length})`],
            ["user", `Users (${users.length})`],
          ]}
          chosen={by}
          onChoose={onBy}
        />
        {rows.length === 0 ? (
          <NoRows by={by} hasTurns={found.length > 0} />
        ) : (
          <Table<Talked>
            label={by === "user" ? "Users" : "Sessions"}
            rows={rows.slice(0, ROWS_AT_ONCE)}
            keyOf={({ id }) => id}
            columns={columnsOf(by)}
            sortedBy="Last"
          />
        )}
        {rows.length > ROWS_AT_ONCE && (
          <p className={css.quiet}>
            The latest {ROWS_AT_ONCE} of {rows.length}. A shorter time range, a user or an agent shows others.
          </p>
        )}
      </Card>
    </>
  );
}

const NoRows = ({ by, hasTurns }: { readonly by: "session" | "user"; readonly hasTurns: boolean }): ReactNode => (
  <Empty
    title={
      hasTurns
        ? `No trace says whose ${by === "user" ? "it is" : "session it belongs to"}`
        : "Nobody talked with an agent in this time"
    }
    command={
      hasTurns
        ? 'import { withContext } from "agent-observatory"; withContext({ sessionId, userId }, () => answer(question));'
        : "npx agent-observatory dev -- node app.js"
    }
  >
    <p>
      {hasTurns
        ? "The program says it once per request; all that is called below gets it, over services and threads."
        : "A longer time range may show some."}
    </p>
  </Empty>
);

const names = (all: readonly string[], most = 3): string =>
  `${all.slice(0, most).join(", ")}${all.length > most ? ` and ${all.length - most} more` : ""}`;

function columnsOf(by: "session" | "user"): readonly Column<Talked>[] {
  const nowMs = Date.now();
  return [
    by === "session"
      ? {
          title: "Session",
          show: ({ id, isRunning }) => (
            <>
              <Link to={`/session/${encodeURIComponent(id)}`} className={css.id}>
                {id}
              </Link>{" "}
              {isRunning && <Tag tone="info">running</Tag>}
            </>
          ),
          by: ({ id }) => id,
        }
      : {
          title: "User",
          show: ({ id }) => (
            <Link to="/sessions" params={{ user: id }} className={css.id}>
              {id}
            </Link>
          ),
          by: ({ id }) => id,
        },
    by === "session"
      ? {
          title: "User",
          show: ({ users }) =>
            users.length > 0 && (
              <span className={css.ids}>
                {users.slice(0, 3).map((user) => (
                  <Link key={user} to="/sessions" params={{ by: "user", user }} className={css.id}>
                    {user}
                  </Link>
                ))}
              </span>
            ),
          by: ({ users }) => names(users),
        }
      : {
          title: "Sessions",
          show: ({ sessions }) => sessions.length,
          by: ({ sessions }) => sessions.length,
          isNumber: true,
        },
    { title: "Agents", show: ({ agents }) => names(agents), by: ({ agents }) => names(agents) },
    { title: "Turns", show: ({ turns }) => turns, by: ({ turns }) => turns, isNumber: true },
    {
      title: "Failed",
      show: ({ failedTurns, id }) =>
        failedTurns === 0 ? (
          "0"
        ) : (
          <Link to="/traces" params={{ [by]: id, status: "error" }}>
            <Tag tone="bad">{failedTurns}</Tag>
          </Link>
        ),
      by: ({ failedTurns }) => failedTurns,
      isNumber: true,
    },
    {
      title: "Tokens",
      show: ({ inputTokens, outputTokens }) => `${formatCount(inputTokens)} → ${formatCount(outputTokens)}`,
      by: ({ inputTokens, outputTokens }) => inputTokens + outputTokens,
      isNumber: true,
    },
    {
      title: "Cost",
      show: ({ costUsd, unpricedCalls }) =>
        costUsd === undefined ? "–" : `${unpricedCalls > 0 ? "≥ " : ""}${formatUsd(costUsd)}`,
      by: ({ costUsd }) => costUsd ?? 0,
      isNumber: true,
    },
    { title: "At work", show: ({ busyMs }) => formatMs(busyMs), by: ({ busyMs }) => busyMs, isNumber: true },
    {
      title: "Feedback",
      show: ({ feedback: { up, down } }) => (up + down === 0 ? "" : <FeedbackCounts up={up} down={down} />),
      by: ({ feedback: { up, down } }) => up - down,
    },
    {
      title: "Last",
      show: ({ endMs }) => <span title={formatTime(endMs)}>{formatAgo(endMs, nowMs)}</span>,
      by: ({ endMs }) => endMs,
      isNumber: true,
    },
  ];
}

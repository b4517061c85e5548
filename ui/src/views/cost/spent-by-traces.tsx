import { type ReactNode, useMemo, useState } from "react";
import { useAsk } from "../../app/ask.ts";
import { Link } from "../../app/link.tsx";
import type { Range } from "../../app/time-range.ts";
import { Legend, TimeChart } from "../../charts/time-chart.tsx";
import { formatAgo, formatCount, formatRatio, formatTime, formatUsd } from "../../format/quantity.ts";
import { useNumbers } from "../../measures/ask-measures.ts";
import { stepOf } from "../../measures/expression.ts";
import { Bar } from "../../measures/level-text.tsx";
import { Asked, Button, Card, type Column, Empty, Table } from "../../parts/parts.tsx";
import { findPricedTraces, type PricedTraces } from "./ask-traces.ts";
import css from "./cost.module.css";
import { SUMS } from "./questions.ts";
import { courseOf, type Spender, spentIn, type Whom } from "./spent-in-traces.ts";
import { topLines } from "./top-lines.ts";

const NOBODY = "nobody named";
/** Rows that are drawn at first, and at most; the sum of the others stands below. */
const SHOWN = 20;
const MOST = 500;

const titled = (name: string): string => (name === "" ? NOBODY : name);

function columnsOf(whom: Whom, total: number): readonly Column<Spender>[] {
  return [
    {
      title: whom === "user" ? "User" : "Session",
      by: ({ name }) => name,
      show: ({ name }) =>
        name === "" ? (
          <span className={css.faint}>{NOBODY}</span>
        ) : whom === "session" ? (
          <Link to={`/session/${encodeURIComponent(name)}`}>{name}</Link>
        ) : (
          <Link to="/traces" params={{ user: name }}>
            {name}
          </Link>
        ),
    },
    { title: "Cost", isNumber: true, by: ({ costUsd }) => costUsd, show: ({ costUsd }) => formatUsd(costUsd) },
    {
      title: "Share",
      by: ({ costUsd }) => costUsd,
      show: ({ costUsd }) => (
        <span className={css.share}>
          <Bar ratio={total === 0 ? 0 : costUsd / total} />
          {total === 0 ? "–" : formatRatio(costUsd / total)}
        </span>
      ),
    },
    { title: "Traces", isNumber: true, by: ({ traces }) => traces, show: ({ traces }) => formatCount(traces) },
    {
      title: "Per trace",
      isNumber: true,
      by: ({ costUsd, traces }) => costUsd / traces,
      show: ({ costUsd, traces }) => formatUsd(costUsd / traces),
    },
    { title: "Calls", isNumber: true, by: ({ calls }) => calls, show: ({ calls }) => formatCount(calls) },
    {
      title: "Tokens in",
      isNumber: true,
      by: ({ inputTokens }) => inputTokens,
      show: ({ inputTokens }) => formatCount(inputTokens),
    },
    {
      title: "Tokens out",
      isNumber: true,
      by: ({ outputTokens }) => outputTokens,
      show: ({ outputTokens }) => formatCount(outputTokens),
    },
    {
      title: "Latest",
      isNumber: true,
      by: ({ latestMs }) => latestMs,
      show: ({ latestMs }) => formatAgo(latestMs, Date.now()),
    },
  ];
}

type Found = PricedTraces & { readonly range: Range };

/** By user or session: added up from traces, as far as they are kept and looked at. */
export function SpentByTraces({ whom }: { readonly whom: Whom }): ReactNode {
  const found = useAsk(["priced traces"], async ({ jaeger }, range): Promise<Found> => {
    return { range, ...(await findPricedTraces(jaeger, range)) };
  });
  return (
    <Asked answer={found} what="Traces were not answered." height={520}>
      {(data) => <Spent found={data} whom={whom} />}
    </Asked>
  );
}

function Spent({ found, whom }: { readonly found: Found; readonly whom: Whom }): ReactNode {
  const { traces, range } = found;
  const [shown, setShown] = useState(SHOWN);
  const spent = useMemo(() => spentIn(traces, whom), [traces, whom]);
  const lines = useMemo(
    () => topLines(courseOf(spent.calls, range, stepOf(range)).map((line) => ({ ...line, name: titled(line.name) }))),
    [spent, range],
  );
  const total = spent.spenders.reduce((sum, { costUsd }) => sum + costUsd, 0);
  const columns = useMemo(() => columnsOf(whom, total), [whom, total]);
  if (spent.spenders.length === 0) {
    return (
      <Card title={whom === "user" ? "Users" : "Sessions"}>
        <Empty title="No trace of this time has a model call with a price">
          <p>Users and sessions come from traces. Metrics may know more: see by agent, by model.</p>
        </Empty>
      </Card>
    );
  }
  const isNamed = spent.spenders.some(({ name }) => name !== "");
  return (
    <>
      <Card title={`Spend an hour, by ${whom}`}>
        <TimeChart
          label={`Spend an hour, by ${whom}`}
          series={lines}
          startMs={range.startMs}
          endMs={range.endMs}
          format={formatUsd}
          height={210}
          stacked
        />
        <Legend series={lines} />
      </Card>
      <Card title={whom === "user" ? "Users" : "Sessions"}>
        {!isNamed && (
          <Empty
            title={`No call says whose ${whom} it is`}
            command={
              whom === "user"
                ? 'withContext({ userId: "ada" }, () => …)'
                : 'withContext({ sessionId: "s-17" }, () => …)'
            }
          >
            <p>Name it where a request comes in; everything below carries it.</p>
          </Empty>
        )}
        <Table
          label={`By ${whom}`}
          rows={spent.spenders.slice(0, shown)}
          columns={columns}
          keyOf={({ name }) => name}
          sortedBy="Cost"
        />
        {spent.spenders.length > shown && shown < MOST && (
          <p className={css.more}>
            <Button onClick={() => setShown(MOST)}>Show {Math.min(MOST, spent.spenders.length) - shown} more</Button>
          </p>
        )}
        <Basis found={found} hidden={spent.spenders.slice(shown)} total={total} />
      </Card>
    </>
  );
}

/** Over what it was computed, and how much of all that was spent this is. */
function Basis({
  found: { traces, sinceMs, isCut },
  hidden,
  total,
}: {
  readonly found: Found;
  readonly hidden: readonly Spender[];
  readonly total: number;
}): ReactNode {
  const { data } = useNumbers(SUMS);
  const all = data?.spent;
  return (
    <p className={css.basis}>
      {hidden.length > 0 &&
        `${hidden.length} more spent ${formatUsd(hidden.reduce((sum, { costUsd }) => sum + costUsd, 0))}. `}
      Added up from {isCut ? "the latest " : ""}
      {formatCount(traces.length)} traces with a priced call
      {isCut
        ? `, those since ${formatTime(sinceMs)}: choose a shorter time range for all of them`
        : " in the time range"}
      . No metric knows users and sessions, so what is not sampled is missing here
      {all !== undefined && all > 0 && `: this is ${formatUsd(total)} of the ${formatUsd(all)} that were spent`}.
    </p>
  );
}

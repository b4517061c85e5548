import { type ReactNode, useCallback, useEffect, useMemo, useState } from "react";
import { useLocation } from "wouter";
import { hrefTo, useParams, useTime } from "../../app/url-state.ts";
import { formatCount } from "../../format/quantity.ts";
import { Asked, Button, Card, Empty, Failure, Page } from "../../parts/parts.tsx";
import type { ListedTrace, TraceList } from "../../trace/trace-list.ts";
import { readTraceQuery, writeDuration } from "../../trace/trace-query.ts";
import { TraceFilters } from "./filters.tsx";
import { useTraces } from "./live-traces.ts";
import { Results } from "./results.tsx";
import { Scatter, type Selection } from "./scatter.tsx";
import css from "./traces.module.css";

/** Of the address, what decides which traces are asked for. */
const ASKED = [
  "agent",
  "tool",
  "model",
  "session",
  "user",
  "service",
  "text",
  "status",
  "minDuration",
  "maxDuration",
  "minCost",
  "attribute",
  "scope",
  "limit",
];

/** Finds traces, and follows those that come in. */
export default function TracesView(): ReactNode {
  const [params, change] = useParams();
  const { range, setRange } = useTime();
  const [, navigate] = useLocation();
  const query = useMemo(() => readTraceQuery(params), [params]);
  const key = ASKED.map((name) => `${name}=${params.getAll(name).join("\n")}`).join("&");
  const isLive = params.get("live") === "1";
  const [isPaused, setPaused] = useState(false);
  const { answer, traces, waiting } = useTraces(query, key, isLive, isLive && isPaused);
  const nowMs = useNow(isLive && !isPaused);
  const picked = params.getAll("pick");
  const onPick = useCallback(
    (traceId: string) => {
      const now = new URLSearchParams(window.location.search).getAll("pick");
      // A third one takes the place of the first.
      const next = now.includes(traceId) ? now.filter((one) => one !== traceId) : [...now, traceId].slice(-2);
      change({ pick: next }, { replace: true });
    },
    [change],
  );
  const known = useMemo(() => namesIn(traces), [traces]);
  const select = ({ startMs, endMs, minMs, maxMs }: Selection): void => {
    change({
      from: String(startMs),
      to: String(endMs),
      live: undefined,
      ...(minMs !== undefined && { minDuration: writeDuration(minMs) }),
      ...(maxMs !== undefined && { maxDuration: writeDuration(maxMs) }),
    });
  };
  const shownRange = isLive ? { startMs: range.startMs, endMs: Math.max(range.endMs, nowMs) } : range;
  return (
    <Page
      title="Traces"
      actions={
        <div className={css.actions}>
          {picked.length > 0 && (
            <Button
              primary
              disabled={picked.length < 2}
              onClick={() => navigate(hrefTo("/compare", { a: picked[0] ?? "", b: picked[1] ?? "" }))}
            >
              {picked.length < 2 ? "Choose another to compare" : "Compare the two"}
            </Button>
          )}
          {isLive && (
            <Button aria-pressed={isPaused} onClick={() => setPaused(!isPaused)}>
              {isPaused ? `▶ Go on${waiting > 0 ? ` (${waiting} new)` : ""}` : "❚❚ Pause"}
            </Button>
          )}
          <Button
            aria-pressed={isLive}
            onClick={() => {
              setPaused(false);
              change({ live: isLive ? undefined : "1" });
              if (!isLive && params.has("to") && params.get("to") !== "now") setRange({ from: "now-15m", to: "now" });
            }}
          >
            {isLive ? "● Live" : "Live"}
          </Button>
        </div>
      }
    >
      <TraceFilters known={known} />
      {query.unread.length > 0 && (
        <p className={css.note} role="status">
          Not understood and left out: {query.unread.join(", ")}
        </p>
      )}
      <Asked answer={answer} what="Traces could not be searched." height={520}>
        {(list) => (
          <>
            {list.runsFailure !== undefined && (
              <Failure what="Runs in progress could not be looked for." error={list.runsFailure} />
            )}
            {traces.length === 0 ? (
              <Nothing isSearch={ASKED.some((name) => params.has(name))} isLive={isLive} />
            ) : (
              <>
                <Card title="When, and how long" actions={<span className={css.note}>Drag to select</span>}>
                  <Scatter traces={traces} range={shownRange} onSelect={select} />
                </Card>
                <Card title={countText(traces, list, isLive)}>
                  <Results traces={traces} picked={picked} onPick={onPick} nowMs={nowMs} />
                </Card>
              </>
            )}
          </>
        )}
      </Asked>
    </Page>
  );
}

function countText(traces: readonly ListedTrace[], { cut, lookedAt }: TraceList, isLive: boolean): string {
  const count = `${formatCount(traces.length)} ${traces.length === 1 ? "trace" : "traces"}`;
  if (isLive) return `${count}, the latest first, and those that come in`;
  if (cut === "limit") return `The latest ${count}; there are more`;
  if (cut === "lookedAt")
    return `${count} among the latest ${formatCount(lookedAt)}; a shorter time range looks further`;
  return count;
}

function Nothing({ isSearch, isLive }: { readonly isSearch: boolean; readonly isLive: boolean }): ReactNode {
  if (isSearch)
    return (
      <Empty title={isLive ? "No trace matches yet" : "No trace matches"}>
        <p>Take a condition away, choose a longer time range, or look at all traces instead of those of agents.</p>
      </Empty>
    );
  return (
    <Empty title="No agent was at work in this time" command="npx agent-observatory dev -- node app.js">
      <p>
        Start a program preloaded, and its runs stand here while they go on. “All traces” has requests without agents as
        well.
      </p>
    </Empty>
  );
}

/** Names that the results have, for suggestions: sessions and users are in no metric. */
function namesIn(traces: readonly ListedTrace[]): Readonly<Record<string, readonly string[]>> {
  const all = (of: (trace: ListedTrace) => readonly string[]): readonly string[] =>
    [...new Set(traces.flatMap(of))].sort();
  return {
    agent: all(({ summary }) => summary.agents),
    model: all(({ summary }) => summary.models),
    tool: all(({ summary }) => summary.tools),
    session: all(({ summary }) => summary.sessions),
    user: all(({ summary }) => summary.users),
    service: all(({ summary }) => summary.services),
  };
}

/** Now, again every second where something goes on, else whenever the view is drawn for another reason. */
function useNow(isTicking: boolean): number {
  const [, setTick] = useState(0);
  useEffect(() => {
    if (!isTicking) return;
    const timer = setInterval(() => setTick((tick) => tick + 1), 1000);
    return () => clearInterval(timer);
  }, [isTicking]);
  return Math.floor(Date.now() / 1000) * 1000;
}

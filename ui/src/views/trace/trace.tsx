import { lazy, type ReactNode, Suspense, useCallback, useEffect, useRef, useState } from "react";
import { useParams as useRoute } from "wouter";
import { Link } from "../../app/link.tsx";
import { useParams, useTime } from "../../app/url-state.ts";
import { formatCount, formatMs } from "../../format/quantity.ts";
import { Asked, Card, Empty, Failure, Page, Skeleton, Tabs } from "../../parts/parts.tsx";
import { type AskedTrace, useTrace, useTraceLogs } from "../../trace/ask-trace.ts";
import type { LaidOutTrace } from "../../trace/layout.ts";
import { LogLines } from "../../trace/log-lines.tsx";
import { TraceHead } from "../../trace/trace-head.tsx";
import { TraceSpans } from "../../trace/trace-spans.tsx";
import css from "./trace.module.css";

const TraceGraph = lazy(() => import("../../trace/graph.tsx"));
const TraceConversation = lazy(() => import("../../trace/conversation.tsx"));
const TraceExplanation = lazy(() => import("../../trace/explain.tsx"));

const TABS = [
  ["waterfall", "Waterfall"],
  ["tree", "Tree"],
  ["graph", "Agent graph"],
  ["conversation", "Conversation"],
  ["explain", "Explain"],
  ["logs", "Logs"],
] as const;
const WRITTEN_AFTER_MS = 250;

/** One trace, seen in several ways. */
export default function TraceView(): ReactNode {
  const { id = "" } = useRoute<{ id: string }>();
  const traceId = id.trim().toLowerCase();
  const { range } = useTime();
  const isId = /^[0-9a-f]{4,32}$/.test(traceId);
  if (!isId)
    return (
      <Page title="Trace">
        <Empty title="That is no trace id">
          <p>A trace id has 32 hexadecimal digits; its beginning, four or more of them, will do.</p>
        </Empty>
      </Page>
    );
  return <Shown traceId={traceId} range={range} />;
}

function Shown({
  traceId,
  range,
}: {
  readonly traceId: string;
  readonly range: ReturnType<typeof useTime>["range"];
}): ReactNode {
  const asked = useTrace(traceId, range);
  const name = asked.data?.trace?.summary.name;
  useEffect(() => {
    if (name === undefined) return;
    const before = document.title;
    document.title = `${name} · agent-observatory`;
    return () => {
      document.title = before;
    };
  }, [name]);
  return (
    <Page title={<span className={css.title}>{name ?? "Trace"}</span>}>
      <Asked answer={asked} what={`Trace ${traceId} could not be read.`} height={560}>
        {(answer) =>
          answer.trace === undefined ? (
            <Missing answer={answer} traceId={traceId} />
          ) : (
            <Body answer={answer} trace={answer.trace} />
          )
        }
      </Asked>
    </Page>
  );
}

function Missing({ answer, traceId }: { readonly answer: AskedTrace; readonly traceId: string }): ReactNode {
  const { traceIds, runsFailure } = answer;
  if (traceIds.length > 1)
    return (
      <Empty title={`${traceIds.length} traces begin with ${traceId}`}>
        <ul>
          {traceIds.slice(0, 50).map((one) => (
            <li key={one}>
              <Link to={`/trace/${one}`}>
                <code>{one}</code>
              </Link>
            </li>
          ))}
        </ul>
      </Empty>
    );
  return (
    <Empty title="There is no such trace" command={`npx agent-observatory trace ${traceId}`}>
      <p>
        Nothing is stored under {traceId}. It may have been deleted with its day, left out by sampling, or still be on
        its way: this page looks again by itself.
      </p>
      {runsFailure !== undefined && <p>Runs in progress could not be looked for: {runsFailure}</p>}
      <p>
        <Link to="/traces">Search traces</Link>
      </p>
    </Empty>
  );
}

function Body({ answer, trace }: { readonly answer: AskedTrace; readonly trace: LaidOutTrace }): ReactNode {
  const [params, change] = useParams();
  const chosen = TABS.find(([one]) => one === params.get("tab"))?.[0] ?? "waterfall";
  const [spanId, setSpanId] = useSpan();
  const logs = useTraceLogs(trace, true);
  const openSpan = useCallback(
    (row: number) => {
      setSpanId(trace.rows[row]?.span.spanId);
      change({ tab: undefined, span: trace.rows[row]?.span.spanId });
    },
    [trace, change, setSpanId],
  );
  const firstError = trace.rows.find(({ isErrorOrigin }) => isErrorOrigin)?.index;
  const lines = logs.data?.length;
  return (
    <>
      <TraceHead trace={trace} onError={() => firstError !== undefined && openSpan(firstError)} />
      <Warnings answer={answer} trace={trace} />
      <Card>
        <Tabs
          label="Ways to see the trace"
          tabs={TABS.map(([one, title]) => [
            one,
            one === "logs" && lines !== undefined ? `${title} (${formatCount(lines)})` : title,
          ])}
          chosen={chosen}
          onChoose={(tab) => change({ tab: tab === "waterfall" ? undefined : tab })}
        />
        <div className={css.tab} role="tabpanel" aria-label={TABS.find(([one]) => one === chosen)?.[1]}>
          {(chosen === "waterfall" || chosen === "tree") && (
            <TraceSpans
              trace={trace}
              mode={chosen === "tree" ? "figures" : "bars"}
              logs={logs.data}
              spanId={spanId}
              onSpan={setSpanId}
            />
          )}
          {chosen === "logs" && (
            <Asked answer={logs} what="The logs of the trace could not be read." height={400}>
              {(entries) =>
                entries.length === 0 ? <NoLogs /> : <LogLines trace={trace} logs={entries} onSelect={openSpan} />
              }
            </Asked>
          )}
          <Suspense fallback={<Skeleton height={400} />}>
            {chosen === "graph" && <TraceGraph trace={trace} />}
            {chosen === "conversation" && <TraceConversation trace={trace} />}
            {chosen === "explain" && <TraceExplanation trace={trace} />}
          </Suspense>
        </div>
      </Card>
    </>
  );
}

const NoLogs = (): ReactNode => (
  <Empty title="No log line carries the id of this trace" command="node --require agent-observatory/register app.js">
    <p>
      Lines of winston, pino, bunyan and our own loggers carry it; those of console do with LOG_CAPTURE_CONSOLE=true.
    </p>
  </Empty>
);

/** What is to be known before believing what one sees. */
function Warnings({ answer, trace }: { readonly answer: AskedTrace; readonly trace: LaidOutTrace }): ReactNode {
  const { skews, orphans, summary } = trace;
  const [first] = skews;
  return (
    <>
      {answer.runsFailure !== undefined && (
        <Failure what="Runs in progress could not be looked for." error={answer.runsFailure} />
      )}
      {first !== undefined && (
        <p className={css.warning} role="note">
          <strong>Clocks differ:</strong> spans of {first.service} begin up to {formatMs(first.mostMs)} before what
          called them in {first.parentService}
          {skews.length > 1 && `, and so it is between ${skews.length - 1} other pairs`}. Bars are where each clock
          says; the order and the critical path across services may be wrong.
        </p>
      )}
      {summary.state === "incomplete" && (
        <p className={css.warning} role="note">
          <strong>It did not come to its end:</strong> its process ended, was killed, or cannot send. What is marked
          incomplete lasts until it was last heard of.
        </p>
      )}
      {orphans > 0 && summary.state !== "running" && (
        <p className={css.warning} role="note">
          <strong>{orphans === 1 ? "A parent is" : `Parents of ${orphans} spans are`} missing:</strong> not sent, not
          arrived yet, or of a service that is not observed. They stand beside the root.
        </p>
      )}
    </>
  );
}

/** The span that is looked at: at once here, a little later in the address, so that passing over rows does not write it each time. */
function useSpan(): readonly [string | undefined, (spanId: string | undefined) => void] {
  const [params, change] = useParams();
  const written = params.get("span") ?? undefined;
  const [spanId, setSpanId] = useState(written);
  const seen = useRef(written);
  if (seen.current !== written) {
    seen.current = written;
    if (spanId !== written) setSpanId(written);
  }
  useEffect(() => {
    if (spanId === seen.current) return;
    const timer = setTimeout(() => {
      seen.current = spanId;
      change({ span: spanId }, { replace: true });
    }, WRITTEN_AFTER_MS);
    return () => clearTimeout(timer);
  }, [spanId, change]);
  return [spanId, setSpanId];
}

import { type ReactNode, useCallback, useMemo, useState } from "react";
import type { LogEntry } from "../../../../src/backends/index.ts";
import { useAsk } from "../../app/ask.ts";
import { useParam, useParams, useTime } from "../../app/url-state.ts";
import { Asked, Button, Card, Empty, Failure, Page, Skeleton, Tabs } from "../../parts/parts.tsx";
import { ContextDialog } from "./context.tsx";
import { CountChart } from "./count-chart.tsx";
import { downloadLines } from "./download.ts";
import { facetsOf } from "./facets.ts";
import { addFilter, addPattern, type Filter, hasFilter, levelFilter, removeFilter } from "./filters.ts";
import { barsOf, histogramOf } from "./histogram.ts";
import { HistogramChart } from "./histogram.tsx";
import { withKeys } from "./line-fields.ts";
import { LineList } from "./line-list.tsx";
import { patternsOf } from "./line-patterns.ts";
import { toHistogram, toLogql } from "./log-query.ts";
import css from "./logs.module.css";
import { SearchBox } from "./search-box.tsx";
import { isCounting } from "./search-text.ts";
import { Facets, Patterns } from "./side.tsx";
import { useTail } from "./use-tail.ts";

const FIRST_LINES = 500;
/** What Loki answers with at most by default. */
const MOST_LINES = 5000;

/** Logs: what is searched for stands in the URL as it was typed, `?query=`. */
export default function View(): ReactNode {
  const [params, change] = useParams();
  const text = params.get("query") ?? "";
  const search = useCallback((next: string) => change({ query: next === "" ? undefined : next }), [change]);
  const logql = toLogql(text);
  return (
    <Page title="Logs">
      <SearchBox text={text} onSearch={search} />
      {isCounting(logql) ? <CountChart logql={logql} /> : <Lines text={text} logql={logql} onSearch={search} />}
    </Page>
  );
}

type LinesProps = { readonly text: string; readonly logql: string; readonly onSearch: (text: string) => void };

function Lines({ text, logql, onSearch }: LinesProps): ReactNode {
  const { range } = useTime();
  const [params, change] = useParams();
  const isLive = params.get("live") === "1";
  const [tab, setTab] = useParam("show", "lines");
  const [wraps, setWraps] = useParam("wrap");
  const [limit, setLimit] = useState(FIRST_LINES);
  const [isPaused, setPaused] = useState(false);
  const [isAtTop, setAtTop] = useState(true);
  const [around, setAround] = useState<LogEntry | undefined>();

  const answer = useAsk(
    ["logs", logql, limit],
    async ({ loki }, asked) => {
      const found = await loki.queryRange(logql, { ...asked, limit });
      return { logql, entries: found.type === "lines" ? found.entries : NOTHING };
    },
    { enabled: !isLive },
  );
  // What was searched for before stays until what is searched for now is there.
  const isStale = !isLive && answer.data !== undefined && answer.data.logql !== logql;
  const tail = useTail(logql, { on: isLive, held: isPaused || !isAtTop });
  const entries = isLive ? tail.entries : (answer.data?.entries ?? NOTHING);
  const lines = useMemo(() => withKeys(entries), [entries]);
  const facets = useMemo(() => facetsOf(entries), [entries]);
  const patterns = useMemo(() => (tab === "patterns" ? patternsOf(entries) : []), [entries, tab]);
  const isFull = !isLive && !isStale && entries.length >= limit;

  const filter = useCallback((one: Filter) => onSearch(addFilter(text, one)), [text, onSearch]);
  const toggle = (one: Filter): void => onSearch(hasFilter(text, one) ? removeFilter(text, one) : addFilter(text, one));
  const go = (live: boolean): void => {
    setPaused(false);
    change({ live: live ? "1" : undefined });
  };

  const list = (
    <LineList
      key={isStale ? answer.data?.logql : logql}
      lines={lines}
      wraps={wraps === "1"}
      label="Log lines, the latest first"
      onFilter={filter}
      onContext={setAround}
      onTop={setAtTop}
      footer={
        isFull && (
          <div className={css.more}>
            {limit < MOST_LINES ? (
              <Button onClick={() => setLimit(Math.min(MOST_LINES, limit * 4))}>Load older lines</Button>
            ) : (
              <p>
                These are the latest {MOST_LINES} lines. For older ones select a part of the histogram, or search for
                less.
              </p>
            )}
          </div>
        )
      }
    />
  );

  const found =
    tab === "patterns" ? (
      <Patterns patterns={patterns} total={entries.length} onPattern={(p, not) => onSearch(addPattern(text, p, not))} />
    ) : (
      list
    );

  return (
    <>
      <Histogram logql={logql} text={text} onToggle={toggle} />
      <div className={css.columns}>
        <details className={css.side} open={matchMedia("(min-width: 1000px)").matches}>
          <summary>Fields</summary>
          <Facets facets={facets} isChosen={(one) => hasFilter(text, one)} onToggle={toggle} />
        </details>
        <Card className={isStale ? `${css.main} ${css.stale}` : css.main}>
          <div className={css.tools}>
            <Tabs
              label="What is shown"
              tabs={[
                ["lines", "Lines"],
                ["patterns", "Patterns"],
              ]}
              chosen={tab}
              onChoose={setTab}
            />
            <span className={css.count} aria-live="polite">
              {isLive ? (
                <LiveState tail={tail} isPaused={isPaused || !isAtTop} />
              ) : (
                answer.data !== undefined &&
                `${isFull ? "the latest " : ""}${entries.length} line${entries.length === 1 ? "" : "s"}`
              )}
            </span>
            {isLive && (
              <Button onClick={() => setPaused(!isPaused)} aria-pressed={isPaused}>
                {isPaused ? "Go on" : "Pause"}
              </Button>
            )}
            <Button primary={isLive} aria-pressed={isLive} onClick={() => go(!isLive)}>
              {isLive ? "Stop live" : "Live"}
            </Button>
            <Button aria-pressed={wraps === "1"} onClick={() => setWraps(wraps === "1" ? undefined : "1")}>
              Wrap
            </Button>
            <Button disabled={entries.length === 0} onClick={() => downloadLines(entries, "txt")}>
              Download text
            </Button>
            <Button disabled={entries.length === 0} onClick={() => downloadLines(entries, "jsonl")}>
              JSON
            </Button>
          </div>
          {isLive && tail.status === "broken" && (
            <Failure what="Following broke off; it is tried again." error={tail.error} />
          )}
          {isLive ? (
            lines.length === 0 ? (
              <Empty title="Waiting for the next line" />
            ) : (
              found
            )
          ) : (
            <Asked answer={answer} what="The lines cannot be had." height={480}>
              {() => (lines.length === 0 ? <NoLines text={text} span={range.endMs - range.startMs} /> : found)}
            </Asked>
          )}
        </Card>
      </div>
      {around !== undefined && (
        <ContextDialog
          key={String(around.timeNs)}
          entry={around}
          onFilter={filter}
          onClose={() => setAround(undefined)}
        />
      )}
    </>
  );
}

const NOTHING: readonly LogEntry[] = [];

function LiveState({
  tail,
  isPaused,
}: {
  readonly tail: ReturnType<typeof useTail>;
  readonly isPaused: boolean;
}): ReactNode {
  const parts = [
    tail.status === "connecting"
      ? "connecting"
      : tail.status === "broken"
        ? "broken off"
        : isPaused
          ? "paused"
          : "live",
    tail.waiting > 0 && `${tail.waiting} new`,
    tail.missed > 0 && `${tail.missed} left out`,
  ];
  return (
    <>
      <span className={css.pulse} data-on={tail.status === "open" && !isPaused} aria-hidden="true" />
      {parts.filter(Boolean).join(" · ")}
    </>
  );
}

type HistogramProps = { readonly logql: string; readonly text: string; readonly onToggle: (filter: Filter) => void };

function Histogram({ logql, text, onToggle }: HistogramProps): ReactNode {
  const { range, setRange } = useTime();
  const answer = useAsk(["logs-histogram", logql], async ({ loki }, asked) => {
    const bars = barsOf(asked);
    const query = toHistogram(logql, bars.stepMs / 1000);
    const counted = await loki.queryRange(query, {
      startMs: bars.startMs + bars.stepMs,
      endMs: bars.endMs,
      stepMs: bars.stepMs,
    });
    return histogramOf(counted, bars);
  });
  return (
    <Card>
      {answer.data === undefined && answer.error === null ? (
        <Skeleton height={144} />
      ) : (
        <Asked answer={answer} what="How many lines there are cannot be told.">
          {(histogram) => (
            <HistogramChart
              histogram={histogram}
              onZoom={(startMs, endMs) =>
                setRange({
                  from: String(startMs),
                  to: String(Math.max(startMs + 1000, Math.min(endMs, Math.max(range.endMs, startMs + 1000)))),
                })
              }
              isChosen={(level) => hasFilter(text, levelFilter(level))}
              onLevel={(level) => onToggle(levelFilter(level))}
            />
          )}
        </Asked>
      )}
    </Card>
  );
}

function NoLines({ text, span }: { readonly text: string; readonly span: number }): ReactNode {
  const { setRange } = useTime();
  const wider = span < 6 * 3_600_000 ? "now-6h" : span < 86_400_000 ? "now-1d" : "now-7d";
  if (text === "")
    return (
      <Empty title="No program has logged anything in this time" command="npx agent-observatory dev -- node app.js">
        <p>Lines of winston, pino and the OpenTelemetry API come by themselves once a program runs preloaded.</p>
        <Button onClick={() => setRange({ from: wider, to: "now" })}>Look at a longer time</Button>
      </Empty>
    );
  return (
    <Empty title="No line matches">
      <p>Words and fields all have to match. Try fewer of them, or a longer time.</p>
      <Button onClick={() => setRange({ from: wider, to: "now" })}>Look at a longer time</Button>
    </Empty>
  );
}

import { type ReactNode, useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import type { LogEntry } from "../../../src/backends/index.ts";
import { useParam, useParams } from "../app/url-state.ts";
import type { LaidOutTrace } from "./layout.ts";
import { logsBySpan } from "./log-facts.ts";
import { ancestorIds, collapsedBelow, findRows, nextOf, showRows } from "./shown-rows.ts";
import { SpanDetails } from "./span-details.tsx";
import { type Coloring, legendOf } from "./span-facts.ts";
import { formatWindow, isWhole, parseWindow, type TimeWindow, zoomAround } from "./time-window.ts";
import css from "./trace-spans.module.css";
import { TraceToolbar } from "./trace-toolbar.tsx";
import { Waterfall } from "./waterfall.tsx";

/** An address is not written for every row that one passes. */
const WRITTEN_AFTER_MS = 250;
const NONE: ReadonlySet<string> = new Set();

type TraceSpansProps = {
  readonly trace: LaidOutTrace;
  readonly mode: "bars" | "figures";
  readonly logs: readonly LogEntry[] | undefined;
  /** Id of the span that is looked at; what changes it is written into the address by the owner. */
  readonly spanId: string | undefined;
  readonly onSpan: (spanId: string | undefined) => void;
};

/** The spans of a trace, with what can be done with them and the details of one. */
export function TraceSpans({ trace, mode, logs, spanId, onSpan }: TraceSpansProps): ReactNode {
  const [params, change] = useParams();
  const [collapsed, setCollapsed] = useState(NONE);
  const [only, setOnly] = useParam("only");
  const [written, setColoring] = useParam("color");
  const coloring: Coloring =
    written === "service" || written === "kind" ? written : trace.services.length > 1 ? "service" : "kind";
  const [showsCritical, setCritical] = useState(true);
  const [find, setFind] = useState(params.get("find") ?? "");
  const wanted = useDeferredValue(find);
  const findRef = useRef<HTMLInputElement>(null);
  const { durationMs } = trace;
  const [zoomed, setZoomed] = useState<TimeWindow | undefined>(() => parseWindow(params.get("zoom") ?? "", durationMs));
  // What was looked at whole is looked at whole while it grows.
  const looked = useMemo(() => zoomed ?? { fromMs: 0, toMs: durationMs }, [zoomed, durationMs]);
  const onWindow = useCallback(
    (next: TimeWindow) => setZoomed(isWhole(next, durationMs) ? undefined : next),
    [durationMs],
  );
  useWritten("zoom", zoomed === undefined ? undefined : formatWindow(zoomed), change);
  useWritten("find", find === "" ? undefined : find, change);

  const selected = spanId === undefined ? undefined : trace.rowOf(spanId);
  const shown = useMemo(() => showRows(trace, { collapsed, onlyAgents: only === "agents" }), [trace, collapsed, only]);
  const found = useMemo(() => findRows(trace, wanted), [trace, wanted]);
  const matches = useMemo(() => new Set(found), [found]);
  const legend = useMemo(() => legendOf(trace.rows, coloring, trace.services), [trace, coloring]);
  const origins = useMemo(() => trace.rows.flatMap((row) => (row.isErrorOrigin ? [row.index] : [])), [trace]);
  const bySpan = useMemo(() => logsBySpan(logs ?? []), [logs]);
  const logsOf = useCallback((id: string) => bySpan.get(id)?.length ?? 0, [bySpan]);
  const isFresh = useFreshness(trace);

  /** Shows a row, whatever hides it. */
  const goTo = useCallback(
    (row: number | undefined) => {
      const target = row === undefined ? undefined : trace.rows[row];
      if (target === undefined) return;
      const above = ancestorIds(trace, target.index);
      setCollapsed((before) =>
        above.some((id) => before.has(id)) ? new Set([...before].filter((id) => !above.includes(id))) : before,
      );
      if (only === "agents" && shown.placeOf(target.index) === -1 && !above.some((id) => collapsed.has(id)))
        setOnly(undefined);
      onSpan(target.span.spanId);
    },
    [trace, onSpan, only, setOnly, shown, collapsed],
  );
  const select = useCallback((row: number) => onSpan(trace.rows[row]?.span.spanId), [trace, onSpan]);
  const toggle = useCallback(
    (id: string) =>
      setCollapsed((before) => {
        const next = new Set(before);
        if (!next.delete(id)) next.add(id);
        return next;
      }),
    [],
  );
  const at = selected?.index ?? -1;
  const nextError = useCallback(() => goTo(nextOf(origins, at, 1)), [goTo, origins, at]);
  const zoomBy = (factor: number) => () =>
    onWindow(zoomAround(looked, selected?.startMs ?? (looked.fromMs + looked.toMs) / 2, factor, durationMs));

  // A span of the address may stand below one that is closed, or be left out.
  const opened = useRef<string>(undefined);
  useEffect(() => {
    if (spanId === undefined || opened.current === spanId || selected === undefined) return;
    opened.current = spanId;
    if (shown.placeOf(selected.index) === -1) goTo(selected.index);
  }, [spanId, selected, shown, goTo]);

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the whole view; each can be done by a button as well.
    <div
      className={css.all}
      onKeyDown={(event) => {
        const isWriting = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
        if (isWriting || event.ctrlKey || event.metaKey || event.altKey) return;
        if (event.key === "/") findRef.current?.focus();
        else if (event.key === "e") nextError();
        else if (event.key === "n" || event.key === "N") goTo(nextOf(found, at, event.key === "n" ? 1 : -1));
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    >
      <TraceToolbar
        find={find}
        findRef={findRef}
        onFind={setFind}
        at={found.indexOf(at) + 1}
        found={found.length}
        onStep={(step) => goTo(nextOf(found, at, step))}
        onlyAgents={only === "agents"}
        onOnlyAgents={(next) => setOnly(next ? "agents" : undefined)}
        showsCritical={showsCritical}
        onCritical={setCritical}
        coloring={coloring}
        onColoring={setColoring}
        onCollapse={() => setCollapsed(collapsedBelow(trace, 1))}
        onExpand={() => setCollapsed(NONE)}
        errors={origins.length}
        onError={nextError}
        zoom={
          mode === "bars"
            ? {
                onIn: zoomBy(0.5),
                onOut: zoomBy(2),
                onReset: () => setZoomed(undefined),
                isWhole: isWhole(looked, durationMs),
              }
            : undefined
        }
        legend={legend}
      />
      <div className={css.body} data-open={selected !== undefined}>
        <Waterfall
          trace={trace}
          shown={shown}
          mode={mode}
          window={looked}
          onWindow={onWindow}
          coloring={coloring}
          collapsed={collapsed}
          onToggle={toggle}
          selected={at}
          onSelect={select}
          onLeave={() => onSpan(undefined)}
          matches={matches}
          showsCritical={showsCritical}
          isFresh={isFresh}
          logsOf={logsOf}
        />
        {selected !== undefined && (
          <SpanDetails
            trace={trace}
            row={selected}
            logs={bySpan.get(selected.span.spanId)}
            onSelect={goTo}
            onClose={() => onSpan(undefined)}
          />
        )}
      </div>
    </div>
  );
}

/** Writes a parameter a little after it has changed; nothing is to be gone back to. */
function useWritten(name: string, value: string | undefined, change: ReturnType<typeof useParams>[1]): void {
  const isFirst = useRef(true);
  useEffect(() => {
    if (isFirst.current) {
      isFirst.current = false;
      return;
    }
    const timer = setTimeout(() => change({ [name]: value }, { replace: true }), WRITTEN_AFTER_MS);
    return () => clearTimeout(timer);
  }, [name, value, change]);
}

/** Whether a span came in after the trace was first looked at, with the latest of its growth. */
function useFreshness(trace: LaidOutTrace): (spanId: string) => boolean {
  const known = useRef<{ trace: LaidOutTrace; ids: ReadonlySet<string>; fresh: ReadonlySet<string> }>(undefined);
  if (known.current?.trace !== trace) {
    const before = known.current;
    const isSame = before?.trace.traceId === trace.traceId;
    const ids = new Set(trace.rows.map(({ span }) => span.spanId));
    const fresh = isSame ? new Set([...ids].filter((id) => !before.ids.has(id))) : NONE;
    known.current = { trace, ids, fresh };
  }
  const { fresh } = known.current;
  return useCallback((spanId: string) => fresh.has(spanId), [fresh]);
}

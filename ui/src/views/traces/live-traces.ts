import { useQuery } from "@tanstack/react-query";
import { useMemo, useRef } from "react";
import { useAsk } from "../../app/ask.ts";
import { askBackendsUntil } from "../../app/backends.ts";
import { askTraces, type ListedTrace, mergeSeen, type Seen, type TraceList } from "../../trace/trace-list.ts";
import type { TraceListQuery } from "../../trace/trace-query.ts";

const LIVE_MS = 2000;
/** What costs much to ask for is asked for less often. */
const SHARE_OF_ASKING = 4;
/** Spans arrive when they end, and in batches: what began so long ago may still be new. */
const LOOK_BACK_MS = 60_000;
/** The list grows no longer than it can be read. */
const MOST = 200;

type Traces = {
  readonly answer: { readonly data: TraceList | undefined; readonly error: Error | null; readonly isPending: boolean };
  readonly traces: readonly ListedTrace[];
  /** Came in since it was paused. */
  readonly waiting: number;
};

/** The traces of the range; live, with those that come in. Paused, the list stands still and what comes in is counted. */
export function useTraces(query: TraceListQuery, key: string, isLive: boolean, isPaused: boolean): Traces {
  const answer = useAsk(["traces", key], (backends, range) => askTraces(backends, query, range, Date.now()));
  const took = useRef(0);
  const live = useQuery({
    queryKey: ["traces live", key],
    queryFn: ({ signal }) => {
      const nowMs = Date.now();
      const asked = askTraces(
        askBackendsUntil(signal),
        query,
        { startMs: nowMs - LOOK_BACK_MS, endMs: nowMs + 1000 },
        nowMs,
      );
      return asked.finally(() => {
        took.current = Date.now() - nowMs;
      });
    },
    enabled: isLive,
    // The next one is asked for after the answer, never beside it.
    refetchInterval: () => (document.hidden ? false : Math.max(LIVE_MS, took.current * SHARE_OF_ASKING)),
    structuralSharing: false,
    gcTime: 0,
  });
  const seen = useRef<Seen>({ key, traces: [] });
  const [base, fresh] = [answer.data?.traces, live.data?.traces];
  const merged = useMemo(() => {
    if (!isLive) return base ?? [];
    seen.current = mergeSeen(seen.current.key === key ? seen.current : { key, traces: [] }, base, fresh, MOST);
    return seen.current.traces;
  }, [base, fresh, isLive, key]);
  const held = useRef<readonly ListedTrace[]>([]);
  if (!isPaused || held.current.length === 0) held.current = merged;
  const known = new Set(held.current.map(({ summary }) => summary.traceId));
  return {
    answer: { data: answer.data, error: answer.error ?? live.error, isPending: answer.isPending },
    traces: isPaused ? held.current : merged,
    waiting: isPaused ? merged.filter(({ summary }) => !known.has(summary.traceId)).length : 0,
  };
}

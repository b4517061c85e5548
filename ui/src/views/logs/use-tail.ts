import { useEffect, useMemo, useRef, useState } from "react";
import type { LogEntry } from "../../../../src/backends/index.ts";
import { askBackends } from "../../app/backends.ts";
import { createTailBuffer } from "./tail-buffer.ts";

/** Lines are drawn so often, however fast they come. */
const DRAW_MS = 250;
const KEPT = 2000;
const FIRST_LINES = 200;
const REACH_BACK_MS = 3_600_000;
const AGAIN_MS = [1000, 2000, 5000, 10_000];

export type TailState = {
  /** The newest first. */
  readonly entries: readonly LogEntry[];
  readonly waiting: number;
  readonly missed: number;
  readonly status: "connecting" | "open" | "broken";
  readonly error: unknown;
};

/** Follows a query while it is `on`. Drawing pauses while it is `held`; lines are kept meanwhile. */
export function useTail(logql: string, { on, held }: { readonly on: boolean; readonly held: boolean }): TailState {
  // biome-ignore lint/correctness/useExhaustiveDependencies: another query begins anew.
  const buffer = useMemo(() => createTailBuffer(KEPT), [logql, on]);
  const [state, setState] = useState<TailState>({
    entries: [],
    waiting: 0,
    missed: 0,
    status: "connecting",
    error: undefined,
  });
  const isHeld = useRef(held);
  isHeld.current = held;

  useEffect(() => {
    if (!on) return;
    const leaving = new AbortController();
    const { signal } = leaving;
    setState({ entries: [], waiting: 0, missed: 0, status: "connecting", error: undefined });
    const draw = (): void =>
      setState((before) => {
        const entries = isHeld.current ? before.entries : buffer.take();
        const [waiting, missed] = [buffer.waiting(), buffer.missed()];
        return entries === before.entries && waiting === before.waiting && missed === before.missed
          ? before
          : { ...before, entries, waiting, missed };
      });
    const timer = setInterval(draw, DRAW_MS);
    void follow(logql, signal, {
      onLines: buffer.add,
      onStatus: (status, error) => setState((before) => ({ ...before, status, error })),
    });
    return () => {
      clearInterval(timer);
      leaving.abort();
    };
  }, [logql, on, buffer]);
  return state;
}

type Listener = {
  readonly onLines: (entries: readonly LogEntry[], dropped: number) => void;
  readonly onStatus: (status: TailState["status"], error?: unknown) => void;
};

/** Connects again where the connection ends, from the last line on. */
async function follow(logql: string, signal: AbortSignal, { onLines, onStatus }: Listener): Promise<void> {
  let fromMs = Date.now() - REACH_BACK_MS;
  for (let failures = 0; !signal.aborted; ) {
    let error: unknown;
    try {
      // That it is open is heard with the first lines only; a question that Loki refuses is refused at once.
      const opened = setTimeout(() => onStatus("open"), 500);
      signal.addEventListener("abort", () => clearTimeout(opened), { once: true });
      try {
        for await (const { entries, dropped } of askBackends().loki.tail(logql, {
          startMs: fromMs,
          limit: FIRST_LINES,
          signal,
        })) {
          failures = 0;
          onStatus("open");
          const last = entries.at(-1);
          if (last !== undefined) fromMs = last.timeMs + 0.001;
          onLines(entries, dropped);
        }
      } finally {
        clearTimeout(opened);
      }
    } catch (reason) {
      error = reason;
    }
    if (signal.aborted) return;
    if (error !== undefined) onStatus("broken", error);
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS[Math.min(failures, AGAIN_MS.length - 1)]));
    failures += 1;
  }
}

import { useCallback, useMemo, useSyncExternalStore } from "react";
import { useLocation, useSearch } from "wouter";
import { DEFAULT_RANGE, type Range, REFRESH_MS, resolveRange, type WrittenRange } from "./time-range.ts";

/** The state of a view is in the URL, so that a copied address shows the same. Names of Grafana where it has them. */

type Change = Readonly<Record<string, string | readonly string[] | undefined>>;

function withChange(search: string, change: Change): string {
  const params = new URLSearchParams(search);
  for (const [name, value] of Object.entries(change)) {
    params.delete(name);
    for (const one of value === undefined ? [] : typeof value === "string" ? [value] : value) params.append(name, one);
  }
  const text = params.toString();
  return text === "" ? "" : `?${text}`;
}

/** The parameters of the address, and how to change some of them. `replace` leaves no step to go back to. */
export function useParams(): readonly [URLSearchParams, (change: Change, options?: { replace?: boolean }) => void] {
  const search = useSearch();
  const [, navigate] = useLocation();
  const params = useMemo(() => new URLSearchParams(search), [search]);
  const change = useCallback(
    (next: Change, { replace = false }: { replace?: boolean } = {}) =>
      // The router's path is decoded in part: a name with a percent sign would not survive it.
      navigate(`${window.location.pathname}${withChange(window.location.search, next)}`, { replace }),
    [navigate],
  );
  return [params, change];
}

/** One parameter; `fallback` is not written. */
export function useParam(name: string, fallback = ""): readonly [string, (value: string | undefined) => void] {
  const [params, change] = useParams();
  const set = useCallback(
    (value: string | undefined) => change({ [name]: value === fallback ? undefined : value }),
    [change, name, fallback],
  );
  return [params.get(name) ?? fallback, set];
}

/** What every view keeps when one leads to another. */
const KEPT = ["from", "to", "refresh"];

/** An address of the page with the range of the present one. `params` win. */
export function hrefTo(path: string, params: Change = {}): string {
  const now = new URLSearchParams(window.location.search);
  const kept = Object.fromEntries(KEPT.flatMap((name) => (now.has(name) ? [[name, now.get(name) ?? ""]] : [])));
  return `${path}${withChange("", { ...kept, ...params })}`;
}

let tick = 0;
const listeners = new Set<() => void>();
/** Makes relative ranges end now. */
export function refreshNow(): void {
  tick += 1;
  for (const listener of listeners) listener();
}
const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
export const useTick = (): number => useSyncExternalStore(subscribe, () => tick);

export type TimeState = WrittenRange & {
  readonly range: Range;
  /** 0: only when asked to. */
  readonly refreshMs: number;
  readonly refresh: string;
  readonly setRange: (range: WrittenRange) => void;
  readonly setRefresh: (refresh: string) => void;
};

/** The time range of the address. `range` stays the same between two refreshes. */
export function useTime(): TimeState {
  const [params, change] = useParams();
  const now = useTick();
  const from = params.get("from") ?? DEFAULT_RANGE.from;
  const to = params.get("to") ?? DEFAULT_RANGE.to;
  const refresh = params.get("refresh") ?? "30s";
  // biome-ignore lint/correctness/useExhaustiveDependencies: a tick is what makes `now` another.
  const range = useMemo(() => resolveRange({ from, to }, Date.now()), [from, to, now]);
  return {
    from,
    to,
    range,
    refresh,
    refreshMs: REFRESH_MS[refresh] ?? 0,
    setRange: (next) => change({ from: next.from, to: next.to }),
    setRefresh: (next) => change({ refresh: next }),
  };
}

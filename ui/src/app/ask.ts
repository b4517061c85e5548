import { keepPreviousData, type Query, QueryClient, type UseQueryResult, useQuery } from "@tanstack/react-query";
import type { Backends } from "../../../src/backends/index.ts";
import { askBackendsUntil } from "./backends.ts";
import type { Range } from "./time-range.ts";
import { refreshNow, useTime } from "./url-state.ts";

export const queryClient = new QueryClient({
  defaultOptions: { queries: { retry: false, refetchOnWindowFocus: false, staleTime: 2000, gcTime: 120_000 } },
});

/** Makes relative ranges end now, and asks again for what is in view and meant: what is of no time range, or of one that stands still. */
export function askAgain(isMeant: (query: Query) => boolean = () => true): void {
  refreshNow();
  // By then what is of a range that moved is asked for already, and not a second time.
  setTimeout(
    () => void queryClient.refetchQueries({ type: "active", predicate: isMeant }, { cancelRefetch: false }),
    0,
  );
}

type Asking<T> = (backends: Backends, range: Range) => Promise<T>;

/**
 * Asks for the time range of the address, again with every refresh. What was there stays while the next answer is on its way, so that nothing
 * jumps; what nobody waits for any more is given up. `key` names what is asked for, with everything that it depends on besides the range.
 */
export function useAsk<T>(
  key: readonly unknown[],
  asking: Asking<T>,
  { enabled = true } = {},
): UseQueryResult<T, Error> {
  const { range } = useTime();
  return useQuery({
    queryKey: [...key, range.startMs, range.endMs],
    queryFn: ({ signal }) => asking(askBackendsUntil(signal), range),
    placeholderData: keepPreviousData,
    enabled,
  });
}

/** Asks for something that is not of a time range. */
export function useAskOnce<T>(
  key: readonly unknown[],
  asking: (backends: Backends) => Promise<T>,
  { refreshMs = 0, enabled = true } = {},
): UseQueryResult<T, Error> {
  return useQuery({
    queryKey: key,
    queryFn: ({ signal }) => asking(askBackendsUntil(signal)),
    placeholderData: keepPreviousData,
    refetchInterval: refreshMs === 0 ? false : refreshMs,
    enabled,
  });
}

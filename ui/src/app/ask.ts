import { keepPreviousData, QueryClient, type UseQueryResult, useQuery } from "@tanstack/react-query";
import type { Backends } from "../../../src/backends/index.ts";
import { askBackendsUntil } from "./backends.ts";
import type { Range } from "./time-range.ts";
import { useTime } from "./url-state.ts";

export const queryClient = new QueryClient({
  defaultOptions: { queries: { retry: false, refetchOnWindowFocus: false, staleTime: 2000, gcTime: 120_000 } },
});

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

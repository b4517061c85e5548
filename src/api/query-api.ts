import type { Clock } from "../base/index.ts";
import type { LogSource, SeriesCatalog, SpanSource } from "../signals/index.ts";
import type { Api } from "./request.ts";

export type ApiLimits = {
  /** Characters of one answer; a larger one becomes an error that says how to ask for less. */
  readonly maxResponseChars: number;
  /** Samples that one PromQL query may hold at once. */
  readonly maxSamples: number;
  /** Lines that one LogQL query may answer with. */
  readonly maxLogLines: number;
};

/** What status pages tell about the process and its store. What is undefined is left at zero. */
export type ApiUsage = {
  readonly startedMs: number;
  /** How long data is kept, as it is configured: "15d", "15d or 10GB". */
  readonly retention?: string;
};

export type QueryApiOptions = {
  readonly sources: SeriesCatalog & LogSource & SpanSource;
  readonly clock: Clock;
  /** Of agent-observatory. */
  readonly version: string;
  readonly limits?: Partial<ApiLimits>;
  readonly usage?: () => ApiUsage;
};

/** The APIs that only read the store: Prometheus without rules, Loki without tail, Jaeger. Runs in a query thread. */
export function createQueryApi(_options: QueryApiOptions): Api {
  return {
    handles: (path) => path.startsWith("/api/") || path.startsWith("/loki/") || path === "/ready",
    handle: () => ({ status: 404, headers: { "content-type": "text/plain; charset=utf-8" }, body: "not found" }),
  };
}

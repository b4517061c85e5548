import { BackendError } from "./backend-error.ts";
import type { Backends } from "./backends.ts";
import type { Trace } from "./jaeger-trace.ts";
import type { LogRange } from "./loki.ts";
import { type AnnouncedRun, findOpenRuns, withOpenRuns } from "./runs.ts";
import { findTraceIds } from "./trace-search.ts";

export type FoundTrace = {
  /** With the runs among its spans that have not ended. Undefined where there is none, or several begin with the id. */
  readonly trace: Trace | undefined;
  /** Ids of all that begin with the id that was given. */
  readonly traceIds: readonly string[];
  /** Why runs in progress could not be looked for: Loki did not answer. */
  readonly runsFailure: BackendError | undefined;
};

const WHOLE_ID_CHARS = 32;

/** `id` is 32 hexadecimal digits, or the beginning of such that are looked for in the range. Throws `BackendError`. */
export async function findTrace(
  { jaeger, loki }: Backends,
  id: string,
  { nowMs, ...range }: LogRange & { readonly nowMs: number },
): Promise<FoundTrace> {
  const isWhole = id.length === WHOLE_ID_CHARS;
  const stored = isWhole ? [] : await findTraceIds(jaeger, id, range);
  let runs: readonly AnnouncedRun[] = [];
  let runsFailure: BackendError | undefined;
  try {
    const open = await findOpenRuns(loki, { ...range, nowMs, ...(isWhole && { traceId: id }) });
    runs = open.filter(({ span }) => span.traceId.startsWith(id));
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    runsFailure = error;
  }
  const traceIds = isWhole ? [id] : [...new Set([...stored, ...runs.map(({ span }) => span.traceId)])];
  const [found, ...others] = traceIds;
  if (found === undefined || others.length > 0) return { trace: undefined, traceIds, runsFailure };
  const trace = withOpenRuns((await jaeger.trace(found)) ?? { traceId: found, spans: [] }, runs);
  return { trace: trace.spans.length === 0 ? undefined : trace, traceIds, runsFailure };
}

import {
  BackendError,
  type Backends,
  type BackendsOptions,
  createBackends,
  findTrace,
  type LogEntry,
  type LokiBackend,
  logSelectorOf,
  logsOfTrace,
  type Trace,
} from "../backends/index.ts";
import { systemClock } from "../base/index.ts";
import { RUN_EVENT } from "../model/index.ts";
import { type Explanation, explainTrace, momentOf, type NearbyLog } from "./explain.ts";
import { plantForest } from "./span-forest.ts";

export type ExplainOptions = {
  /** Who is asked: clients that exist, or where the back ends are. Without it the embedded process at http://127.0.0.1:4319. */
  readonly backends?: Backends | BackendsOptions;
  /** How far back the beginning of an id is looked for, and runs in progress; a week where it is not given. */
  readonly sinceMs?: number;
};

const WEEK_MS = 604_800_000;
const LIMIT = 50;
/** Lines are written a little after what they tell of, by a clock of their own. */
const AFTER_MS = 2000;
const BEFORE_MS = 60_000;
/** Of other work of the same services: close enough to have to do with it. */
const NEAR_MS = 5000;

const isRunRecord = (line: string): boolean => line.startsWith(`${RUN_EVENT}: `);

const nearby = (entry: LogEntry, ofTrace: boolean): NearbyLog => ({ ...entry, timeNs: String(entry.timeNs), ofTrace });

/** Lines of the trace up to shortly after the moment; where it wrote none, what its services said at that time. */
async function logsAround(loki: LokiBackend, trace: Trace): Promise<readonly NearbyLog[]> {
  const forest = plantForest(trace);
  const momentMs = momentOf(forest);
  const own = await logsOfTrace(loki, trace, {
    startMs: forest.startMs - BEFORE_MS,
    endMs: momentMs + AFTER_MS,
    limit: LIMIT,
  });
  const ofTrace = own.filter(({ line }) => !isRunRecord(line)).map((entry) => nearby(entry, true));
  if (ofTrace.length > 0) return ofTrace;
  const answer = await loki.queryRange(`${logSelectorOf(trace.spans)} != ${JSON.stringify(`${RUN_EVENT}: `)}`, {
    startMs: momentMs - NEAR_MS,
    endMs: momentMs + NEAR_MS,
    limit: LIMIT,
  });
  return answer.type === "lines" ? answer.entries.toReversed().map((entry) => nearby(entry, false)) : [];
}

/** Explains a trace that was found, with the log lines around. Where Loki does not answer it does so without them. Throws `BackendError`. */
export async function explainFound({ loki }: Backends, trace: Trace): Promise<Explanation> {
  try {
    return explainTrace(trace, await logsAround(loki, trace));
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    return explainTrace(trace, [], error.message);
  }
}

/**
 * Explains a run: where it failed and why, what it had done by then, what to look at next. Undefined where there is no trace with the id, or
 * where several begin with it. Works for runs in progress, for those that never ended and for those that went well.
 * @param traceId 32 hexadecimal digits, or at least the first 4. Throws a RangeError for anything else, and `BackendError`.
 */
export async function explain(traceId: string, options: ExplainOptions = {}): Promise<Explanation | undefined> {
  const id = traceId.toLowerCase();
  if (!/^[0-9a-f]{4,32}$/.test(id))
    throw new RangeError("expected a trace id, 32 hexadecimal digits or its first 4 or more, got something else");
  const { backends = {}, sinceMs = WEEK_MS } = options;
  const clients = "jaeger" in backends ? backends : createBackends(backends);
  const nowMs = systemClock.nowMs();
  const { trace } = await findTrace(clients, id, { startMs: nowMs - sinceMs, endMs: nowMs, nowMs });
  return trace === undefined ? undefined : explainFound(clients, trace);
}

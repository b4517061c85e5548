import {
  type AnnouncedRun,
  BackendError,
  type Backends,
  findOpenRuns,
  findTraceIds,
  type LogEntry,
  summarizeTrace,
  type Trace,
  withOpenRuns,
} from "../../backends/index.ts";
import { plural } from "../amounts.ts";
import { defineCommand, EXIT, type Terminal, UsageError } from "../command.ts";
import { connect } from "../connection.ts";
import { CONNECTION_FLAGS, OUTPUT_FLAGS, TIME_FLAGS } from "../flags.ts";
import { logsOfTrace } from "../logs-of-trace.ts";
import { remark, writeJson, writeLines } from "../output.ts";
import { oneLine } from "../text-width.ts";
import { isoTime, parseRange } from "../times.ts";
import { renderTrace } from "../trace-tree.ts";
import { traceJson } from "./traces.ts";

const WEEK_MS = 604_800_000;
const WHOLE_ID_CHARS = 32;
/** Shorter beginnings are shared by chance. */
const MIN_PREFIX_CHARS = 4;
const SHOWN_IDS = 10;

/** An id as people paste it: whole, its beginning, or in a `traceparent` header. */
function parseId(given: string | undefined, more: readonly string[]): string {
  if (given === undefined || more.length > 0)
    throw new UsageError("expected one trace id, as `agent-observatory traces` lists them");
  const traceparent = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/i.exec(given);
  const id = (traceparent?.[1] ?? given).toLowerCase();
  if (!/^[0-9a-f]+$/.test(id) || id.length > WHOLE_ID_CHARS || id.length < MIN_PREFIX_CHARS)
    throw new UsageError(
      `expected a trace id, ${WHOLE_ID_CHARS} hexadecimal digits or its first ${MIN_PREFIX_CHARS} or more, got ${JSON.stringify(given)}.`,
    );
  return id;
}

type Range = { readonly startMs: number; readonly endMs: number };

/** Runs of the trace, or of those that begin with the id, that have not ended. Without Loki there are none to be known of. */
async function openRunsOf(
  { loki }: Backends,
  id: string,
  range: Range,
  terminal: Terminal,
): Promise<readonly AnnouncedRun[]> {
  try {
    const isWhole = id.length === WHOLE_ID_CHARS;
    const runs = await findOpenRuns(loki, { ...range, nowMs: terminal.clock.nowMs(), ...(isWhole && { traceId: id }) });
    return runs.filter(({ span }) => span.traceId.startsWith(id));
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    remark(terminal, `Runs in progress could not be looked for: ${error.message}`);
    return [];
  }
}

async function findTrace(backends: Backends, id: string, range: Range, terminal: Terminal): Promise<Trace | undefined> {
  const { jaeger } = backends;
  if (id.length === WHOLE_ID_CHARS) {
    const stored = (await jaeger.trace(id)) ?? { traceId: id, spans: [] };
    return withOpenRuns(stored, await openRunsOf(backends, id, range, terminal));
  }
  const stored = await findTraceIds(jaeger, id, range);
  const runs = await openRunsOf(backends, id, range, terminal);
  const [found, ...others] = new Set([...stored, ...runs.map(({ span }) => span.traceId)]);
  if (found === undefined) return undefined;
  if (others.length > 0) {
    const shown = [found, ...others].slice(0, SHOWN_IDS).map((one) => `  ${oneLine(one)}`);
    throw new UsageError(`${plural(others.length + 1, "trace")} begin with ${id}:\n${shown.join("\n")}\n`);
  }
  return withOpenRuns((await jaeger.trace(found)) ?? { traceId: found, spans: [] }, runs);
}

const logJson = ({ timeNs, timeMs, line, labels }: LogEntry) => ({ time: isoTime(timeMs), timeNs, line, labels });

export const command = defineCommand({
  usage: ["<id> [flags]"],
  about:
    "Draws a trace as a tree with durations, tokens, cost and errors. The id may be cut, as long as only one trace of the time (--since, a week) begins with it. --logs puts the log lines below the spans they were written in.",
  examples: ["agent-observatory trace 92b06755dea6 --logs"],
  flags: {
    logs: { kind: "switch", doc: "With its log lines." },
    ...TIME_FLAGS,
    ...OUTPUT_FLAGS,
    ...CONNECTION_FLAGS,
  },
  run: async ({ flags, positionals, terminal }) => {
    const [given, ...more] = positionals;
    const id = parseId(given, more);
    const range = parseRange(flags, WEEK_MS, terminal.clock.nowMs());
    const { backends } = await connect(flags, terminal);
    const trace = await findTrace(backends, id, range, terminal);
    if (trace === undefined || trace.spans.length === 0) {
      remark(terminal, `No trace ${id.length === WHOLE_ID_CHARS ? id : `that begins with ${id}`}.`);
      return EXIT.nothing;
    }
    const logs = flags.logs ? await logsOfTrace(backends.loki, trace) : [];
    if (flags.json) {
      const { spans, ...summary } = traceJson(summarizeTrace(trace));
      writeJson(terminal, {
        ...summary,
        spanCount: spans,
        spans: trace.spans,
        ...(flags.logs && { logs: logs.map(logJson) }),
      });
    } else {
      writeLines(terminal, renderTrace(trace, { ...terminal, logs, times: flags }));
    }
    return EXIT.ok;
  },
});

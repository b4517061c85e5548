import { type LogEntry, logsOfTrace, summarizeTrace } from "../../backends/index.ts";
import { defineCommand, EXIT } from "../command.ts";
import { connect } from "../connection.ts";
import { findTraceFor, parseTraceId } from "../find-trace.ts";
import { CONNECTION_FLAGS, OUTPUT_FLAGS, TIME_FLAGS } from "../flags.ts";
import { writeJson, writeLines } from "../output.ts";
import { isoTime, parseRange } from "../times.ts";
import { renderTrace } from "../trace-tree.ts";
import { traceJson } from "./traces.ts";

const WEEK_MS = 604_800_000;

export const logJson = ({
  timeNs,
  timeMs,
  line,
  labels,
}: Omit<LogEntry, "timeNs"> & { readonly timeNs: bigint | string }) => ({
  time: isoTime(timeMs),
  timeNs,
  line,
  labels,
});

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
    const id = parseTraceId(given, more);
    const range = parseRange(flags, WEEK_MS, terminal.clock.nowMs());
    const { backends } = await connect(flags, terminal);
    const trace = await findTraceFor(backends, id, range, terminal);
    if (trace === undefined) return EXIT.nothing;
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

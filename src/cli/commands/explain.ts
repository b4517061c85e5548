import { type Explanation, explainFound } from "../../explain/index.ts";
import { defineCommand, EXIT } from "../command.ts";
import { connect } from "../connection.ts";
import { renderExplanation } from "../explanation.ts";
import { findTraceFor, parseTraceId } from "../find-trace.ts";
import { CONNECTION_FLAGS, OUTPUT_FLAGS, TIME_FLAGS } from "../flags.ts";
import { writeJson, writeLines } from "../output.ts";
import { isoTime, parseRange } from "../times.ts";
import { logJson } from "./trace.ts";
import { traceJson } from "./traces.ts";

const WEEK_MS = 604_800_000;

/** What is not known is null, so that a reader sees every member. */
const orNull = <T>(value: T | undefined): T | null => value ?? null;

const explanationJson = ({ traceId, outcome, story, summary, failure, ...rest }: Explanation) => ({
  traceId,
  outcome,
  story,
  summary: traceJson(summary),
  failure: failure === undefined ? null : { ...failure, time: isoTime(failure.timeMs) },
  ...rest,
  openStep: orNull(rest.openStep),
  lastSuccess: orNull(rest.lastSuccess),
  debug: orNull(rest.debug),
  until: { ...rest.until, costUsd: orNull(rest.until.costUsd) },
  logs: rest.logs.map((log) => ({ ...logJson(log), ofTrace: log.ofTrace })),
  logsFailure: orNull(rest.logsFailure),
});

export const command = defineCommand({
  usage: ["<id> [flags]"],
  about:
    "Tells what became of a run: where it failed and why, what failed because of it, the tool calls and the last step that went well before, tokens and cost until then, log lines around it, what was captured of the circumstances, and what to look at next. Of a run that went well it tells where time and money went; of one in progress, where it stands. The id may be cut, as for `trace`.",
  examples: ["agent-observatory explain 92b06755dea6", "agent-observatory explain 92b06755dea6 --json"],
  flags: { ...TIME_FLAGS, ...OUTPUT_FLAGS, ...CONNECTION_FLAGS },
  run: async ({ flags, positionals, terminal }) => {
    const [given, ...more] = positionals;
    const id = parseTraceId(given, more);
    const range = parseRange(flags, WEEK_MS, terminal.clock.nowMs());
    const { backends } = await connect(flags, terminal);
    const trace = await findTraceFor(backends, id, range, terminal);
    if (trace === undefined) return EXIT.nothing;
    const explanation = await explainFound(backends, trace);
    if (flags.json) writeJson(terminal, explanationJson(explanation));
    else writeLines(terminal, renderExplanation(explanation, { ...terminal, style: flags }));
    return EXIT.ok;
  },
});

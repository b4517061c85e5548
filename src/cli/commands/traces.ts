import {
  addOpenRuns,
  BackendError,
  type Backends,
  findOpenRuns,
  searchTraces,
  type TraceSearch,
  type TraceSearchResult,
  type TraceSummary,
} from "../../backends/index.ts";
import { formatDuration, formatUsd, plural } from "../amounts.ts";
import { defineCommand, EXIT, type Terminal, UsageError } from "../command.ts";
import { connect } from "../connection.ts";
import { CONNECTION_FLAGS, OUTPUT_FLAGS, TIME_FLAGS } from "../flags.ts";
import { remark, writeJson, writeLines } from "../output.ts";
import { type Column, renderTable } from "../table.ts";
import { oneLine } from "../text-width.ts";
import { formatTime, isoTime, parseDuration, parseRange, type TimeStyle } from "../times.ts";

const DAY_MS = 86_400_000;
const LIMIT = 20;
/** Enough to be unique among many thousands; `trace` takes it. */
const SHORT_ID_CHARS = 12;

function parseCount(flag: string, given: string | undefined, fallback: number): number {
  if (given === undefined) return fallback;
  const count = Number(given);
  if (!Number.isInteger(count) || count < 1)
    throw new UsageError(`--${flag}: expected a whole number from 1 up, got ${JSON.stringify(given)}.`);
  return count;
}

function parseCost(given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  const usd = Number(given.replace(/^\$/, ""));
  if (given.trim() === "" || !Number.isFinite(usd) || usd < 0)
    throw new UsageError(`--min-cost: expected US dollars such as 0.05, got ${JSON.stringify(given)}.`);
  return usd;
}

function parseStatus(given: string | undefined): "ok" | "error" | undefined {
  if (given === undefined || given === "ok" || given === "error") return given;
  throw new UsageError(`--status: expected ok or error, got ${JSON.stringify(given)}.`);
}

function parseAttributes(given: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    given.map((pair) => {
      const at = pair.indexOf("=");
      if (at < 1) throw new UsageError(`--attribute: expected name=value, got ${JSON.stringify(pair)}.`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

const costOf = ({ costUsd, unpricedCalls }: TraceSummary): string => {
  if (costUsd === undefined) return unpricedCalls > 0 ? "no price" : "";
  return `${unpricedCalls > 0 ? "≥ " : ""}${formatUsd(costUsd)}`;
};

const tokensOf = ({ llmCalls, inputTokens, outputTokens }: TraceSummary): string =>
  llmCalls === 0 ? "" : `${inputTokens} → ${outputTokens}`;

function columnsOf(terminal: Terminal, style: TimeStyle): Column<TraceSummary>[] {
  const { paint, columns } = terminal;
  return [
    { title: "START", text: ({ startMs }) => formatTime(startMs, style) },
    { title: "DURATION", text: ({ durationMs }) => formatDuration(durationMs), right: true },
    { title: "SERVICE", text: ({ service }) => oneLine(service), minWidth: 8 },
    { title: "NAME", text: ({ name }) => oneLine(name), minWidth: 12, paint: paint.bold },
    { title: "SPANS", text: ({ spans }) => String(spans), right: true },
    { title: "LLM", text: ({ llmCalls }) => (llmCalls === 0 ? "" : String(llmCalls)), right: true },
    { title: "TOKENS", text: tokensOf, right: true },
    { title: "COST", text: costOf, right: true },
    { title: "STATE", text: ({ state }) => (state === "ended" ? "" : state), paint: paint.yellow },
    { title: "ERRORS", text: ({ errors }) => (errors === 0 ? "" : String(errors)), right: true, paint: paint.red },
    {
      title: "TRACE",
      // Whole where a program reads it.
      text: ({ traceId }) => (columns === undefined ? oneLine(traceId) : oneLine(traceId).slice(0, SHORT_ID_CHARS)),
      paint: paint.cyan,
    },
  ];
}

/** What `--json` tells of a trace; docs/cli.md. */
export const traceJson = ({ traceId, startMs, costUsd, ...summary }: TraceSummary) => ({
  traceId,
  start: isoTime(startMs),
  startMs,
  ...summary,
  costUsd: costUsd ?? null,
});

function remarkOnCut({ cut, found, lookedAt }: TraceSearchResult, terminal: Terminal): void {
  if (cut === "limit")
    remark(terminal, `The latest ${plural(found.length, "trace")}; there are more: --limit, --since.`);
  if (cut === "lookedAt")
    remark(
      terminal,
      `Only the latest ${plural(lookedAt, "trace")} could be looked through; older ones may match: --to, --service.`,
    );
}

/** With the runs that have not ended. Their log records are an extra: without Loki, the traces are listed as Jaeger has them. */
async function searchWithRuns(
  { jaeger, loki }: Backends,
  search: TraceSearch,
  terminal: Terminal,
): Promise<TraceSearchResult> {
  const result = await searchTraces(jaeger, search);
  try {
    const { startMs, endMs } = search;
    const runs = await findOpenRuns(loki, { startMs, endMs, nowMs: terminal.clock.nowMs() });
    return runs.length === 0 ? result : await addOpenRuns(jaeger, search, result, runs);
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    remark(terminal, `Runs in progress could not be looked for: ${error.message}`);
    return result;
  }
}

export const command = defineCommand({
  usage: ["[flags]"],
  about:
    "Lists traces, the latest first, also those whose agent is still running, or died in the middle (STATE). Every condition holds for the trace as a whole: some span of it has the agent, some span the tool. A trace has status `error` where any span failed, even if the program got over it; ERRORS counts where errors began. Jaeger looks for one of the conditions, the rest is decided here over what it answers; a remark says where that came to an end.",
  examples: [
    "agent-observatory traces --agent researcher --status error --since 2h",
    "agent-observatory traces --min-cost 0.05 --min-duration 10s --since 7d",
    'agent-observatory traces --attribute http.response.status_code=429 --text "rate limit"',
  ],
  flags: {
    agent: { kind: "text", value: "NAME", doc: "With this agent." },
    tool: { kind: "text", value: "NAME", doc: "With a call of this tool." },
    model: { kind: "text", value: "NAME", doc: "With a call of this model, as asked for or as answered." },
    session: {
      kind: "text",
      value: "ID",
      doc: "Of this session (`session.id`) or conversation (`gen_ai.conversation.id`).",
    },
    user: { kind: "text", value: "ID", doc: "Of this user (`user.id`)." },
    service: { kind: "text", value: "NAME", doc: "With a span of this service." },
    status: { kind: "text", value: "ok|error", doc: "Where nothing failed, or where something did." },
    "min-duration": {
      kind: "text",
      value: "DURATION",
      doc: "That took at least this long, from first start to last end.",
    },
    "max-duration": { kind: "text", value: "DURATION", doc: "That took at most this long." },
    "min-cost": { kind: "text", value: "USD", doc: "That cost at least so much." },
    attribute: { kind: "list", value: "NAME=VALUE", doc: "With this attribute in a span, its resource or an event." },
    text: {
      kind: "text",
      value: "TEXT",
      doc: "With this text in a name, an attribute or a message, whatever the case.",
    },
    limit: { kind: "text", value: "N", doc: `So many at most; ${LIMIT}.` },
    ...TIME_FLAGS,
    ...OUTPUT_FLAGS,
    ...CONNECTION_FLAGS,
  },
  run: async ({ flags, positionals, terminal }) => {
    if (positionals[0] !== undefined)
      throw new UsageError(
        `traces takes flags only, got ${JSON.stringify(positionals[0])}; \`trace ID\` shows one trace, --text searches.`,
      );
    const range = parseRange(flags, DAY_MS, terminal.clock.nowMs());
    const search = {
      ...range,
      limit: parseCount("limit", flags.limit, LIMIT),
      service: flags.service,
      agent: flags.agent,
      tool: flags.tool,
      model: flags.model,
      session: flags.session,
      user: flags.user,
      attributes: parseAttributes(flags.attribute),
      status: parseStatus(flags.status),
      minDurationMs:
        flags["min-duration"] === undefined ? undefined : parseDuration("min-duration", flags["min-duration"]),
      maxDurationMs:
        flags["max-duration"] === undefined ? undefined : parseDuration("max-duration", flags["max-duration"]),
      minCostUsd: parseCost(flags["min-cost"]),
      text: flags.text,
      spansPerTrace: 0,
    };
    const { backends } = await connect(flags, terminal);
    const result = await searchWithRuns(backends, search, terminal);
    const summaries = result.found.map(({ summary }) => summary);
    if (flags.json) {
      writeJson(terminal, { traces: summaries.map(traceJson), lookedAt: result.lookedAt, cut: result.cut ?? null });
    } else if (summaries.length === 0) {
      remark(
        terminal,
        `No such trace within ${formatDuration(range.endMs - range.startMs)}; --since looks further back.`,
      );
    } else {
      writeLines(terminal, renderTable(summaries, columnsOf(terminal, flags), terminal));
    }
    if (!flags.json) remarkOnCut(result, terminal);
    return summaries.length === 0 ? EXIT.nothing : EXIT.ok;
  },
});

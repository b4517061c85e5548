import { BackendError, type LogEntry, type LokiBackend } from "../../backends/index.ts";
import { defineCommand, EXIT, type Terminal, UsageError } from "../command.ts";
import { connect } from "../connection.ts";
import { CONNECTION_FLAGS, OUTPUT_FLAGS, TIME_FLAGS } from "../flags.ts";
import { LEVELS, renderLogEntry } from "../log-line.ts";
import { remark, writeJson, writeJsonLine, writeLines } from "../output.ts";
import { isoTime, parseRange, type TimeStyle } from "../times.ts";

const HOUR_MS = 3_600_000;
const LIMIT = 100;
/** Loki ends a tail after an hour by itself; a broken one is taken up again, not at once. */
const RECONNECT_MS = 1000;

type Selection = {
  readonly service: string | undefined;
  readonly level: string | undefined;
  readonly trace: string | undefined;
};

function levelsFrom(given: string): string {
  const from = (LEVELS as readonly string[]).indexOf(given.toLowerCase());
  if (from < 0) throw new UsageError(`--level: expected ${LEVELS.join(", ")}, got ${JSON.stringify(given)}.`);
  return LEVELS.slice(from).join("|");
}

const literal = (word: string): string => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** LogQL of words and flags. A query that is LogQL already gets what the flags say behind it. */
export function logQuery(words: readonly string[], { service, level, trace }: Selection): string {
  const given = words.join(" ").trim();
  const stages = [
    ...(trace === undefined ? [] : [` | trace_id=~${JSON.stringify(`${literal(trace)}.*`)}`]),
    ...(level === undefined ? [] : [` | detected_level=~${JSON.stringify(levelsFrom(level))}`]),
  ].join("");
  if (given.startsWith("{")) {
    if (service === undefined) return `${given}${stages}`;
    throw new UsageError("expected --service or a selector in the query, got both");
  }
  const selector = service === undefined ? '{service_name=~".+"}' : `{service_name=${JSON.stringify(service)}}`;
  const filters = words.map((word) => ` |~ ${JSON.stringify(`(?i)${literal(word)}`)}`).join("");
  return `${selector}${filters}${stages}`;
}

const entryJson = ({ timeMs, timeNs, line, labels }: LogEntry) => ({ time: isoTime(timeMs), timeNs, line, labels });

function writeEntries(entries: readonly LogEntry[], style: TimeStyle, terminal: Terminal): void {
  writeLines(
    terminal,
    entries.flatMap((entry) => renderLogEntry(entry, style, terminal.paint)),
  );
}

type FollowOptions = { readonly startMs: number; readonly limit: number };

/** Prints lines as they come, until it is interrupted. Goes on where it was when the connection ends. */
async function follow(
  loki: LokiBackend,
  query: string,
  { startMs, limit }: FollowOptions,
  terminal: Terminal,
  print: (entries: readonly LogEntry[]) => void,
): Promise<void> {
  let [fromMs, seen, connected] = [startMs, new Set<string>(), false];
  for (;;) {
    try {
      for await (const { entries, dropped } of loki.tail(query, { startMs: fromMs, limit })) {
        connected = true;
        // A tail that is taken up again begins with what the last one ended with.
        const fresh = entries.filter(({ timeNs, line }) => !seen.has(`${timeNs} ${line}`));
        print(fresh);
        const last = entries.at(-1);
        if (last !== undefined) {
          fromMs = last.timeMs;
          seen = new Set(
            entries.filter(({ timeMs }) => timeMs >= fromMs).map(({ timeNs, line }) => `${timeNs} ${line}`),
          );
        }
        if (dropped > 0) remark(terminal, `${dropped} lines came too fast and are left out.`);
      }
    } catch (error) {
      const again = error instanceof BackendError && error.failure === "unreachable";
      if (!connected || !again) throw error;
      remark(terminal, `Loki does not answer; trying again: ${error.received}`);
    }
    await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
  }
}

export const command = defineCommand({
  usage: ["[WORD…] [flags]", '\'{service_name="app"} |= "timeout"\' [flags]'],
  about:
    "Shows log lines, the latest last. Words must all be in the line, whatever the case; what begins with `{` is LogQL. --follow goes on with lines as they arrive.",
  examples: [
    "agent-observatory logs rate limit --level warn --since 2h",
    "agent-observatory logs --trace 92b06755dea6",
    "agent-observatory logs --service research-team --follow",
  ],
  flags: {
    service: { kind: "text", value: "NAME", doc: "Of this service." },
    level: { kind: "text", value: "LEVEL", doc: `Of this level or a worse one: ${LEVELS.join(", ")}.` },
    trace: { kind: "text", value: "ID", doc: "Written in this trace; the beginning of the id is enough." },
    follow: {
      kind: "switch",
      short: "f",
      doc: "Go on with new lines until Ctrl-C; with --json one document each line.",
    },
    limit: { kind: "text", value: "N", doc: `So many lines at most, the latest; ${LIMIT}.` },
    ...TIME_FLAGS,
    ...OUTPUT_FLAGS,
    ...CONNECTION_FLAGS,
  },
  run: async ({ flags, positionals, terminal }) => {
    const query = logQuery(positionals, flags);
    const limit = flags.limit === undefined ? LIMIT : Number(flags.limit);
    if (!Number.isInteger(limit) || limit < 1)
      throw new UsageError(`--limit: expected a whole number from 1 up, got ${JSON.stringify(flags.limit)}.`);
    const range = parseRange(flags, HOUR_MS, terminal.clock.nowMs());
    const { backends } = await connect(flags, terminal);
    if (flags.verbose) remark(terminal, query);
    if (flags.follow) {
      await follow(backends.loki, query, { startMs: range.startMs, limit }, terminal, (entries) => {
        if (flags.json) for (const entry of entries) writeJsonLine(terminal, entryJson(entry));
        else writeEntries(entries, flags, terminal);
      });
      return EXIT.ok;
    }
    const answer = await backends.loki.queryRange(query, { ...range, limit });
    if (answer.type !== "lines")
      throw new UsageError("expected a query for lines, got one that counts; take it to Grafana or to Loki's API");
    const entries = answer.entries.toReversed();
    if (flags.json) writeJson(terminal, { query, lines: entries.map(entryJson), cut: entries.length === limit });
    else writeEntries(entries, flags, terminal);
    if (entries.length === 0) {
      if (!flags.json) remark(terminal, "No such line.");
      return EXIT.nothing;
    }
    if (!flags.json && entries.length === limit)
      remark(terminal, `The latest ${limit} lines; there may be more: --limit, --from, --to.`);
    return EXIT.ok;
  },
});

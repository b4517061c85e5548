import type { QueryAnswer, Series } from "../../backends/index.ts";
import { formatValue } from "../amounts.ts";
import { defineCommand, EXIT, type Terminal, UsageError } from "../command.ts";
import { connect } from "../connection.ts";
import { CONNECTION_FLAGS, OUTPUT_FLAGS } from "../flags.ts";
import { remark, writeJson, writeLines } from "../output.ts";
import { sparkline } from "../sparkline.ts";
import { type Column, renderTable } from "../table.ts";
import { oneLine } from "../text-width.ts";
import { isoTime, parseDuration, parseTime } from "../times.ts";

/** What a small table of a range can show; Prometheus itself allows 11000. */
const POINTS = 60;
const LINE_COLUMNS = 30;
const SECOND_MS = 1000;

const labelNames = (series: readonly Series[]): string[] => [
  ...new Set(series.flatMap(({ labels }) => Object.keys(labels).sort())),
];

/** Labels that are the same in all rows say little, but they are what was asked for: all are shown. */
const labelColumns = (series: readonly Series[]): Column<Series>[] =>
  labelNames(series).map((name) => ({
    title: name === "__name__" ? "metric" : oneLine(name),
    text: ({ labels }) => oneLine(labels[name] ?? ""),
    minWidth: 6,
  }));

const valuesOf = ({ points }: Series): number[] => points.map(({ value }) => value);
const finiteOf = (series: Series): number[] => valuesOf(series).filter((value) => !Number.isNaN(value));

function instantRow({ points, histograms }: Series): string {
  const [point] = points;
  if (point !== undefined) return formatValue(point.value);
  const [histogram] = histograms;
  return histogram === undefined ? "" : `count ${formatValue(histogram.count)}, sum ${formatValue(histogram.sum)}`;
}

function renderInstant(series: readonly Series[], terminal: Terminal): string[] {
  const value: Column<Series> = { title: "value", text: instantRow, right: true, paint: terminal.paint.bold };
  return renderTable(series, [...labelColumns(series), value], terminal);
}

function renderRange(series: readonly Series[], terminal: Terminal): string[] {
  const amount = (title: string, of: (values: readonly number[]) => number | undefined): Column<Series> => ({
    title,
    text: (one) => {
      const value = of(finiteOf(one));
      return value === undefined ? "" : formatValue(value);
    },
    right: true,
  });
  const columns: Column<Series>[] = [
    ...labelColumns(series),
    amount("min", (values) => (values.length === 0 ? undefined : Math.min(...values))),
    amount("max", (values) => (values.length === 0 ? undefined : Math.max(...values))),
    amount("last", (values) => values.at(-1)),
    { title: "", text: (one) => sparkline(valuesOf(one), LINE_COLUMNS), paint: terminal.paint.cyan },
  ];
  return renderTable(series, columns, terminal);
}

const seriesJson = ({ labels, points, histograms }: Series) => ({
  labels,
  ...(points.length > 0 && { points }),
  ...(histograms.length > 0 && { histograms }),
});

function answerJson(query: string, { result, warnings, hints }: QueryAnswer) {
  const remarks = { warnings, hints };
  if ("series" in result) return { query, type: result.type, series: result.series.map(seriesJson), ...remarks };
  const value = result.type === "scalar" ? result.value : result.text;
  return { query, type: result.type, time: isoTime(result.timeMs), timeMs: result.timeMs, value, ...remarks };
}

function renderAnswer({ result }: QueryAnswer, terminal: Terminal): string[] {
  if (result.type === "scalar") return [formatValue(result.value)];
  if (result.type === "string") return [oneLine(result.text)];
  if (result.series.length === 0) return [];
  return result.type === "vector" ? renderInstant(result.series, terminal) : renderRange(result.series, terminal);
}

/** A step that gives a handful of points, in whole seconds. */
const niceStepMs = (rangeMs: number): number =>
  Math.max(SECOND_MS, Math.ceil(rangeMs / POINTS / SECOND_MS) * SECOND_MS);

export const command = defineCommand({
  usage: ["<PromQL> [flags]"],
  about:
    "Evaluates PromQL now, at --time, or over --range, and shows a table of series; over a range with the smallest, the largest and the last value and their course.",
  examples: [
    "agent-observatory query 'sum by (model) (llm_cost_usd_total)'",
    "agent-observatory query 'histogram_quantile(0.95, sum by (le) (rate(agent_request_duration_seconds_bucket[5m])))' --range 1h --step 1m",
  ],
  flags: {
    time: { kind: "text", value: "TIME", doc: "At this time, or the end of the range; now." },
    range: { kind: "text", value: "DURATION", doc: "Over this long, until --time." },
    step: { kind: "text", value: "DURATION", doc: `From point to point of a range; so that there are ${POINTS}.` },
    ...OUTPUT_FLAGS,
    ...CONNECTION_FLAGS,
  },
  run: async ({ flags, positionals, terminal }) => {
    const query = positionals.join(" ").trim();
    if (query === "") throw new UsageError("expected PromQL, such as 'sum(llm_cost_usd_total)', got nothing");
    if (flags.step !== undefined && flags.range === undefined)
      throw new UsageError("--step belongs to --range, which is not given");
    const nowMs = terminal.clock.nowMs();
    const timeMs = flags.time === undefined ? nowMs : parseTime("time", flags.time, nowMs);
    const rangeMs = flags.range === undefined ? undefined : parseDuration("range", flags.range);
    const stepMs = flags.step === undefined ? niceStepMs(rangeMs ?? 0) : parseDuration("step", flags.step);
    if (rangeMs === 0 || stepMs === 0) throw new UsageError("expected a range and a step longer than nothing");
    const { prometheus } = (await connect(flags, terminal)).backends;
    const answer =
      rangeMs === undefined
        ? await prometheus.query(query, flags.time === undefined ? {} : { timeMs })
        : await prometheus.queryRange(query, { startMs: timeMs - rangeMs, endMs: timeMs, stepMs });
    const empty = "series" in answer.result && answer.result.series.length === 0;
    if (flags.json) writeJson(terminal, answerJson(query, answer));
    else {
      writeLines(terminal, renderAnswer(answer, terminal));
      for (const warning of [...answer.warnings, ...answer.hints]) remark(terminal, oneLine(warning));
      if (empty) remark(terminal, "No series.");
    }
    return empty ? EXIT.nothing : EXIT.ok;
  },
});

import { type Labels, type LogLine, type LogSource, labelsKey } from "../signals/index.ts";
import { createHints } from "./hints.ts";
import { createLabelState, type LineLabels } from "./label-state.ts";
import { createLineScan } from "./line-scan.ts";
import { metricText } from "./metric-text.ts";
import type { LogqlEntry, LogqlLimits, LogqlOutcome, LogqlRangeParams, LogqlStream } from "./outcome.ts";
import { createPipeline } from "./pipeline.ts";
import type { LogExpr, Stage } from "./syntax.ts";

export type ProcessedLine = { readonly line: string; readonly labels: LineLabels };

/** Runs lines through the stages of a log query. */
export function createLineProcessor(stages: readonly Stage[]): (line: LogLine) => ProcessedLine | undefined {
  const pipeline = createPipeline(stages);
  const state = createLabelState(createHints({ required: undefined, earlyFilters: pipeline.earlyFilters }));
  return ({ timeNs, line, stream, metadata }) => {
    state.reset(stream, metadata);
    const processed = pipeline.process(timeNs, line, state);
    return processed === undefined ? undefined : { line: processed, labels: state.result() };
  };
}

/** All labels of a line together, as its stream is called where they are not told apart. */
export function mergeLabels({ stream, structuredMetadata, parsed }: LineLabels): Labels {
  return Object.assign(Object.create(null), stream, structuredMetadata, parsed) as Labels;
}

export function queryLogLines(
  source: LogSource,
  log: LogExpr,
  params: LogqlRangeParams,
  limits: LogqlLimits,
): LogqlOutcome {
  const process = createLineProcessor(log.stages);
  const scan = createLineScan(source, limits);
  const { startNs, endNs, direction, limit, categorizeLabels = false } = params;
  const intervalNs = BigInt(Math.round((params.intervalMs ?? 0) * 1e6));
  const streams = new Map<string, { readonly labels: Labels; readonly entries: LogqlEntry[] }>();
  let returned = 0;
  let lastNs: bigint | undefined;
  const isTooNear = (timeNs: bigint): boolean =>
    intervalNs > 0n &&
    lastNs !== undefined &&
    (direction === "forward" ? timeNs < lastNs + intervalNs : timeNs > lastNs - intervalNs);

  if (limit > 0) {
    scan.run(log, { startNs, endNs, direction }, (line) => {
      const processed = process(line);
      if (processed === undefined || isTooNear(line.timeNs)) return true;
      const { stream, structuredMetadata, parsed } = processed.labels;
      const labels = categorizeLabels ? stream : mergeLabels(processed.labels);
      const key = labelsKey(labels);
      let group = streams.get(key);
      if (group === undefined) {
        group = { labels, entries: [] };
        streams.set(key, group);
      }
      group.entries.push({ timeNs: line.timeNs, line: processed.line, structuredMetadata, parsed });
      lastNs = line.timeNs;
      returned += 1;
      return returned < limit;
    });
  }
  return {
    type: "streams",
    streams: sortByText([...streams.values()]),
    stats: { ...scan.counted(), entriesReturned: returned },
  };
}

function sortByText(streams: readonly LogqlStream[]): LogqlStream[] {
  const texts = new Map(streams.map((stream) => [stream, metricText(stream.labels)]));
  return streams.toSorted((a, b) => ((texts.get(a) ?? "") < (texts.get(b) ?? "") ? -1 : 1));
}

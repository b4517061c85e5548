import { parseFloat64 } from "../gotext/index.ts";
import { createLabelSet, type LabelSet, type Labels, type LogLine } from "../signals/index.ts";
import { createHints, type ParserHints } from "./hints.ts";
import { createLabelState, type LabelState } from "./label-state.ts";
import { createPipeline, type Pipeline } from "./pipeline.ts";
import { parseBytes, parseSeconds, type Quantity } from "./quantities.ts";
import { createLabelFilter } from "./stages/label-filter.ts";
import type { Grouping, LabelFilter, RangeExpr, Stage, Unwrap, UnwrapConversion } from "./syntax.ts";

/** What a line counts for, and in which series. */
export type ExtractedSample = { readonly series: LabelSet; readonly value: number };
export type SampleExtractor = (line: LogLine) => ExtractedSample | undefined;

/** Labels with what is empty in them, as Loki keeps them until something aggregates. */
function seriesOfEntries(entries: Iterable<readonly [name: string, value: string]>): LabelSet {
  const labels = Object.create(null) as Record<string, string>;
  for (const [name, value] of entries) labels[name] = value;
  return createLabelSet(labels);
}

const NOTHING = seriesOfEntries([]);

const CONVERT: Readonly<Record<UnwrapConversion, (text: string) => Quantity>> = {
  none: parseFloat64,
  bytes: parseBytes,
  duration: parseSeconds,
};

const READS_LINE: readonly Stage["kind"][] = ["json", "logfmt", "regexp", "pattern", "unpack", "lineFilter"];

/** Without `line_format` that nothing looks at afterwards: it cannot fail then, either. */
function withoutIdleFormats(stages: readonly Stage[]): readonly Stage[] {
  return stages.filter(
    ({ kind }, index) => kind !== "lineFormat" || stages.slice(index).some((later) => READS_LINE.includes(later.kind)),
  );
}

type GroupingPlan = { readonly names: readonly string[]; readonly without: boolean; readonly none: boolean };

/** `outer` is the grouping of a sum around the range, which the lines may be grouped by at once. */
function planGrouping(range: RangeExpr, outer: Grouping | undefined): GroupingPlan {
  const grouping = range.grouping ?? outer;
  const none =
    range.operation === "absent_over_time" ||
    (grouping !== undefined && grouping.labels.length === 0 && !grouping.without);
  const plan = { names: grouping?.labels ?? [], without: grouping?.without ?? false, none };
  if (range.unwrap === undefined || (plan.names.length > 0 && !plan.without)) return plan;
  return { names: [...plan.names, range.unwrap.label], without: true, none };
}

function planHints(
  range: RangeExpr,
  plan: GroupingPlan,
  pipeline: Pipeline,
  after: PostFilter | undefined,
): ParserHints {
  const required = [...pipeline.requiredLabels, ...(after?.requiredLabels ?? []), ...plan.names];
  if (range.unwrap !== undefined) required.push(range.unwrap.label);
  const earlyFilters = [...pipeline.earlyFilters, ...(after?.early === undefined ? [] : [after.early])];
  if (plan.none) {
    return required.length > 0
      ? createHints({ required, earlyFilters })
      : createHints({ required: undefined, earlyFilters: [], noLabels: true });
  }
  // Without a list of labels to group by, any label may be needed.
  if (plan.without || plan.names.length === 0) return createHints({ required: undefined, earlyFilters });
  return createHints({ required, earlyFilters: [] });
}

type PostFilter = ReturnType<typeof createLabelFilter>;

function createPostFilter({ filters }: Unwrap): PostFilter | undefined {
  const [first, ...others] = filters;
  if (first === undefined) return undefined;
  return createLabelFilter(others.reduce<LabelFilter>((left, right) => ({ kind: "and", left, right }), first));
}

/** Throws `LogqlError` where a stage's pattern or template cannot be read. */
export function createSampleExtractor(range: RangeExpr, outer: Grouping | undefined): SampleExtractor {
  const { operation, unwrap } = range;
  const countsBytes = operation === "bytes_over_time" || operation === "bytes_rate";
  const pipeline = createPipeline(countsBytes ? range.log.stages : withoutIdleFormats(range.log.stages));
  const after = unwrap && createPostFilter(unwrap);
  const plan = planGrouping(range, outer);
  const state = createLabelState(planHints(range, plan, pipeline, after));
  const seriesOf = createSeriesOf(plan);
  const convert = CONVERT[unwrap?.conversion ?? "none"];

  return (line) => {
    state.reset(line.stream, line.metadata);
    const processed = pipeline.process(line.timeNs, line.line, state);
    if (processed === undefined) return undefined;
    if (unwrap === undefined)
      return { value: countsBytes ? Buffer.byteLength(processed) : 1, series: seriesOf(line.stream, state) };
    const text = state.get(unwrap.label) ?? "";
    if (text === "") return undefined;
    const value = convert(text);
    if (typeof value === "string") {
      state.error = "SampleExtractionErr";
      state.errorDetails = value;
    }
    if (after !== undefined && after.process(line.timeNs, processed, state) === undefined) return undefined;
    return { value: typeof value === "string" ? 0 : value, series: seriesOf(line.stream, state) };
  };
}

function createSeriesOf({ names, without, none }: GroupingPlan): (stream: Labels, state: LabelState) => LabelSet {
  const grouped = new Set(names);
  const select = (entries: Iterable<readonly [string, string]>): LabelSet => {
    if (names.length === 0) return seriesOfEntries(entries);
    const kept: (readonly [string, string])[] = [];
    for (const entry of entries) if (grouped.has(entry[0]) !== without) kept.push(entry);
    return seriesOfEntries(kept);
  };
  // Lines of a stream mostly have nothing that tells them apart: their series is the stream's.
  const byStream = new WeakMap<Labels, LabelSet>();
  return (stream, state) => {
    // An error is seen whatever was asked for.
    if (state.error !== "") return seriesOfEntries(state.entries());
    if (none) return NOTHING;
    if (!state.isUntouched()) return select(state.entries());
    let series = byStream.get(stream);
    if (series === undefined) {
      series = select(Object.entries(stream));
      byStream.set(stream, series);
    }
    return series;
  };
}

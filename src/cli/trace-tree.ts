import { isInference, type LogEntry, numberOf, type Trace, type TraceSpan } from "../backends/index.ts";
import { ATTR, OPERATION } from "../model/index.ts";
import { formatDuration, formatUsd, plural } from "./amounts.ts";
import { levelOf, paintLevel } from "./log-line.ts";
import type { Paint } from "./paint.ts";
import { cutText, oneLine, textWidth } from "./text-width.ts";
import { formatTimeOfDay, type TimeStyle } from "./times.ts";

export type TreeOptions = {
  readonly paint: Paint;
  /** Of the terminal; undefined where nothing is to be cut. */
  readonly columns?: number | undefined;
  /** Lines of the trace, which stand below the spans they were written in. */
  readonly logs?: readonly LogEntry[];
  readonly times?: TimeStyle;
};

/** 30 levels; what is deeper is not set in further, and says so. */
const MAX_INDENT = 90;

type Branch = { readonly span: TraceSpan; readonly children: Branch[] };
type Leaf = { readonly log: LogEntry };
type Node = Branch | Leaf;

/** A message is not cut below this, however deep it stands. */
const MIN_MESSAGE_COLUMNS = 24;

const startOf = (node: Node): number => ("span" in node ? node.span.startMs : node.log.timeMs);
const byStart = (a: Node, b: Node): number => startOf(a) - startOf(b);

/** Roots, with all others below them. Spans whose parent is missing stand as roots, as does one of those that are parents in a circle. */
function growTree(spans: readonly TraceSpan[]): Branch[] {
  const branches = spans.map((span): Branch => ({ span, children: [] }));
  const byId = new Map(branches.toReversed().map((branch) => [branch.span.spanId, branch]));
  const roots: Branch[] = [];
  for (const branch of branches) {
    const parent = branch.span.parentSpanId === undefined ? undefined : byId.get(branch.span.parentSpanId);
    (parent === undefined || parent === branch ? roots : parent.children).push(branch);
  }
  const reached = new Set<Branch>();
  const reach = (from: Branch): void => {
    for (const open = [from]; ; ) {
      const next = open.pop();
      if (next === undefined) return;
      if (reached.has(next)) continue;
      reached.add(next);
      open.push(...next.children);
    }
  };
  for (const root of roots) reach(root);
  for (const branch of branches) {
    if (reached.has(branch)) continue;
    const above = branches.find(({ children }) => children.includes(branch));
    above?.children.splice(above.children.indexOf(branch), 1);
    roots.push(branch);
    reach(branch);
  }
  return roots.sort(byStart);
}

function usageOf(span: TraceSpan): string[] {
  if (!isInference(span)) return [];
  const number = (attribute: string): number | undefined => numberOf(span, attribute);
  const [input, output] = [number(ATTR.inputTokens), number(ATTR.outputTokens)];
  const cached = number(ATTR.cacheReadTokens) ?? 0;
  const reasoning = number(ATTR.reasoningTokens) ?? 0;
  const cost = number(ATTR.costUsd);
  const retries = number(ATTR.retryCount);
  const outcome = span.attributes[ATTR.streamOutcome];
  const details = [cached > 0 ? `${cached} cached` : "", reasoning > 0 ? `${reasoning} reasoning` : ""].filter(Boolean);
  return [
    input === undefined && output === undefined
      ? "no usage"
      : `${input ?? 0} → ${output ?? 0} tokens${details.length > 0 ? ` (${details.join(", ")})` : ""}`,
    ...(cost === undefined ? [] : [formatUsd(cost)]),
    ...(retries === undefined ? [] : [`retry ${retries}`]),
    ...(outcome === undefined ? [] : [String(outcome)]),
  ];
}

/** Of a run that has not come to its end: what is still to come, or never will. */
function stateOf({ attributes }: TraceSpan): string {
  const state = attributes[ATTR.runState];
  if (state === "running") return "running";
  return state === "incomplete" || String(attributes[ATTR.unfinished]) === "true" ? "incomplete" : "";
}

function failureOf(span: TraceSpan): string {
  if (span.status !== "error") return "";
  const category = span.attributes[ATTR.errorCategory] ?? span.attributes[ATTR.errorType] ?? "error";
  const [message = ""] = span.statusMessage.split("\n", 1);
  return oneLine(`✗ ${category}${message === "" ? "" : `: ${message}`}`);
}

const cutTo = (text: string, columns: number | undefined, used: number): string =>
  columns === undefined ? text : cutText(text, Math.max(MIN_MESSAGE_COLUMNS, columns - used));

function renderSpan(span: TraceSpan, used: number, { paint, columns }: TreeOptions): string {
  const name = oneLine(span.name);
  const facts = oneLine([formatDuration(span.durationMs), ...usageOf(span)].join(" · "));
  const state = stateOf(span);
  const operation = String(span.attributes[ATTR.operation] ?? "");
  const strong = operation === OPERATION.invokeAgent || operation === OPERATION.invokeWorkflow;
  const shownState = state === "" ? "" : ` ${paint.yellow(state)}`;
  const taken = used + textWidth(name) + textWidth(facts) + (state === "" ? 0 : textWidth(state) + 1) + 3;
  const failure = cutTo(failureOf(span), columns, taken);
  const shownFailure = failure === "" ? "" : ` ${paint.red(failure)}`;
  return `${strong ? paint.bold(name) : name}  ${paint.dim(facts)}${shownState}${shownFailure}`;
}

function renderLog({ timeMs, line, labels }: LogEntry, used: number, { paint, columns, times }: TreeOptions): string {
  const level = levelOf(labels);
  const head = `· ${formatTimeOfDay(timeMs, times ?? { utc: false })} ${level}`;
  const message = cutTo(oneLine(line), columns, used + textWidth(head) + 2);
  return `${paintLevel(level, paint)(head)}  ${message}`;
}

/** Spans of a trace with the lines written in them. Lines of no span of the trace stand beside the roots. */
function placeLogs(roots: readonly Branch[], logs: readonly LogEntry[]): (branch: Branch) => readonly LogEntry[] {
  const bySpan = new Map<string, LogEntry[]>();
  for (const log of logs) {
    const spanId = log.labels["span_id"] ?? "";
    bySpan.set(spanId, [...(bySpan.get(spanId) ?? []), log]);
  }
  const [first] = roots;
  const known = new Set<string>();
  for (const open = [...roots]; open.length > 0; ) {
    const branch = open.pop() as Branch;
    known.add(branch.span.spanId);
    open.push(...branch.children);
  }
  const elsewhere = logs.filter(({ labels }) => !known.has(labels["span_id"] ?? ""));
  return (branch) => [...(bySpan.get(branch.span.spanId) ?? []), ...(branch === first ? elsewhere : [])];
}

/** Draws a trace as a tree with duration, tokens, cost and errors in place; one line each. */
export function renderTrace({ traceId, spans }: Trace, options: TreeOptions): string[] {
  const { paint, logs = [] } = options;
  const roots = growTree(spans);
  const logsOf = placeLogs(roots, logs);
  const lines = [paint.dim(`trace ${oneLine(traceId)} (${plural(spans.length, "span")})`)];
  // A stack of our own: a trace may be deeper than functions can call each other.
  const open = roots
    .map((node, index) => ({ node: node as Node, indent: "", last: index === roots.length - 1 }))
    .toReversed();
  for (let item = open.pop(); item !== undefined; item = open.pop()) {
    const { node, indent, last } = item;
    const lead = `${indent.length > MAX_INDENT ? `⋯${indent.slice(-MAX_INDENT)}` : indent}${last ? "└─ " : "├─ "}`;
    if ("log" in node) {
      lines.push(`${lead}${renderLog(node.log, lead.length, options)}`);
      continue;
    }
    lines.push(`${lead}${renderSpan(node.span, lead.length, options)}`);
    const below = [...node.children, ...logsOf(node).map((log): Leaf => ({ log }))].sort(byStart);
    const deeper = `${indent.slice(-MAX_INDENT)}${last ? "   " : "│  "}`;
    open.push(
      ...below.map((one, index) => ({ node: one, indent: deeper, last: index === below.length - 1 })).toReversed(),
    );
  }
  return lines;
}

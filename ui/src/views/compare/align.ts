import { ATTR } from "../../../../src/model/index.ts";
import type { LaidOutTrace, TraceRow } from "../../trace/layout.ts";
import { unwrapResult } from "../../trace/messages.ts";
import { textOf } from "../../trace/span-kind.ts";
import { mergeLists, type Step } from "./sequence.ts";

/** Two traces as one tree: what both did, what only one did, and what they did differently. Pure. */

export type ComparedRow = {
  readonly depth: number;
  /** Undefined where only the other one has it. */
  readonly a: TraceRow | undefined;
  readonly b: TraceRow | undefined;
  readonly kind: "same" | "changed" | "removed" | "added";
  /** What is different, in words. */
  readonly differences: readonly string[];
};

/** Shares and amounts: below any of them a difference says nothing. */
const NOTABLE_SHARE = 0.25;
const NOTABLE_SHARE_OF_TRACE = 0.05;
const NOTABLE_MS = 20;
const NOTABLE_TOKENS = 20;

const nameOf = ({ span }: TraceRow, attribute: string): string => textOf(span, attribute) ?? span.name;

/** By what steps are known as the same: not by their model, so that another model shows as a change of it. */
export function keyOf(row: TraceRow): string {
  const { what, span } = row;
  switch (what) {
    case "agent":
      return `agent ${nameOf(row, ATTR.agentName)}`;
    case "workflow":
      return `workflow ${nameOf(row, ATTR.workflowName)}`;
    case "step":
      return `step ${nameOf(row, ATTR.nodeName)}`;
    case "tool":
      return `tool ${nameOf(row, ATTR.toolName)}`;
    case "model":
      return `model ${nameOf(row, ATTR.operation)}`;
    default:
      return `${what} ${span.name}`;
  }
}

const modelOf = ({ span }: TraceRow): string | undefined => textOf(span, ATTR.requestModel);
const isNotable = (a: number, b: number, least: number): boolean =>
  Math.abs(a - b) >= least && Math.abs(a - b) >= NOTABLE_SHARE * Math.max(a, b);

function differencesOf(a: TraceRow, b: TraceRow, leastMs: number): string[] {
  const found: string[] = [];
  const [modelA, modelB] = [modelOf(a), modelOf(b)];
  if (a.what === "model" && modelA !== modelB) found.push(`model ${modelA ?? "–"} → ${modelB ?? "–"}`);
  if (a.isFailed !== b.isFailed) found.push(b.isFailed ? "failed" : "no longer failed");
  else if (a.isFailed && textOf(a.span, ATTR.errorType) !== textOf(b.span, ATTR.errorType))
    found.push(`error ${textOf(a.span, ATTR.errorType) ?? "–"} → ${textOf(b.span, ATTR.errorType) ?? "–"}`);
  for (const [name, title] of [
    [ATTR.toolArguments, "arguments"],
    [ATTR.toolResult, "result"],
    [ATTR.systemInstructions, "instructions"],
    [ATTR.outputMessages, "answer"],
    [ATTR.requestTemperature, "temperature"],
    [ATTR.requestMaxTokens, "max tokens"],
  ] as const) {
    const [left, right] = [textOf(a.span, name), textOf(b.span, name)];
    if (left === right) continue;
    if (name === ATTR.toolResult && bare(left) === bare(right)) continue;
    // Ids of calls are others every time.
    if (name === ATTR.outputMessages && withoutIds(left) === withoutIds(right)) continue;
    if (left === undefined || right === undefined) {
      if (name === ATTR.requestTemperature || name === ATTR.requestMaxTokens)
        found.push(`${title} ${left ?? "–"} → ${right ?? "–"}`);
      continue;
    }
    found.push(
      name === ATTR.requestTemperature || name === ATTR.requestMaxTokens ? `${title} ${left} → ${right}` : title,
    );
  }
  if (isNotable(a.endMs - a.startMs, b.endMs - b.startMs, leastMs)) found.push("time");
  if (
    isNotable(a.own.inputTokens, b.own.inputTokens, NOTABLE_TOKENS) ||
    isNotable(a.own.outputTokens, b.own.outputTokens, NOTABLE_TOKENS)
  )
    found.push("tokens");
  return found;
}

/** A result as the model gets it: what frameworks put around it is another every time. */
const bare = (text: string | undefined): string => (text === undefined ? "" : JSON.stringify(unwrapResult(text)));
const withoutIds = (text: string | undefined): string => (text ?? "").replace(/"id":"[^"]*"/g, "");

/** Both as one tree, depth first; a step that only one has stands where it has it, with all below it. */
export function alignTraces(a: LaidOutTrace, b: LaidOutTrace): readonly ComparedRow[] {
  const leastMs = Math.max(NOTABLE_MS, NOTABLE_SHARE_OF_TRACE * Math.max(a.durationMs, b.durationMs));
  const rows: ComparedRow[] = [];
  const rowsOf = (trace: LaidOutTrace, indices: readonly number[]): TraceRow[] =>
    indices.flatMap((index) => trace.rows[index] ?? []);
  type Open = Step<TraceRow, TraceRow> & { readonly depth: number };
  const open: Open[] = [];
  const push = (listA: readonly TraceRow[], listB: readonly TraceRow[], depth: number): void => {
    for (const step of mergeLists(listA, listB, keyOf, keyOf).reverse()) open.push({ ...step, depth });
  };
  push(rowsOf(a, a.roots), rowsOf(b, b.roots), 0);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { a: left, b: right, depth } = next;
    const differences = left === undefined || right === undefined ? [] : differencesOf(left, right, leastMs);
    const kind =
      left === undefined ? "added" : right === undefined ? "removed" : differences.length > 0 ? "changed" : "same";
    rows.push({ depth, a: left, b: right, kind, differences });
    push(rowsOf(a, left?.children ?? []), rowsOf(b, right?.children ?? []), depth + 1);
  }
  return rows;
}

export type SetDifference = {
  readonly onlyA: readonly string[];
  readonly onlyB: readonly string[];
  readonly both: readonly string[];
};
export function compareSets(a: readonly string[], b: readonly string[]): SetDifference {
  const [left, right] = [new Set(a), new Set(b)];
  return {
    onlyA: a.filter((one) => !right.has(one)),
    onlyB: b.filter((one) => !left.has(one)),
    both: a.filter((one) => right.has(one)),
  };
}

import { SpanStatusCode } from "@opentelemetry/api";
import { hrTimeToMilliseconds } from "@opentelemetry/core";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { ATTR } from "../../model/index.ts";

/** Which traces are exported though the head sampler left them out. What is undefined keeps none. */
export type TailRules = {
  readonly errors: boolean;
  readonly slowerThanMs: number | undefined;
  readonly costlierThanUsd: number | undefined;
};

/** What a trace has done in this process, kept until its first span here has ended. */
export type TailTrace = {
  spans: ReadableSpan[];
  sizeBytes: number;
  costUsd: number;
  verdict: "open" | "keep" | "drop";
};

export type TailSampler = {
  /** For the first span of a trace in this process; undefined where nothing would ever be kept. */
  readonly begin: () => TailTrace | undefined;
  /** An ended span of it; `isLocalRoot` for the one it began with. */
  readonly add: (trace: TailTrace, span: ReadableSpan, isLocalRoot: boolean) => void;
  /** Exports it, whatever the rules say. */
  readonly keep: (trace: TailTrace) => void;
  /** Decides over what is still open: the process ends. */
  readonly decideAll: () => void;
  readonly held: () => { readonly spans: number; readonly bytes: number };
};

export type TailSamplerOptions = {
  readonly rules: TailRules;
  readonly onKeep: (span: ReadableSpan) => void;
  readonly maxSpans?: number;
  readonly maxBytes?: number;
};

/** A few hundred agent runs in progress. */
const MAX_SPANS = 20_000;
const MAX_BYTES = 32 * 1024 * 1024;
/** What a span weighs besides its texts, measured on spans of a model call. */
const SPAN_BYTES = 1500;

const lengthOf = (value: unknown): number =>
  typeof value === "string"
    ? value.length * 2
    : Array.isArray(value)
      ? value.reduce((sum, one) => sum + lengthOf(one), 16)
      : 8;

function sizeOf(span: ReadableSpan): number {
  let size = SPAN_BYTES;
  for (const attributes of [span.attributes, ...span.events.map((event) => event.attributes ?? {})]) {
    for (const value of Object.values(attributes)) size += lengthOf(value);
  }
  return size;
}

/**
 * Keeps traces that the head sampler left out, in bounded memory, until it shows whether they went wrong, took long or cost much; then they
 * are exported whole. Where too much waits, the oldest trace is let go undecided.
 */
export function createTailSampler(options: TailSamplerOptions): TailSampler {
  const { rules, onKeep, maxSpans = MAX_SPANS, maxBytes = MAX_BYTES } = options;
  const { errors, slowerThanMs, costlierThanUsd } = rules;
  const isOff = !errors && slowerThanMs === undefined && costlierThanUsd === undefined;
  // In order of their first ended span.
  const waiting = new Set<TailTrace>();
  let spans = 0;
  let bytes = 0;

  const settle = (trace: TailTrace, verdict: "keep" | "drop"): void => {
    trace.verdict = verdict;
    waiting.delete(trace);
    spans -= trace.spans.length;
    bytes -= trace.sizeBytes;
    const held = trace.spans;
    trace.spans = [];
    trace.sizeBytes = 0;
    if (verdict === "keep") for (const span of held) onKeep(span);
  };

  const isWorthy = (trace: TailTrace, span: ReadableSpan, isLocalRoot: boolean): boolean => {
    if (errors && span.status.code === SpanStatusCode.ERROR) return true;
    if (costlierThanUsd !== undefined && trace.costUsd > costlierThanUsd) return true;
    return isLocalRoot && slowerThanMs !== undefined && hrTimeToMilliseconds(span.duration) > slowerThanMs;
  };

  return {
    begin: () => (isOff ? undefined : { spans: [], sizeBytes: 0, costUsd: 0, verdict: "open" }),
    add: (trace, span, isLocalRoot) => {
      if (trace.verdict === "drop") return;
      if (trace.verdict === "keep") {
        onKeep(span);
        return;
      }
      const cost = span.attributes[ATTR.costUsd];
      if (typeof cost === "number") trace.costUsd += cost;
      const size = sizeOf(span);
      trace.spans.push(span);
      trace.sizeBytes += size;
      spans += 1;
      bytes += size;
      waiting.add(trace);
      if (isWorthy(trace, span, isLocalRoot)) settle(trace, "keep");
      else if (isLocalRoot) settle(trace, "drop");
      while (spans > maxSpans || bytes > maxBytes) {
        const [oldest] = waiting;
        if (oldest === undefined) break;
        settle(oldest, "drop");
      }
    },
    keep: (trace) => {
      if (trace.verdict === "open") settle(trace, "keep");
    },
    decideAll: () => {
      for (const trace of [...waiting]) settle(trace, "drop");
    },
    held: () => ({ spans, bytes }),
  };
}

import { type Attributes, type Context, SpanKind, SpanStatusCode, TraceFlags, trace } from "@opentelemetry/api";
import { hrTimeToMilliseconds } from "@opentelemetry/core";
import type { ReadableSpan, Span, SpanProcessor } from "@opentelemetry/sdk-trace";
import type { Pricer } from "../cost/index.ts";
import { classifyError } from "../errors/index.ts";
import type { Usage } from "../genai/index.ts";
import { type MeasuredSpan, type Metrics, measureProgress, measureSpan } from "../metrics/index.ts";
import { ATTR, INFERENCE_OPERATIONS } from "../model/index.ts";
import { createLineageBook } from "./lineage.ts";
import type { RunWatch } from "./runs/run-watch.ts";

export type SpanPipelineOptions = {
  readonly metrics: Metrics;
  readonly pricer: Pricer;
  readonly runs: RunWatch;
  /** Sees every span as it begins. */
  readonly onStart: (span: Span) => void;
  /** Takes an ended span that is to be exported. */
  readonly onExport: (span: ReadableSpan) => void;
  readonly onFault: (error: unknown) => void;
};

export type SpanPipeline = SpanProcessor & {
  /** Ends what has not ended, for a process that will not live to see it. `failed` says whether that is a failure of what it was doing. */
  readonly endOpen: (failed: boolean) => void;
};

/** Spans that a program never ends must not pile up for ever. */
const MAX_OPEN = 10_000;

const USAGE_ATTRIBUTES: readonly (readonly [member: keyof Usage, attribute: string])[] = [
  ["input", ATTR.inputTokens],
  ["output", ATTR.outputTokens],
  ["cacheRead", ATTR.cacheReadTokens],
  ["cacheCreation", ATTR.cacheCreationTokens],
];

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
const count = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);

function usageOf(attributes: Attributes): Usage {
  const usage: Record<string, number> = {};
  for (const [member, attribute] of USAGE_ATTRIBUTES) {
    const tokens = attributes[attribute];
    if (typeof tokens === "number") usage[member] = tokens;
  }
  return usage;
}

function priceSpan(span: Span, pricer: Pricer): void {
  const { attributes } = span;
  // A program or a gateway that knows the cost itself is believed.
  if (attributes[ATTR.costUsd] !== undefined) return;
  const usage = usageOf(attributes);
  // A failed call without usage cost nothing that anybody knows of.
  if (span.status.code === SpanStatusCode.ERROR && Object.keys(usage).length === 0) return;
  const price = pricer.price({
    provider: text(attributes[ATTR.provider]),
    models: [text(attributes[ATTR.responseModel]), text(attributes[ATTR.requestModel])],
    usage,
  });
  if (price.status === "priced") span.setAttribute(ATTR.costUsd, price.costUsd);
  span.setAttribute(ATTR.costStatus, price.status === "priced" ? "priced" : price.reason);
}

function classifySpan(span: Span): void {
  if (span.status.code !== SpanStatusCode.ERROR || span.attributes[ATTR.errorCategory] !== undefined) return;
  const status = count(span.attributes[ATTR.httpStatus]);
  const errorType = text(span.attributes[ATTR.errorType]);
  const category = classifyError({
    ...(errorType !== undefined && { errorType }),
    ...(span.status.message !== undefined && { message: span.status.message }),
    ...(status !== undefined && { status }),
  });
  span.setAttribute(ATTR.errorCategory, category);
}

/**
 * The one path of every span: it learns its place on start; when it ends it is completed (agent, price, error category), counted,
 * and, if sampled, handed on. Counting comes before sampling, so numbers never depend on it.
 */
export function createSpanPipeline(options: SpanPipelineOptions): SpanPipeline {
  const { metrics, pricer, runs, onExport, onFault } = options;
  const lineages = createLineageBook();
  const progress = new WeakMap<object, MeasuredSpan["attributes"]>();
  const open = new Set<Span>();

  const guarded = (step: () => void): void => {
    try {
      step();
    } catch (error) {
      onFault(error);
    }
  };

  const onStart = (span: Span, parentContext: Context): void => {
    if (open.size < MAX_OPEN) open.add(span);
    const inherited = lineages.of(trace.getSpan(parentContext));
    const agent = text(span.attributes[ATTR.agentName]) ?? inherited.agent;
    const workflow = text(span.attributes[ATTR.workflowName]) ?? inherited.workflow;
    lineages.set(span, { ...(agent !== undefined && { agent }), ...(workflow !== undefined && { workflow }) });
    if (span.attributes[ATTR.operation] === undefined) return;
    if (workflow !== undefined) span.setAttribute(ATTR.workflowName, workflow);
    if (agent !== undefined) span.setAttribute(ATTR.agentName, agent);
    const labels = { ...span.attributes };
    progress.set(span, labels);
    measureProgress(metrics, labels, 1);
    runs.onStart(span);
  };

  const onEnding = (span: Span): void => {
    const operation = text(span.attributes[ATTR.operation]);
    if (operation === undefined) return;
    const { agent, workflow } = lineages.of(span);
    if (agent !== undefined && span.attributes[ATTR.agentName] === undefined) span.setAttribute(ATTR.agentName, agent);
    if (workflow !== undefined && span.attributes[ATTR.workflowName] === undefined) {
      span.setAttribute(ATTR.workflowName, workflow);
    }
    classifySpan(span);
    if (INFERENCE_OPERATIONS.has(operation)) priceSpan(span, pricer);
  };

  const endOpen = (failed: boolean): void => {
    // The innermost first, so that no span outlives the one it belongs to.
    for (const span of [...open].reverse()) {
      guarded(() => {
        span.setAttribute(ATTR.unfinished, true);
        if (failed) {
          span.setAttribute(ATTR.errorType, "cancelled");
          span.setStatus({ code: SpanStatusCode.ERROR, message: "the process ended before this did" });
        }
        span.end();
      });
    }
  };

  const onEnd = (span: ReadableSpan): void => {
    open.delete(span as unknown as Span);
    const { traceId, spanId, traceFlags } = span.spanContext();
    const sampled = (traceFlags & TraceFlags.SAMPLED) !== 0;
    const labels = progress.get(span);
    if (labels !== undefined) measureProgress(metrics, labels, -1);
    runs.onEnd(span);
    measureSpan(metrics, {
      attributes: span.attributes,
      failed: span.status.code === SpanStatusCode.ERROR,
      durationSeconds: hrTimeToMilliseconds(span.duration) / 1000,
      exemplar: sampled ? { traceId, spanId } : undefined,
      isServer: span.kind === SpanKind.SERVER,
    });
    if (sampled) onExport(span);
  };

  return {
    onStart: (span, parentContext) => {
      guarded(() => options.onStart(span));
      guarded(() => onStart(span, parentContext));
    },
    onEnding: (span) => guarded(() => onEnding(span)),
    onEnd: (span) => guarded(() => onEnd(span)),
    endOpen,
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
}

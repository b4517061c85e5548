import { isSpanContextValid, ROOT_CONTEXT, SamplingDecision, type SpanContext, TraceFlags } from "@opentelemetry/api";
import { TraceIdRatioBasedSampler } from "@opentelemetry/sdk-trace";

export type HeadSampling = {
  /** Share of traces, from 0 to 1. */
  readonly ratio: number;
  /** Whether a caller's decision holds. */
  readonly parentBased: boolean;
};

/** Decides as a span starts whether its trace is exported. The same in every process and for every span of a trace that begins here. */
export type HeadSampler = (traceId: string, parent: SpanContext | undefined) => boolean;

export function createHeadSampler({ ratio, parentBased }: HeadSampling): HeadSampler {
  const byId = new TraceIdRatioBasedSampler(ratio);
  return (traceId, parent) => {
    if (parentBased && parent !== undefined && isSpanContextValid(parent)) {
      return (parent.traceFlags & TraceFlags.SAMPLED) !== 0;
    }
    if (ratio >= 1) return true;
    return byId.shouldSample(ROOT_CONTEXT, traceId).decision === SamplingDecision.RECORD_AND_SAMPLED;
  };
}

/**
 * What arrives from any program, made the same as what our own instrumentation sends: canonical names, price, error category, no
 * secrets; and metrics for programs that send spans only. Pure but for what it counts. Stands between decoding and storing.
 */
import type { Clock } from "../base/index.ts";
import type { Pricer } from "../cost/index.ts";
import type { LogRecord, MetricPoint } from "../ingest/index.ts";
import type { Redactor } from "../redaction/index.ts";
import type { Span } from "../signals/index.ts";
import { createMetricDeriver } from "./derived-metrics.ts";
import { pointsOf } from "./derived-points.ts";
import { createLogEnricher, createPointEnricher } from "./records.ts";
import { createSpanMetrics } from "./span-metrics.ts";
import { createSpanEnricher } from "./spans.ts";

export type EnricherOptions = { readonly clock: Clock; readonly redactor: Redactor; readonly pricer: Pricer };

export type Enricher = {
  readonly spans: (spans: readonly Span[]) => Span[];
  /** Takes enriched spans into the derived metrics: those that are stored, for what could not be is sent again. */
  readonly count: (spans: readonly Span[]) => void;
  readonly points: (points: readonly MetricPoint[]) => MetricPoint[];
  readonly logs: (records: readonly LogRecord[]) => LogRecord[];
  /** Metrics made from the spans counted so far, cumulative; to be asked, and stored, every 15 seconds. */
  readonly derivedPoints: (isLast?: boolean) => MetricPoint[];
};

export function createEnricher({ clock, redactor, pricer }: EnricherOptions): Enricher {
  const enrichSpan = createSpanEnricher({ redactor, pricer });
  const enrichPoint = createPointEnricher(redactor);
  const enrichLog = createLogEnricher(redactor);
  const deriver = createMetricDeriver({ clock, cleanLabel: redactor.text });
  const spanMetrics = createSpanMetrics({ clock });
  return {
    spans: (spans) => spans.map(enrichSpan),
    count: (spans) => {
      for (const span of spans) {
        deriver.addSpan(span);
        spanMetrics.addSpan(span);
      }
    },
    points: (points) => {
      let last: MetricPoint | undefined;
      return points.map((point) => {
        // The points of one metric follow each other.
        if (last?.name !== point.name || last.resource !== point.resource)
          deriver.addOwnMetric(point.resource, point.name);
        last = point;
        return enrichPoint(point);
      });
    },
    logs: (records) => records.map(enrichLog),
    derivedPoints: (isLast) => pointsOf([...deriver.collect(isLast), ...spanMetrics.collect()], clock.nowMs()),
  };
}

import type { Clock } from "../base/index.ts";
import { createPricer } from "../cost/index.ts";
import { createEnricher } from "../enrich/index.ts";
import {
  createLogTranslator,
  createSeriesTranslator,
  decodeLogs,
  decodeMetrics,
  decodeTraces,
  OtlpError,
  type Rejection,
  refuseTooManySamples,
} from "../ingest/index.ts";
import type { Encoding, Signal } from "../receive/index.ts";
import { createRedactor } from "../redaction/index.ts";
import type { Span } from "../signals/index.ts";
import type { WriteBatch } from "../store/index.ts";

export type Taken =
  | { readonly kind: "bad"; readonly message: string }
  /** `items` came, of which `rejections` are not in the batch. */
  | {
      readonly kind: "good";
      readonly batch: WriteBatch;
      readonly items: number;
      readonly rejections: readonly Rejection[];
    };

/** From bytes to what is stored: decoded, enriched, translated. */
export type IngestPipeline = {
  readonly take: (signal: Signal, bytes: Uint8Array, encoding: Encoding) => Taken;
  /** These spans of what `take` gave are stored, for the first time: what is derived from them may count them. */
  readonly stored: (spans: readonly Span[]) => void;
  /** Metrics made from what was stored since the process started; the last time, of spans that wait for others as well. */
  readonly derived: (isLast?: boolean) => WriteBatch;
  /** What was translated could not be stored: what the translation remembers of it is forgotten. */
  readonly forget: () => void;
};

/** As in loki/loki.yaml. */
const INDEX_LABELS = ["service.name", "service.namespace", "deployment.environment.name"];
/** As promote_resource_attributes in prometheus/prometheus.yml. */
const PROMOTED = ["service.name", "service.namespace", "service.version", "deployment.environment.name"];

/** `onFault` hears of mistakes of our own: data that should be read or refused, and can be neither. */
export function createIngestPipeline(clock: Clock, onFault: (error: unknown) => void): IngestPipeline {
  // Addresses are those of servers here, as in the program itself (src/program).
  const redactor = createRedactor({ except: ["ip_address"] });
  const enricher = createEnricher({ clock, redactor, pricer: createPricer() });
  const createSeries = () => createSeriesTranslator({ promotedResourceAttributes: PROMOTED });
  let series = createSeries();
  const translateLogs = createLogTranslator({ indexLabels: INDEX_LABELS });
  const nowMs = (): number => Math.floor(clock.nowMs());
  const read = (signal: Signal, bytes: Uint8Array, encoding: Encoding): Taken => {
    if (signal === "traces") {
      const rejections = new Map<string, number>();
      const spans = decodeTraces(bytes, encoding, (reason, count = 1) => {
        rejections.set(reason, (rejections.get(reason) ?? 0) + count);
      });
      const told = Array.from(rejections, ([reason, count]) => ({ reason, count }));
      const rejected = told.reduce((sum, { count }) => sum + count, 0);
      return {
        kind: "good",
        batch: { spans: enricher.spans(spans) },
        items: spans.length + rejected,
        rejections: told,
      };
    }
    if (signal === "logs") {
      const records = decodeLogs(bytes, encoding);
      const { lines, rejected: rejections } = translateLogs(enricher.logs(records), nowMs());
      return { kind: "good", batch: { logs: lines }, items: records.length, rejections };
    }
    const points = decodeMetrics(bytes, encoding);
    refuseTooManySamples(points);
    const { rejected, ...batch } = series.translate(enricher.points(points), nowMs());
    return { kind: "good", batch, items: points.length, rejections: rejected };
  };
  return {
    take: (signal, bytes, encoding) => {
      try {
        return read(signal, bytes, encoding);
      } catch (error) {
        if (error instanceof OtlpError) return { kind: "bad", message: error.message };
        onFault(error);
        series = createSeries();
        // It would fail again, so that there is no point in sending it again.
        return { kind: "bad", message: "agent-observatory failed at it; the data are left out" };
      }
    },
    stored: (spans) => {
      try {
        if (spans.length > 0) enricher.count(spans);
      } catch (error) {
        // They are stored, whatever becomes of what is derived from them.
        onFault(error);
      }
    },
    derived: (isLast) => {
      const { rejected: _rejected, ...batch } = series.translate(enricher.derivedPoints(isLast), nowMs());
      return batch;
    },
    forget: () => {
      series = createSeries();
    },
  };
}

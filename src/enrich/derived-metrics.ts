import type { Clock } from "../base/index.ts";
import {
  createNestedErrors,
  type ErrorCategory,
  type ErrorSource,
  failureOfSpan,
  type SpanError,
  severityOfSpan,
  sourceOfSpan,
} from "../errors/index.ts";
import { createMetrics, type MetricSnapshot, type Metrics, measureSpan } from "../metrics/index.ts";
import { ATTR } from "../model/index.ts";
import type { AttributeValue, Resource, Span } from "../signals/index.ts";
import { createTraceHold, type Lineage } from "./trace-hold.ts";

export type DerivedMetricsOptions = {
  readonly clock: Clock;
  /** Makes a label value safe to be kept. */
  readonly cleanLabel: (value: string) => string;
};

/** The metrics of one program that sends spans and does not count for itself. */
export type DerivedMetrics = { readonly resource: Resource; readonly snapshots: readonly MetricSnapshot[] };

export type MetricDeriver = {
  readonly addSpan: (span: Span) => void;
  /** Tells that a program counts for itself: what it sends under one of our names is not derived. */
  readonly addOwnMetric: (resource: Resource, metric: string) => void;
  /** Everything as it stands, cumulative; to be asked every few seconds. The last time, with spans that wait for others. */
  readonly collect: (isLast?: boolean) => readonly DerivedMetrics[];
};

/** Values that one label of one program may take. */
const LABEL_VALUE_LIMIT = 200;
/** Programs that are counted for at once; the one silent for longest makes room. */
const MAX_PROGRAMS = 200;
/** A program that was silent for this long is taken for gone. */
const FORGET_AFTER_MS = 3_600_000;
/**
 * Instrumentations that count by the GenAI conventions send metrics each minute, their spans much earlier: until they must have
 * spoken, these are not derived for a program. Nothing is lost, as everything is cumulative.
 */
const STANDARD_AFTER_MS = 90_000;
const STANDARD = "gen_ai_";

const DISTRO = "telemetry.distro.name";
const OURS = "agent-observatory";

type Lean = Span & { readonly error?: NonNullable<ReturnType<typeof errorOf>> };

type Program = {
  readonly resource: Resource;
  readonly metrics: Metrics;
  readonly sinceMs: number;
  lastMs: number;
};

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

/** No label is longer; prompts are. */
const MAX_LABEL_LENGTH = 1000;

const mayBeLabel = (value: AttributeValue): boolean =>
  typeof value === "number" || (typeof value === "string" && value.length <= MAX_LABEL_LENGTH);

/** Of a message so much tells whether it is another one's. */
const MAX_MESSAGE_LENGTH = 500;
const short = (value: unknown): string => String(value ?? "").slice(0, MAX_MESSAGE_LENGTH);

/** What a span failed with; undefined where it is no failure that is counted. */
function errorOf(span: Span): (SpanError & { readonly source: ErrorSource }) | undefined {
  const { attributes, events, name, statusMessage } = span;
  const source = span.status === "error" ? sourceOfSpan(attributes) : undefined;
  if (source === undefined) return undefined;
  const exception = events.findLast((event) => event.name === "exception")?.attributes;
  const { type, message } = failureOfSpan({ name, attributes, exception, statusMessage });
  const category = (text(attributes[ATTR.errorCategory]) ?? "unknown") as ErrorCategory;
  return { source, type: short(type), message: short(message), category };
}

/** As much of a span as is counted: thousands are held, and some bring a megabyte of text. */
function leanOf(span: Span): Lean {
  const { attributes } = span;
  const isOfAgents = [ATTR.operation, ATTR.agentName, ATTR.workflowName].some((name) => attributes[name] !== undefined);
  const counted = isOfAgents ? Object.entries(attributes).filter(([, value]) => mayBeLabel(value)) : [];
  const error = errorOf(span);
  const lean = { ...span, statusMessage: "", attributes: Object.fromEntries(counted), events: [], links: [] };
  return error === undefined ? lean : { ...lean, error };
}

/** Who a program is, whatever else its resource says. */
const identityOf = ({ attributes }: Resource): string =>
  ["service.namespace", "service.name", "service.instance.id"]
    .map((name) => String(attributes[name] ?? ""))
    .join("\u0000");

/** `gen_ai.client.operation.duration` and `gen_ai_client_operation_duration_seconds` are the same metric. */
function isSameMetric(ours: MetricSnapshot["definition"], theirs: string): boolean {
  return theirs === ours.name || theirs === ours.otlpName || theirs.replaceAll(".", "_") === ours.name;
}

/**
 * Counts for GenAI programs that send spans only (Python agents, other languages) what our own instrumentation counts in the program,
 * from the same spans by the same code.
 */
export function createMetricDeriver({ clock, cleanLabel }: DerivedMetricsOptions): MetricDeriver {
  const programs = new Map<string, Program>();
  const own = new Map<string, Set<string>>();

  const programOf = (resource: Resource): Program => {
    const identity = identityOf(resource);
    const nowMs = clock.nowMs();
    const known = programs.get(identity);
    const program = known ?? {
      resource,
      metrics: createMetrics({ clock, labelValueLimit: LABEL_VALUE_LIMIT, cleanLabel }),
      sinceMs: nowMs,
      lastMs: nowMs,
    };
    program.lastMs = nowMs;
    // The map is kept in order of use.
    programs.delete(identity);
    programs.set(identity, program);
    if (programs.size > MAX_PROGRAMS) programs.delete(programs.keys().next().value as string);
    return program;
  };

  const count = (span: Span, { agent, workflow }: Lineage): void => {
    measureSpan(programOf(span.resource).metrics, {
      attributes: {
        ...span.attributes,
        ...(agent !== undefined && { [ATTR.agentName]: agent }),
        ...(workflow !== undefined && { [ATTR.workflowName]: workflow }),
      },
      failed: span.status === "error",
      durationSeconds: Math.max(0, Number(span.endNs - span.startNs) / 1e9),
      exemplar: { traceId: span.traceId, spanId: span.spanId },
      isServer: span.kind === "server",
    });
  };
  const nested = createNestedErrors();
  /** An error counts where it began, as in `src/tracking`. */
  const countError = ({ resource, attributes, traceId, spanId, error }: Lean): void => {
    const fingerprint = attributes[ATTR.errorFingerprint];
    if (error === undefined || typeof fingerprint !== "string") return;
    const { category, source } = error;
    const { metrics } = programOf(resource);
    const labels = { category, source, severity: severityOfSpan(source, category) };
    metrics.add("errors_total", labels, 1, { traceId, spanId });
    metrics.add("errors_by_kind_total", { fingerprint }, 1, { traceId, spanId });
  };
  const hold = createTraceHold({
    nameOf: ({ attributes }) => ({
      agent: text(attributes[ATTR.agentName]),
      workflow: text(attributes[ATTR.workflowName]),
    }),
    onRelease: (span: Lean, lineage) => {
      const parentId = span.parentSpanId === "" ? undefined : `${span.traceId}${span.parentSpanId}`;
      if (nested.began(`${span.traceId}${span.spanId}`, parentId, span.error)) countError(span);
      if (span.attributes[ATTR.operation] !== undefined) count(span, lineage);
    },
  });

  return {
    addSpan: (span) => {
      if (span.resource.attributes[DISTRO] !== OURS) hold.add(leanOf(span), clock.nowMs());
    },
    addOwnMetric: (resource, metric) => {
      const identity = identityOf(resource);
      const names = own.get(identity) ?? new Set();
      if (names.size === 0) {
        own.set(identity, names);
        if (own.size > MAX_PROGRAMS * 10) own.delete(own.keys().next().value as string);
      }
      // A hostile sender makes up names without end.
      if (names.size < 1000) names.add(metric);
    },
    collect: (isLast = false) => {
      const nowMs = clock.nowMs();
      hold.release(isLast ? Number.POSITIVE_INFINITY : nowMs);
      const derived: DerivedMetrics[] = [];
      for (const [identity, { resource, metrics, sinceMs, lastMs }] of [...programs]) {
        if (nowMs - lastMs > FORGET_AFTER_MS) {
          programs.delete(identity);
          continue;
        }
        const theirs = [...(own.get(identity) ?? [])];
        const snapshots = metrics.snapshot().filter(({ definition }) => {
          if (definition.name.startsWith(STANDARD) && nowMs - sinceMs < STANDARD_AFTER_MS) return false;
          return !theirs.some((name) => isSameMetric(definition, name));
        });
        if (snapshots.length > 0) derived.push({ resource, snapshots });
      }
      return derived;
    },
  };
}

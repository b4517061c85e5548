import type { JaegerBackend, Trace } from "../../../../src/backends/index.ts";
import { findFailure } from "../../../../src/explain/failure.ts";
import { plantForest } from "../../../../src/explain/span-forest.ts";
import type { StepKind } from "../../../../src/explain/step.ts";
import type { Range } from "../../app/time-range.ts";

export type LatestFailure = {
  readonly traceId: string;
  readonly timeMs: number;
  /** Of the step in which it began: `tool`, and which one. */
  readonly kind: StepKind;
  readonly subject: string;
  readonly spanId: string;
  readonly service: string;
  readonly category: string;
  /** First line of it. */
  readonly message: string;
  /** The whole went well all the same. */
  readonly isRecovered: boolean;
};

/** The same failure in several traces: the latest of them. */
export type KindOfFailure = LatestFailure & { readonly traces: number };

/** Whole traces come: few of each service, and of few services. */
const PER_SERVICE = 10;
const MAX_SERVICES = 12;
const MAX_MESSAGE = 300;

/** What failed in a trace; undefined where nothing did. Pure. */
export function failureIn(trace: Trace): LatestFailure | undefined {
  const forest = plantForest(trace);
  const { failure, hasFailed } = findFailure(forest);
  if (failure === undefined) return undefined;
  const { at, error, timeMs } = failure;
  const [message = ""] = error.message.split("\n", 1);
  return {
    traceId: trace.traceId,
    timeMs,
    kind: at.kind,
    subject: at.subject,
    spanId: at.spanId,
    service: forest.root?.service ?? "",
    category: error.category,
    message: message.slice(0, MAX_MESSAGE),
    isRecovered: !hasFailed,
  };
}

/** Failures of the same step with the same words are one, with the latest trace. Pure. */
export function kindsOf(failures: readonly LatestFailure[]): readonly KindOfFailure[] {
  const sorted = failures.toSorted((a, b) => b.timeMs - a.timeMs);
  const groups = Map.groupBy(sorted, ({ service, kind, subject, category, message, isRecovered }) =>
    JSON.stringify([service, kind, subject, category, message, isRecovered]),
  );
  return [...groups.values()].flatMap(([latest, ...earlier]) =>
    latest === undefined ? [] : [{ ...latest, traces: 1 + earlier.length }],
  );
}

/** What failed in the latest traces with a failure, the latest first. Throws `BackendError`. */
export async function findLatestFailures(
  jaeger: JaegerBackend,
  services: readonly string[],
  { startMs, endMs }: Range,
  limit: number,
): Promise<readonly KindOfFailure[]> {
  const traces = await Promise.all(
    services
      .slice(0, MAX_SERVICES)
      .map((service) => jaeger.findTraces({ service, tags: { error: "true" }, startMs, endMs, limit: PER_SERVICE })),
  );
  const unique = new Map(traces.flat().map((trace) => [trace.traceId, trace]));
  return kindsOf([...unique.values()].flatMap((trace) => failureIn(trace) ?? [])).slice(0, limit);
}

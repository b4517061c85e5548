import type { Attributes, SpanContext } from "@opentelemetry/api";
import { SeverityNumber } from "@opentelemetry/api";
import type { Clock } from "../../base/index.ts";
import { ATTR, RUN_EVENT, RUN_REPEATED_MS, type RunState } from "../../model/index.ts";
import type { LogItem } from "../logs.ts";

/** What is announced: a run of an agent or a workflow, as its span begins. */
export type Run = {
  readonly name: string;
  readonly startMs: number;
  readonly spanContext: SpanContext;
  readonly parentSpanId: string | undefined;
  readonly attributes: Attributes;
};

export type RunAnnouncerOptions = {
  readonly clock: Clock;
  readonly emitLog: (log: LogItem) => void;
  readonly scope: string;
};

/**
 * Tells of runs that last, since their spans arrive only when they end: once a run is half a second old, again every half minute, and when
 * it has ended. Who hears no more of a run that has not ended knows that its process died.
 */
export type RunAnnouncer = {
  readonly started: (run: Run) => void;
  readonly ended: (spanId: string, state: Exclude<RunState, "running">) => void;
};

/** Most runs are over by then, and cost nobody an event. */
const ANNOUNCED_AFTER_MS = 500;
/** Runs that a program never ends must not pile up for ever. */
const MAX_RUNS = 1000;
const TOLD = [ATTR.operation, ATTR.agentName, ATTR.workflowName, ATTR.sessionId, ATTR.conversationId, ATTR.userId];
const SAID: Readonly<Record<RunState, string>> = {
  running: "is running",
  ended: "has ended",
  unfinished: "was cut off",
};

export function createRunAnnouncer({ clock, emitLog, scope }: RunAnnouncerOptions): RunAnnouncer {
  /** In the order of what is due next, which is that of insertion as long as all wait alike. */
  const waiting = new Map<string, { readonly run: Run; readonly dueMs: number }>();
  const announced = new Map<string, { readonly run: Run; readonly dueMs: number }>();
  let timer: NodeJS.Timeout | undefined;

  const tell = ({ name, startMs, spanContext, parentSpanId, attributes }: Run, state: RunState): void => {
    const told: Attributes = {
      [ATTR.runState]: state,
      [ATTR.runName]: name,
      [ATTR.runStartMs]: Math.round(startMs),
      ...(parentSpanId !== undefined && { [ATTR.runParentSpanId]: parentSpanId }),
    };
    for (const attribute of TOLD) if (attributes[attribute] !== undefined) told[attribute] = attributes[attribute];
    emitLog({
      timeMs: clock.nowMs(),
      severityNumber: SeverityNumber.INFO,
      severityText: "INFO",
      body: `${RUN_EVENT}: ${name} ${SAID[state]}`,
      attributes: told,
      spanContext,
      scope,
      eventName: RUN_EVENT,
    });
  };

  const schedule = (): void => {
    if (timer !== undefined) return;
    const due = [waiting, announced].flatMap((runs) => runs.values().next().value?.dueMs ?? []);
    if (due.length === 0) return;
    timer = setTimeout(tellDue, Math.max(0, Math.min(...due) - clock.nowMs()));
    timer.unref();
  };
  const tellDue = (): void => {
    timer = undefined;
    const nowMs = clock.nowMs();
    for (const runs of [waiting, announced]) {
      for (const [spanId, { run, dueMs }] of runs) {
        if (dueMs > nowMs) break;
        runs.delete(spanId);
        if (announced.size >= MAX_RUNS) continue;
        announced.set(spanId, { run, dueMs: nowMs + RUN_REPEATED_MS });
        tell(run, "running");
      }
    }
    schedule();
  };

  return {
    started: (run) => {
      if (waiting.size >= MAX_RUNS) return;
      waiting.set(run.spanContext.spanId, { run, dueMs: clock.nowMs() + ANNOUNCED_AFTER_MS });
      schedule();
    },
    ended: (spanId, state) => {
      waiting.delete(spanId);
      const known = announced.get(spanId);
      if (known === undefined) return;
      announced.delete(spanId);
      tell(known.run, state);
    },
  };
}

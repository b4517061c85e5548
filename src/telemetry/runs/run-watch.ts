import type { Attributes, SpanContext } from "@opentelemetry/api";
import type { Clock } from "../../base/index.ts";
import type { Metrics } from "../../metrics/index.ts";
import { ATTR, OPERATION } from "../../model/index.ts";
import type { LogItem } from "../logs.ts";
import { createOldestStart } from "./oldest-start.ts";
import { createRunAnnouncer } from "./run-announcer.ts";

/** The part of a span that is looked at. */
export type RunSpan = {
  readonly name: string;
  readonly startTime: readonly [seconds: number, nanos: number];
  readonly attributes: Attributes;
  readonly parentSpanContext?: SpanContext | undefined;
  readonly spanContext: () => SpanContext;
};

/** Shows runs of agents and workflows while they last: as log records, and as the start of the oldest one. */
export type RunWatch = {
  readonly onStart: (span: RunSpan) => void;
  readonly onEnd: (span: RunSpan) => void;
};

export type RunWatchOptions = {
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly emitLog: (log: LogItem) => void;
  readonly scope: string;
};

/** The name that a run has for those above it is the one it began with. */
type Started = { readonly isAgent: boolean; readonly name: string };

const secondsOf = ([seconds, nanos]: RunSpan["startTime"]): number => seconds + nanos / 1e9;
const textOf = (value: unknown): string => (typeof value === "string" && value !== "" ? value : "none");

export function createRunWatch({ metrics, ...announcing }: RunWatchOptions): RunWatch {
  const announcer = createRunAnnouncer(announcing);
  const oldest = { agents: createOldestStart(), workflows: createOldestStart() };
  const begun = new WeakMap<object, Started>();

  const show = ({ isAgent, name }: Started, startSeconds: number | undefined): void => {
    if (isAgent) metrics.set("agent_oldest_run_start_time_seconds", { agent: name }, startSeconds ?? 0);
    else metrics.set("workflow_oldest_execution_start_time_seconds", { workflow: name }, startSeconds ?? 0);
  };
  return {
    onStart: (span) => {
      const { attributes } = span;
      const isAgent = attributes[ATTR.operation] === OPERATION.invokeAgent;
      if (!isAgent && attributes[ATTR.operation] !== OPERATION.invokeWorkflow) return;
      const started = { isAgent, name: textOf(attributes[isAgent ? ATTR.agentName : ATTR.workflowName]) };
      begun.set(span, started);
      const startSeconds = secondsOf(span.startTime);
      show(started, oldest[isAgent ? "agents" : "workflows"].started(started.name, span, startSeconds));
      announcer.started({
        name: span.name,
        startMs: startSeconds * 1000,
        spanContext: span.spanContext(),
        parentSpanId: span.parentSpanContext?.spanId,
        attributes,
      });
    },
    onEnd: (span) => {
      const started = begun.get(span);
      if (started === undefined) return;
      begun.delete(span);
      show(started, oldest[started.isAgent ? "agents" : "workflows"].ended(started.name, span));
      announcer.ended(span.spanContext().spanId, span.attributes[ATTR.unfinished] === true ? "unfinished" : "ended");
    },
  };
}

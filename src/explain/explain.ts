import { type LogEntry, summarizeTrace, type Trace, type TraceSummary } from "../backends/index.ts";
import { ADVICE } from "./advice.ts";
import { type Captured, capturedAround } from "./captured.ts";
import {
  type Attempt,
  attemptsOf,
  type CostShare,
  costShares,
  lastSuccessUntil,
  type SlowStep,
  slowestSteps,
  type ToolCall,
  toolCallsUntil,
  type Usage,
  usageUntil,
} from "./course.ts";
import { type Debugged, debuggedIn } from "./debugged.ts";
import { type Failure, type FailureSearch, findFailure, findOpenStep } from "./failure.ts";
import { plantForest, type SpanForest } from "./span-forest.ts";
import { type Step, stepOf } from "./step.ts";
import { type Outcome, tellStory } from "./summary.ts";

export type NearbyLog = Omit<LogEntry, "timeNs"> & {
  /** Nanoseconds since 1970, as digits: JSON has no such numbers. */
  readonly timeNs: string;
  /** Whether it carries the trace's id; the others are lines of the same services at the same time. */
  readonly ofTrace: boolean;
};

/** What became of one run, and why. Times are milliseconds since 1970, durations milliseconds, money US dollars. */
export type Explanation = {
  readonly traceId: string;
  readonly outcome: Outcome;
  /** A few plain sentences. They quote what was observed: to be made safe where they are shown. */
  readonly story: readonly string[];
  readonly summary: TraceSummary;
  /** Where it began; of a run that went well, the first failure that it got over. */
  readonly failure: Failure | undefined;
  /** How many failures began in it. */
  readonly failures: number;
  /** Where a run stands, or stood when it was last heard of; undefined where it has ended. */
  readonly openStep: Step | undefined;
  readonly lastSuccess: Step | undefined;
  /** The last 200 up to the failure; where nothing failed, of all. */
  readonly toolCalls: readonly ToolCall[];
  readonly toolCallsTotal: number;
  /** Of calls that had ended when it failed; of all, where nothing failed. */
  readonly until: Usage;
  readonly attempts: readonly Attempt[];
  /** Steps by the time that they took themselves, the longest first. */
  readonly slowest: readonly SlowStep[];
  /** Cost by agent and model, the dearest first. */
  readonly costs: readonly CostShare[];
  readonly captured: Captured;
  /** What `debugRun` or the settings recorded in full; undefined where neither did. */
  readonly debug: Debugged | undefined;
  /** Around the failure, else the last ones, in order of time. */
  readonly logs: readonly NearbyLog[];
  /** Why there are no log lines: Loki's answer. */
  readonly logsFailure: string | undefined;
  /** What to look at next. */
  readonly next: readonly string[];
};

const SHOWN_STEPS = 5;

function outcomeOf({ failure, hasFailed }: FailureSearch, state: TraceSummary["state"]): Outcome {
  if (hasFailed) return "failed";
  if (state === "running") return "running";
  if (state === "incomplete") return "incomplete";
  return failure === undefined ? "succeeded" : "recovered";
}

/** The moment that the explanation is about: of the failure where it made the whole fail, else the end. */
export function momentOf(forest: SpanForest): number {
  const { failure, hasFailed } = findFailure(forest);
  return failure !== undefined && hasFailed ? failure.timeMs : forest.endMs;
}

function nextSteps({ outcome, failure, captured, traceId }: Omit<Explanation, "next">): string[] {
  const look = `agent-observatory trace ${traceId.slice(0, 12)} --logs`;
  const category = failure === undefined ? undefined : ADVICE[failure.error.category];
  return [
    ...(outcome === "incomplete"
      ? [
          "Look how the process ended (its last log lines, out of memory, a restart, a signal), and whether it could send.",
        ]
      : []),
    ...(category === undefined ? [] : [category]),
    ...(!captured.hasContent && (outcome === "failed" || outcome === "recovered")
      ? [
          "Prompts, arguments and answers are not in this trace: AGENT_OBSERVATORY_CAPTURE_CONTENT=true records them (redacted) from then on; debugRun those of one request, AGENT_OBSERVATORY_DEBUG_SESSIONS those of one session.",
        ]
      : []),
    `The whole course: ${look}`,
  ];
}

/** Explains a trace from what was stored of it. Pure: asks nobody. Throws a RangeError for a trace without spans. */
export function explainTrace(
  trace: Trace,
  logs: readonly NearbyLog[] = [],
  logsFailure: string | undefined = undefined,
): Explanation {
  const forest = plantForest(trace);
  const { root: rootSpan } = forest;
  if (rootSpan === undefined) throw new RangeError("expected a trace with spans, got one without");
  const summary = summarizeTrace(trace);
  const root = stepOf(rootSpan);
  const search = findFailure(forest);
  const { failure, origins } = search;
  const outcome = outcomeOf(search, summary.state);
  const untilMs = outcome === "failed" && failure !== undefined ? failure.timeMs : forest.endMs;
  const openStep = findOpenStep(forest);
  const lastSuccess = lastSuccessUntil(forest, untilMs);
  const { calls, total } = toolCallsUntil(forest, untilMs);
  const aboutId = outcome === "failed" ? failure?.at.spanId : (openStep?.spanId ?? failure?.at.spanId);
  const about = forest.spans.find(({ spanId }) => spanId === aboutId) ?? rootSpan;
  const found = {
    outcome,
    summary,
    failure,
    openStep,
    lastSuccess,
    until: usageUntil(forest, untilMs),
    attempts: attemptsOf(forest),
    slowest: slowestSteps(forest, SHOWN_STEPS),
    costs: costShares(forest, SHOWN_STEPS),
  };
  const explained = {
    ...found,
    traceId: trace.traceId,
    story: tellStory({ ...found, root, origins }),
    failures: origins,
    toolCalls: calls,
    toolCallsTotal: total,
    captured: capturedAround(about, forest),
    debug: debuggedIn(about, forest),
    logs,
    logsFailure,
  };
  return { ...explained, next: nextSteps(explained) };
}

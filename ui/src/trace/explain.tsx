import { type ReactNode, useMemo } from "react";
import type { BackendError } from "../../../src/backends/index.ts";
import { type Explanation, explainFound, explainTrace, type Step } from "../../../src/explain/index.ts";
import { ATTR } from "../../../src/model/index.ts";
import { useAskOnce } from "../app/ask.ts";
import { Link } from "../app/link.tsx";
import { formatCount, formatMs, formatUsd } from "../format/quantity.ts";
import { Card, Failure, Skeleton, Stat, Stats, Tag, type Tone } from "../parts/parts.tsx";
import { LongText } from "./content.tsx";
import css from "./explain.module.css";
import { Circumstances, Debugging } from "./explain-circumstances.tsx";
import { Attempts, Costs, Logs, Slowest, ToolCalls } from "./explain-course.tsx";
import { Fold } from "./fold.tsx";
import type { LaidOutTrace } from "./layout.ts";
import { SpanLink } from "./span-link.tsx";

const OUTCOMES: Readonly<Record<Explanation["outcome"], readonly [tone: Tone, word: string]>> = {
  failed: ["bad", "✕ failed"],
  recovered: ["warn", "! failed on the way, and got over it"],
  succeeded: ["ok", "✓ went well"],
  running: ["info", "… running"],
  incomplete: ["warn", "? never came to its end"],
};

/** Spans. */
const SMALL = 5000;

/** What became of a trace, and why: as `agent-observatory explain` tells it. */
export default function TraceExplanation({ trace }: { readonly trace: LaidOutTrace }): ReactNode {
  // What is explained in no time is shown before the log lines are there.
  const alone = useMemo(() => (trace.rows.length <= SMALL ? explainTrace(trace.trace) : undefined), [trace]);
  const withLogs = useAskOnce(["explanation", trace.traceId, trace.rows.length, trace.summary.state], (backends) =>
    explainFound(backends, trace.trace),
  );
  const told = withLogs.data?.traceId === trace.traceId ? withLogs.data : alone;
  if (told === undefined) {
    return withLogs.error === null ? (
      <Skeleton height={480} />
    ) : (
      <Failure what="It could not be explained." error={withLogs.error} />
    );
  }
  const { outcome, story, failure, lastSuccess, openStep, until, failures } = told;
  const [tone, word] = OUTCOMES[outcome];
  const hasStopped = outcome === "failed";
  const when = hasStopped ? "until then" : "in all";
  return (
    <div className={css.view}>
      <section className={css.story} data-tone={tone} aria-label="What happened">
        <Tag tone={tone}>{word}</Tag>
        {story.map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
      </section>
      {failure !== undefined && (
        <WhatFailed trace={trace} failure={failure} failures={failures} next={told.next} hasStopped={hasStopped} />
      )}
      <Card>
        <Stats>
          {openStep !== undefined && (
            <StepStat trace={trace} label={outcome === "running" ? "It is in" : "It was last in"} step={openStep} />
          )}
          {lastSuccess !== undefined && <StepStat trace={trace} label="Last step that went well" step={lastSuccess} />}
          <Stat
            label={`Model calls ${when}`}
            value={until.llmCalls}
            to={`/trace/${trace.traceId}`}
            params={{ tab: "conversation" }}
          />
          <Stat
            label={`Tool calls ${when}`}
            value={until.toolCalls}
            to={`/trace/${trace.traceId}`}
            params={{ tab: "graph" }}
          />
          <Stat
            label={`Tokens ${when}`}
            value={`${formatCount(until.inputTokens)} → ${formatCount(until.outputTokens)}`}
            to={`/trace/${trace.traceId}`}
            params={{ tab: "tree" }}
          />
          <Stat
            label={`Cost ${when}`}
            value={until.costUsd === undefined ? "–" : formatUsd(until.costUsd)}
            note={until.unpricedCalls > 0 ? `${until.unpricedCalls} calls have no price` : undefined}
            to={`/trace/${trace.traceId}`}
            params={{ tab: "tree" }}
          />
        </Stats>
      </Card>
      <ToolCalls trace={trace} told={told} />
      <Attempts trace={trace} attempts={told.attempts} />
      <Logs trace={trace} told={told} isAsking={withLogs.isPending} />
      {withLogs.error !== null && (
        <Failure what="The log lines around it could not be read." error={withLogs.error as BackendError} />
      )}
      {told.debug !== undefined && <Debugging debug={told.debug} />}
      <Circumstances captured={told.captured} isOfFailure={hasStopped} />
      <div className={css.two}>
        <Slowest trace={trace} steps={told.slowest} />
        <Costs costs={told.costs} />
      </div>
      {failure === undefined && <Next next={told.next} />}
    </div>
  );
}

const StepStat = ({
  trace,
  label,
  step,
}: {
  readonly trace: LaidOutTrace;
  readonly label: string;
  readonly step: Step;
}): ReactNode => (
  <Stat
    label={label}
    value={<span className={css.stepName}>{step.name}</span>}
    note={`+${formatMs(step.startMs - trace.startMs)}, ${formatMs(step.durationMs)}`}
    to={`/trace/${trace.traceId}`}
    params={{ span: step.spanId }}
  />
);

const Next = ({ next }: { readonly next: readonly string[] }): ReactNode =>
  next.length === 0 ? null : (
    <section className={css.next} aria-label="What to look at next">
      <h3>What to look at next</h3>
      <ul>
        {next.map((one) => (
          <li key={one}>{one}</li>
        ))}
      </ul>
    </section>
  );

type WhatFailedProps = {
  readonly trace: LaidOutTrace;
  readonly failure: NonNullable<Explanation["failure"]>;
  readonly failures: number;
  readonly next: readonly string[];
  readonly hasStopped: boolean;
};
function WhatFailed({ trace, failure: { at, error, chain }, failures, next, hasStopped }: WhatFailedProps): ReactNode {
  const fingerprint = trace
    .rowOf(at.spanId)
    ?.span.events.findLast(({ attributes }) => attributes[ATTR.errorFingerprint] !== undefined)?.attributes[
    ATTR.errorFingerprint
  ];
  const path = [...chain].reverse();
  return (
    <Card
      title={hasStopped ? "Where it failed" : "What failed on the way"}
      className={hasStopped ? css.failed : undefined}
      actions={failures > 1 && <Tag tone="bad">{failures} failures began in this trace</Tag>}
    >
      <ol className={css.chain} aria-label="From the whole to the step in which it began">
        {path.map((step) => (
          <li key={step.spanId}>
            <SpanLink traceId={trace.traceId} spanId={step.spanId}>
              {step.name}
            </SpanLink>
          </li>
        ))}
        <li>
          <SpanLink traceId={trace.traceId} spanId={at.spanId}>
            <strong>{at.name}</strong>
          </SpanLink>
          <span className={css.when}>
            {" "}
            +{formatMs(at.startMs - trace.startMs)}, {formatMs(at.durationMs)}, {at.service}
          </span>
        </li>
      </ol>
      <div className={css.error}>
        <div className={css.tags}>
          <Tag tone="bad">{error.category}</Tag>
          {error.type !== undefined && error.type !== error.category && <code>{error.type}</code>}
          {error.httpStatus !== undefined && <span>HTTP {error.httpStatus}</span>}
          {fingerprint !== undefined && (
            <Link to="/errors" params={{ fingerprint: String(fingerprint) }}>
              All errors of this kind
            </Link>
          )}
        </div>
        <LongText text={error.message === "" ? "It says nothing of why." : error.message} />
        {error.stack !== undefined && (
          <Fold className={css.fold} summary="Stack">
            {() => <LongText text={error.stack ?? ""} mono />}
          </Fold>
        )}
      </div>
      <Next next={next} />
    </Card>
  );
}

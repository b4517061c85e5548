import type { ReactNode } from "react";
import { logSelectorOf } from "../../../src/backends/index.ts";
import type { Attempt, CostShare, Explanation, SlowStep, Step, ToolCall } from "../../../src/explain/index.ts";
import { Link } from "../app/link.tsx";
import { formatCount, formatMs, formatUsd } from "../format/quantity.ts";
import { Card, Skeleton, Table, Tag } from "../parts/parts.tsx";
import { Content, LongText } from "./content.tsx";
import css from "./explain.module.css";
import { Fold } from "./fold.tsx";
import type { LaidOutTrace } from "./layout.ts";
import { levelOf } from "./log-facts.ts";
import { parseJson, unwrapResult } from "./messages.ts";
import { SpanLink } from "./span-link.tsx";

/** What had been done: tools, attempts, log lines, and where time and money went. Each step leads to its span. */

type OfTrace = { readonly trace: LaidOutTrace };

const StepLink = ({
  trace,
  step,
  children,
}: OfTrace & { readonly step: Step; readonly children?: ReactNode }): ReactNode => (
  <SpanLink traceId={trace.traceId} spanId={step.spanId}>
    {children ?? step.name}
  </SpanLink>
);
const since = ({ startMs }: LaidOutTrace, step: Step): string => `+${formatMs(step.startMs - startMs)}`;

function StepState({ status }: { readonly status: Step["status"] }): ReactNode {
  if (status === "ok") return <Tag tone="ok">ok</Tag>;
  return (
    <Tag tone={status === "error" ? "bad" : status === "running" ? "info" : "warn"}>
      {status === "error" ? "failed" : status}
    </Tag>
  );
}

export function ToolCalls({
  trace,
  told: { toolCalls, toolCallsTotal, outcome },
}: OfTrace & { readonly told: Explanation }): ReactNode {
  if (toolCalls.length === 0) return null;
  const left = toolCallsTotal - toolCalls.length;
  return (
    <Card title={outcome === "failed" ? "Tools called until then" : "Tools called"}>
      <Table<ToolCall>
        label="Tools that were called"
        rows={toolCalls}
        keyOf={({ spanId }) => spanId}
        columns={[
          {
            title: "Tool",
            show: (call) => (
              <StepLink trace={trace} step={call}>
                {call.subject}
              </StepLink>
            ),
          },
          { title: "At", show: (call) => since(trace, call), isNumber: true },
          { title: "Time", show: ({ durationMs }) => formatMs(durationMs), isNumber: true },
          { title: "State", show: ({ status }) => <StepState status={status} /> },
          {
            title: "Arguments",
            show: (call) => (
              <div className={css.cell}>
                <Folded value={call.arguments} />
              </div>
            ),
          },
          {
            title: "Result",
            show: (call) => (
              <div className={css.cell}>
                {call.errorMessage === undefined ? (
                  <Folded value={call.result} />
                ) : (
                  <LongText text={`${call.errorCategory}: ${call.errorMessage}`} />
                )}
              </div>
            ),
          },
        ]}
      />
      {left > 0 && <p className={css.when}>and {left} before</p>}
    </Card>
  );
}

const PEEK = 60;
function Folded({ value }: { readonly value: string | undefined }): ReactNode {
  if (value === undefined) return <span className={css.when}>not recorded</span>;
  const unwrapped = unwrapResult(value);
  const text = typeof unwrapped === "string" ? unwrapped : JSON.stringify(unwrapped);
  if (text.length <= PEEK) return <code className={css.small}>{text}</code>;
  return (
    <Fold className={css.fold} summary={<code className={css.small}>{`${text.slice(0, PEEK)}…`}</code>}>
      {() => <Content value={parseJson(unwrapped)} />}
    </Fold>
  );
}

export function Attempts({ trace, attempts }: OfTrace & { readonly attempts: readonly Attempt[] }): ReactNode {
  if (attempts.length === 0) return null;
  return (
    <Card title="Calls that were made again">
      <Table<Attempt>
        label="Repetitions"
        rows={attempts}
        keyOf={({ spanId }) => spanId}
        columns={[
          { title: "Call", show: (one) => <StepLink trace={trace} step={one} /> },
          {
            title: "Why",
            show: ({ kindOfAttempt, retry, from }) =>
              kindOfAttempt === "retry" ? `retry ${retry}` : `in place of ${from}`,
          },
          { title: "At", show: (one) => since(trace, one), isNumber: true },
          { title: "Time", show: ({ durationMs }) => formatMs(durationMs), isNumber: true },
          { title: "State", show: ({ status }) => <StepState status={status} /> },
        ]}
      />
    </Card>
  );
}

export function Slowest({ trace, steps }: OfTrace & { readonly steps: readonly SlowStep[] }): ReactNode {
  if (steps.length === 0) return null;
  return (
    <Card title="Where the time went" description="Time in which nothing below a step was at work">
      <Table<SlowStep>
        label="Steps by the time that they took themselves"
        rows={steps}
        keyOf={({ spanId }) => spanId}
        columns={[
          { title: "Step", show: (step) => <StepLink trace={trace} step={step} /> },
          { title: "Itself", show: ({ selfMs }) => formatMs(selfMs), isNumber: true },
          { title: "With all below", show: ({ durationMs }) => formatMs(durationMs), isNumber: true },
        ]}
      />
    </Card>
  );
}

export function Costs({ costs }: { readonly costs: readonly CostShare[] }): ReactNode {
  if (costs.length === 0) return null;
  return (
    <Card title="Where the money went">
      <Table<CostShare>
        label="Cost by agent and model"
        rows={costs}
        keyOf={({ agent, model }) => `${agent} ${model}`}
        columns={[
          {
            title: "Agent",
            show: ({ agent }) =>
              agent === undefined ? (
                "–"
              ) : (
                <Link to="/traces" params={{ agent }}>
                  {agent}
                </Link>
              ),
          },
          {
            title: "Model",
            show: ({ model }) => (
              <Link to="/models" params={{ model }}>
                {model}
              </Link>
            ),
          },
          { title: "Calls", show: ({ calls }) => calls, isNumber: true },
          {
            title: "Tokens",
            show: ({ inputTokens, outputTokens }) => `${formatCount(inputTokens)} → ${formatCount(outputTokens)}`,
            isNumber: true,
          },
          { title: "Cost", show: ({ costUsd }) => formatUsd(costUsd), isNumber: true },
        ]}
      />
    </Card>
  );
}

export function Logs({
  trace,
  told: { logs, logsFailure },
  isAsking,
}: OfTrace & { readonly told: Explanation; readonly isAsking: boolean }): ReactNode {
  const query = `${logSelectorOf(trace.trace.spans)} | trace_id=${JSON.stringify(trace.traceId)}`;
  const ofOthers = logs.length > 0 && logs.every(({ ofTrace }) => !ofTrace);
  return (
    <Card
      title="Log lines around it"
      actions={
        <Link to="/logs" params={{ query }}>
          All of the trace
        </Link>
      }
    >
      {isAsking && <Skeleton height={80} />}
      {logsFailure !== undefined && <p>{logsFailure}</p>}
      {!isAsking && logs.length === 0 && logsFailure === undefined && (
        <p className={css.when}>Neither the trace nor its services wrote a line around that time.</p>
      )}
      {ofOthers && <p className={css.when}>The trace wrote none. This is what its services wrote at that time:</p>}
      <ul className={css.logs}>
        {logs.map((log) => {
          const level = levelOf({ ...log, timeNs: 0n });
          const spanId = log.labels["span_id"];
          const at = `+${formatMs(log.timeMs - trace.startMs)}`;
          return (
            <li key={`${log.timeNs}${log.line}`} data-level={level}>
              <span className={css.at}>
                {spanId !== undefined && trace.rowOf(spanId) !== undefined ? (
                  <SpanLink traceId={trace.traceId} spanId={spanId}>
                    {at}
                  </SpanLink>
                ) : (
                  at
                )}
              </span>
              <span className={css.level}>{level}</span>
              <LongText text={log.line} mono />
            </li>
          );
        })}
      </ul>
    </Card>
  );
}

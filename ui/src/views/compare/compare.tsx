import { type ReactNode, useMemo } from "react";
import { explainTrace } from "../../../../src/explain/index.ts";
import { Link } from "../../app/link.tsx";
import { useParams, useTime } from "../../app/url-state.ts";
import { formatCount, formatMs, formatTime, formatUsd } from "../../format/quantity.ts";
import { Asked, Button, Card, Empty, Page, Tag } from "../../parts/parts.tsx";
import { type AskedTrace, useTrace } from "../../trace/ask-trace.ts";
import { CaptureNote } from "../../trace/conversation.tsx";
import type { LaidOutTrace } from "../../trace/layout.ts";
import { findScopes } from "../../trace/scopes.ts";
import { gistOf } from "../../trace/thread.ts";
import { compareSets } from "./align.ts";
import { ChooseTrace } from "./choose-trace.tsx";
import css from "./compare.module.css";
import { ComparedSteps } from "./compared-steps.tsx";
import { diffTexts } from "./sequence.ts";

const ID = /^[0-9a-f]{4,32}$/;

/** Two traces beside each other: what the one did that the other did not, and what it cost. */
export default function Compare(): ReactNode {
  const [params, change] = useParams();
  const a = (params.get("a") ?? "").trim().toLowerCase();
  const b = (params.get("b") ?? "").trim().toLowerCase();
  const isReady = ID.test(a) && ID.test(b);
  return (
    <Page title="Compare" actions={isReady && <Button onClick={() => change({ a: b, b: a })}>⇄ Swap</Button>}>
      {isReady ? (
        <Both a={a} b={b} />
      ) : (
        <ChooseTrace a={ID.test(a) ? a : undefined} b={ID.test(b) ? b : undefined} onChoose={(next) => change(next)} />
      )}
    </Page>
  );
}

function Both({ a, b }: { readonly a: string; readonly b: string }): ReactNode {
  const { range } = useTime();
  const [left, right] = [useTrace(a, range), useTrace(b, range)];
  const [, change] = useParams();
  return (
    <Asked answer={left} what={`Trace ${a} could not be read.`} height={480}>
      {(answerA) => (
        <Asked answer={right} what={`Trace ${b} could not be read.`} height={480}>
          {(answerB) =>
            answerA.trace === undefined || answerB.trace === undefined ? (
              <>
                {answerA.trace === undefined && <Missing id={a} answer={answerA} />}
                {answerB.trace === undefined && <Missing id={b} answer={answerB} />}
                <ChooseTrace
                  a={answerA.trace === undefined ? undefined : a}
                  b={answerB.trace === undefined ? undefined : b}
                  onChoose={(next) => change(next)}
                />
              </>
            ) : (
              <Compared a={answerA.trace} b={answerB.trace} />
            )
          }
        </Asked>
      )}
    </Asked>
  );
}

const Missing = ({ id, answer }: { readonly id: string; readonly answer: AskedTrace }): ReactNode => (
  <Empty
    title={answer.traceIds.length > 1 ? `${answer.traceIds.length} traces begin with ${id}` : `There is no trace ${id}`}
  >
    <p>
      {answer.traceIds.length > 1
        ? "More digits tell which."
        : "It may have been deleted with its day, or left out by sampling."}
    </p>
  </Empty>
);

function Compared({ a, b }: { readonly a: LaidOutTrace; readonly b: LaidOutTrace }): ReactNode {
  if (a.traceId === b.traceId) {
    return (
      <Empty title="These are one and the same trace">
        <p>Choose another one for one of the two.</p>
      </Empty>
    );
  }
  return (
    <>
      <div className={css.heads}>
        <Head letter="A" trace={a} />
        <Head letter="B" trace={b} />
      </div>
      <Sums a={a} b={b} />
      <Answers a={a} b={b} />
      <ComparedSteps a={a} b={b} />
    </>
  );
}

function Head({ letter, trace }: { readonly letter: string; readonly trace: LaidOutTrace }): ReactNode {
  const { summary, traceId } = trace;
  const { outcome, story } = useMemo(() => explainTrace(trace.trace), [trace]);
  return (
    <Card>
      <div className={css.head}>
        <span className={css.letter} data-letter={letter}>
          {letter}
        </span>
        <div className={css.headText}>
          <Link to={`/trace/${traceId}`}>
            <strong>{summary.name}</strong>
          </Link>
          <p className={css.quiet}>
            {formatTime(trace.startMs)} · {summary.service} · <code>{traceId.slice(0, 12)}</code>
          </p>
          <p>
            <Link to={`/trace/${traceId}`} params={{ tab: "explain" }}>
              <Tag
                tone={
                  outcome === "failed"
                    ? "bad"
                    : outcome === "succeeded"
                      ? "ok"
                      : outcome === "running"
                        ? "info"
                        : "warn"
                }
              >
                {outcome}
              </Tag>
            </Link>{" "}
            <span className={css.story}>{story[0]}</span>
          </p>
        </div>
      </div>
    </Card>
  );
}

type Sum = {
  readonly title: string;
  readonly of: (trace: LaidOutTrace) => number | undefined;
  readonly show: (value: number) => string;
  /** Whether more of it is good or bad; neither where it is not said. */
  readonly more?: "good" | "bad";
};
const SUMS: readonly Sum[] = [
  { title: "Duration", of: ({ durationMs }) => durationMs, show: formatMs, more: "bad" },
  { title: "Cost", of: ({ total }) => total.costUsd, show: formatUsd, more: "bad" },
  { title: "Input tokens", of: ({ total }) => total.inputTokens, show: formatCount, more: "bad" },
  { title: "of these cached", of: ({ total }) => total.cachedTokens, show: formatCount, more: "good" },
  { title: "Output tokens", of: ({ total }) => total.outputTokens, show: formatCount, more: "bad" },
  { title: "Model calls", of: ({ summary }) => summary.llmCalls, show: formatCount },
  { title: "Tool calls", of: ({ summary }) => summary.toolCalls, show: formatCount },
  { title: "Errors", of: ({ summary }) => summary.errors, show: formatCount, more: "bad" },
  { title: "Spans", of: ({ summary }) => summary.spans, show: formatCount },
];

function difference(a: number | undefined, b: number | undefined, show: (value: number) => string): string {
  if (a === undefined || b === undefined) return "";
  if (a === b) return "same";
  const share = a === 0 ? "" : ` (${b > a ? "+" : "−"}${Math.round((100 * Math.abs(b - a)) / a)} %)`;
  return `${b > a ? "+" : "−"}${show(Math.abs(b - a))}${share}`;
}

/** Less than a hundredth is neither better nor worse. */
function toneOf(a: number | undefined, b: number | undefined, more: Sum["more"]): "ok" | "bad" | "plain" {
  if (a === undefined || b === undefined || more === undefined || Math.abs(b - a) < 0.01 * Math.max(a, b) || a === b)
    return "plain";
  return b > a === (more === "good") ? "ok" : "bad";
}

function Sums({ a, b }: { readonly a: LaidOutTrace; readonly b: LaidOutTrace }): ReactNode {
  const sets = [
    ["Models", compareSets(a.summary.models, b.summary.models)],
    ["Agents", compareSets(a.summary.agents, b.summary.agents)],
    ["Tools", compareSets(a.summary.tools, b.summary.tools)],
  ] as const;
  return (
    <Card title="In sum">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled has to be reached by the keyboard. */}
      <section className={css.scroll} aria-label="Sums of both" tabIndex={0}>
        <table className={css.sums}>
          <thead>
            <tr>
              <th scope="col">
                <span className="visually-hidden">What</span>
              </th>
              <th scope="col">A</th>
              <th scope="col">B</th>
              <th scope="col">B against A</th>
            </tr>
          </thead>
          <tbody>
            {SUMS.map(({ title, of, show, more }) => {
              const [left, right] = [of(a), of(b)];
              const words = difference(left, right, show);
              const tone = toneOf(left, right, more);
              return (
                <tr key={title}>
                  <th scope="row">{title}</th>
                  <td>{left === undefined ? "–" : show(left)}</td>
                  <td>{right === undefined ? "–" : show(right)}</td>
                  <td data-tone={tone}>{words}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </section>
      {sets.map(([title, { onlyA, onlyB, both }]) =>
        onlyA.length + onlyB.length === 0 ? null : (
          <p key={title} className={css.set}>
            <strong>{title}</strong>
            {onlyA.map((name) => (
              <Tag key={`a${name}`} tone="bad">
                only in A: {name}
              </Tag>
            ))}
            {onlyB.map((name) => (
              <Tag key={`b${name}`} tone="ok">
                only in B: {name}
              </Tag>
            ))}
            {both.length > 0 && <span className={css.quiet}>in both: {both.join(", ")}</span>}
          </p>
        ),
      )}
    </Card>
  );
}

/** What was asked and answered, as one text. */
function Answers({ a, b }: { readonly a: LaidOutTrace; readonly b: LaidOutTrace }): ReactNode {
  const gists = useMemo(() => [gistOf(findScopes(a)), gistOf(findScopes(b))] as const, [a, b]);
  const [left, right] = gists;
  const isSilent = [left, right].every(({ question, answer }) => question === undefined && answer === undefined);
  return (
    <Card title="What was said" description="The first question and the last answer">
      {isSilent ? (
        <CaptureNote trace={a} />
      ) : (
        <div className={css.texts}>
          <Texts title="Question" a={left.question} b={right.question} />
          <Texts title="Answer" a={left.answer} b={right.answer} />
        </div>
      )}
    </Card>
  );
}

function Texts({
  title,
  a,
  b,
}: {
  readonly title: string;
  readonly a: string | undefined;
  readonly b: string | undefined;
}): ReactNode {
  const parts = useMemo(() => (a === undefined || b === undefined ? undefined : diffTexts(a, b)), [a, b]);
  if (a === undefined && b === undefined) return null;
  return (
    <section aria-label={title}>
      <h3>
        {title} {a === b && <span className={css.quiet}>is the same</span>}
      </h3>
      {parts === undefined ? (
        <div className={css.text}>
          <del hidden={a === undefined}>{a}</del>
          <ins hidden={b === undefined}>{b}</ins>
          <p className={css.quiet}>Only {a === undefined ? "B" : "A"} has one.</p>
        </div>
      ) : (
        <div className={css.text} dir="auto">
          {parts.map((part, at) =>
            part.in === "both" ? (
              // biome-ignore lint/suspicious/noArrayIndexKey: parts of a text have no name, and keep their order.
              <span key={at}>{part.text}</span>
            ) : part.in === "a" ? (
              // biome-ignore lint/suspicious/noArrayIndexKey: as above.
              <del key={at}>{part.text}</del>
            ) : (
              // biome-ignore lint/suspicious/noArrayIndexKey: as above.
              <ins key={at}>{part.text}</ins>
            ),
          )}
        </div>
      )}
    </section>
  );
}

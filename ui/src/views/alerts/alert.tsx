import { type ReactNode, useMemo } from "react";
import { useRoute } from "wouter";
import type { Labels } from "../../../../src/backends/index.ts";
import { useAsk } from "../../app/ask.ts";
import { Link } from "../../app/link.tsx";
import { useParam, useTime } from "../../app/url-state.ts";
import { Timeline, type TimelineRow } from "../../charts/timeline.tsx";
import { formatMs } from "../../format/quantity.ts";
import { Asked, Card, Empty, Failure, Page, Skeleton } from "../../parts/parts.tsx";
import { type ActiveAlert, alertKey, type Problem } from "./alert-facts.ts";
import { nameInPath, shortKey } from "./alert-key.ts";
import css from "./alerts.module.css";
import { readConditions } from "./comparisons.ts";
import { ALERT_STATES, drawnBars, firingOf, historyOf, stepOf, sumInWords } from "./history.ts";
import { AlertLine } from "./problem-card.tsx";
import { RuleFacts } from "./rule-facts.tsx";
import { Runbook } from "./runbook.tsx";
import { Pairs, SeverityTag, StateTag } from "./tags.tsx";
import { linksOf } from "./trace-links.ts";
import { useProblems } from "./use-problems.ts";
import { ValueChart } from "./value-chart.tsx";

/** One alert: what it is about, its value and its limit, when it fired, and what to do. */
export default function AlertView(): ReactNode {
  const [, params] = useRoute("/alert/:name");
  const name = nameInPath(params?.["name"] ?? "");
  const { rules, problems, silences } = useProblems();
  const [chosen, choose] = useParam("alert");
  const problem = problems?.find((one) => one.name === name);
  if (problems === undefined)
    return (
      <Page title={name}>
        {rules.error === null ? (
          <Skeleton height={500} />
        ) : (
          <Failure what="The rules could not be asked for." error={rules.error} />
        )}
      </Page>
    );
  if (problem === undefined)
    return (
      <Page title={name}>
        <Card>
          <Empty title="There is no rule of this name">
            <p>
              It may have been renamed or removed. <Link to="/alerts">All alerts</Link>
            </p>
          </Empty>
        </Card>
      </Page>
    );
  const active = problem.alerts.find(({ key }) => shortKey(key) === chosen) ?? problem.alerts[0];
  const names = problems.map((one) => one.name);
  return (
    <Alert problem={problem} active={active} names={names} canSilence={silences.data !== undefined} choose={choose} />
  );
}

type AlertProps = {
  readonly problem: Problem;
  readonly active: ActiveAlert | undefined;
  readonly names: readonly string[];
  readonly canSilence: boolean;
  readonly choose: (key: string) => void;
};

const NO_LABELS: Labels = {};

function Alert({ problem, active, names, canSilence, choose }: AlertProps): ReactNode {
  const rule = active?.rule ?? problem.rules[0];
  const conditions = useMemo(() => readConditions(rule?.query ?? ""), [rule?.query]);
  const labels = active?.alert.labels ?? NO_LABELS;
  const links = active === undefined ? [] : linksOf(problem.name, labels, conditions[0]?.comparison?.limit);
  if (rule === undefined) return null;
  const annotations = active?.alert.annotations ?? rule.annotations;
  return (
    <Page title={problem.name}>
      <Card>
        <div className={css.column}>
          <div className={css.lineHead}>
            <SeverityTag severity={active?.severity ?? problem.severity} />
            <span className={css.lead}>{problem.summary}</span>
          </div>
          {active === undefined && <p className={css.quiet}>It neither fires nor waits.</p>}
          {problem.alerts.length > 1 && <Picker problem={problem} active={active} choose={choose} />}
          {links.length > 0 && (
            <nav className={css.actions} aria-label="Where the reason is">
              {links.map(({ title, to, params }, index) => (
                <Link key={title} to={to} params={params} className={index === 0 ? css.primary : css.action}>
                  {title} →
                </Link>
              ))}
            </nav>
          )}
          {active !== undefined && (
            <ul>
              <AlertLine
                key={active.key}
                active={active}
                rules={problem.rules}
                nowMs={Date.now()}
                canSilence={canSilence}
                isOwnView
              />
            </ul>
          )}
        </div>
      </Card>
      <div className={css.two}>
        <div className={css.column}>
          <Card
            title="Value and limit"
            description={active === undefined ? "of everything the rule looks at" : "of this alert"}
          >
            {conditions.map((condition) => (
              <ValueChart key={condition.text} condition={condition} about={active?.alert.labels} />
            ))}
          </Card>
          <History problem={problem} />
          <RuleFacts rule={rule} labels={labels} annotations={annotations} />
        </div>
        <Runbook url={annotations["runbook_url"]} labels={labels} names={names} />
      </div>
    </Page>
  );
}

/** Which of the alerts of this name the view is about. */
const Picker = ({ problem, active, choose }: Pick<AlertProps, "problem" | "active" | "choose">): ReactNode => (
  <fieldset className={css.choices} aria-label="Which of them">
    {problem.alerts.map((one) => (
      <button
        key={one.key}
        type="button"
        className={css.pick}
        aria-pressed={one.key === active?.key}
        onClick={() => choose(shortKey(one.key))}
      >
        <StateTag active={one} />
        <Pairs
          pairs={Object.entries(one.alert.labels).filter(([name]) => name !== "alertname" && name !== "severity")}
        />
      </button>
    ))}
  </fieldset>
);

function History({ problem }: { readonly problem: Problem }): ReactNode {
  const { range } = useTime();
  const stepMs = stepOf(range.startMs, range.endMs);
  const answer = useAsk(["alert-history", problem.name, stepMs], ({ prometheus }, asked) =>
    prometheus.queryRange(`ALERTS{alertname=${JSON.stringify(problem.name)}}`, { ...asked, stepMs }),
  );
  return (
    <Card title="Over time">
      <Asked answer={answer} what="What was could not be asked for." height={100}>
        {({ result }) => {
          const rows = historyOf("series" in result ? result.series : [], stepMs, range.endMs, alertKey);
          if (rows.length === 0) return <Empty title="It was silent in this time" />;
          const all = rows.map(({ labels }) => labels);
          const { times, durationMs } = firingOf(rows.flatMap(({ bars }) => bars));
          return (
            <>
              <Timeline
                states={ALERT_STATES}
                range={range}
                rows={rows.map(
                  ({ key, labels, bars }): TimelineRow => ({
                    key,
                    bars: drawnBars(bars),
                    sum: sumInWords(bars),
                    title: titleOf(labels, all),
                  }),
                )}
              />
              {rows.length > 1 && (
                <p className={css.quiet}>
                  In all it fired {times === 1 ? "once" : `${times} times`}, for {formatMs(durationMs)}.
                </p>
              )}
            </>
          );
        }}
      </Asked>
    </Card>
  );
}

const HIDDEN = new Set(["alertname", "severity"]);
/** By what the rows differ; by all they say where there is one. */
function titleOf(labels: Labels, all: readonly Labels[]): string {
  const told = Object.entries(labels).filter(([name]) => !HIDDEN.has(name));
  const differing = told.filter(([name, value]) => all.some((other) => other[name] !== value));
  return (differing.length > 0 ? differing : told).map(([, value]) => value).join(" · ") || "this alert";
}

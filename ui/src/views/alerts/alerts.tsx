import { type ReactNode, useMemo } from "react";
import { useAsk } from "../../app/ask.ts";
import { Link } from "../../app/link.tsx";
import { useParam, useTime } from "../../app/url-state.ts";
import { Timeline, type TimelineRow } from "../../charts/timeline.tsx";
import { Asked, Card, Empty, Failure, Page, Skeleton, Stat, Stats, Tabs } from "../../parts/parts.tsx";
import { isHeartbeat, type Problem } from "./alert-facts.ts";
import { alertPath } from "./alert-key.ts";
import { ALERT_STATES, drawnBars, historyOf, stepOf, sumInWords } from "./history.ts";
import { ProblemCard } from "./problem-card.tsx";
import { RuleTable } from "./rule-table.tsx";
import { SilenceList } from "./silence-list.tsx";
import { useProblems } from "./use-problems.ts";

const count = (problems: readonly Problem[], of: (problem: Problem) => number): number =>
  problems.reduce((sum, problem) => sum + of(problem), 0);

/** Everything about alerts: what is wrong, what was, who is not told, and which rules look. */
export default function AlertsView(): ReactNode {
  const { rules, problems, silences } = useProblems();
  const nowMs = Date.now();
  const [shown, show] = useParam("show", "problems");
  const known = problems?.filter((problem) => !isHeartbeat(problem)) ?? [];
  const active = known.filter(({ alerts }) => alerts.length > 0);
  const inForce = silences.data?.filter(({ state }) => state !== "expired") ?? [];
  const failing = count(known, (problem) => problem.failing.length);
  if (problems === undefined && rules.error !== null)
    return (
      <Page title="Alerts">
        <Failure what="The rules could not be asked for." error={rules.error} />
      </Page>
    );
  return (
    <Page title="Alerts">
      <Card>
        {problems === undefined ? (
          <Skeleton height={84} />
        ) : (
          <Stats>
            <Stat
              label="Firing"
              value={count(known, ({ firing }) => firing)}
              tone={count(known, ({ firing }) => firing) > 0 ? "bad" : "ok"}
              note={
                active.some(({ severity, firing }) => severity === "page" && firing > 0) ? "some page somebody" : ""
              }
              to="/alerts"
            />
            <Stat
              label="Pending"
              value={count(known, ({ pending }) => pending)}
              note="not yet for long enough"
              to="/alerts"
            />
            <Stat
              label="Silenced"
              value={count(known, ({ silenced }) => silenced)}
              note={`${inForce.length} silences in force`}
              to="/alerts"
              params={{ show: "silences" }}
            />
            <Stat
              label="Rules"
              value={count(known, (problem) => problem.rules.length)}
              tone={failing > 0 ? "bad" : "plain"}
              note={failing > 0 ? `${failing} cannot be evaluated` : heartbeat(problems)}
              to="/alerts"
              params={{ show: "rules" }}
            />
          </Stats>
        )}
      </Card>
      <Tabs
        label="Alerts"
        tabs={[
          ["problems", `Problems (${active.length})`],
          ["silences", `Silences (${inForce.length})`],
          ["rules", `Rules (${known.length})`],
        ]}
        chosen={shown}
        onChoose={show}
      />
      {shown === "silences" ? (
        <Card>
          <Asked answer={silences} what="The silences could not be asked for: is there an Alertmanager?" height={120}>
            {(all) => <SilenceList silences={all} nowMs={nowMs} />}
          </Asked>
        </Card>
      ) : problems === undefined ? (
        <Skeleton height={300} />
      ) : shown === "rules" ? (
        <Card>
          <RuleTable problems={known} />
        </Card>
      ) : (
        <>
          <History problems={known} />
          {active.length === 0 && (
            <Card>
              <Empty title={known.length === 0 ? "There are no alerting rules" : "Nothing fires, nothing is pending"}>
                <p>
                  {known.length === 0
                    ? "Name rule files by --rule-files, or leave the option out: then those of this package are evaluated."
                    : `${known.length} kinds of problems are looked for, all the time.`}
                </p>
              </Empty>
            </Card>
          )}
          {active.map((problem) => (
            <ProblemCard key={problem.name} problem={problem} nowMs={nowMs} canSilence={silences.data !== undefined} />
          ))}
        </>
      )}
    </Page>
  );
}

/** Watchdog always fires: where it does not, nothing is evaluated. */
function heartbeat(problems: readonly Problem[]): string {
  const watchdog = problems.find(isHeartbeat);
  if (watchdog === undefined) return "all can be evaluated";
  return watchdog.firing + watchdog.silenced > 0 ? "evaluated: the watchdog is on" : "not evaluated yet";
}

/** What was active within the range, whether or not it still is. */
function History({ problems }: { readonly problems: readonly Problem[] }): ReactNode {
  const { range } = useTime();
  const stepMs = stepOf(range.startMs, range.endMs);
  const answer = useAsk(["alert-history", stepMs], ({ prometheus }, asked) =>
    prometheus.queryRange('max by (alertname, alertstate) (ALERTS{alertname!="Watchdog"})', { ...asked, stepMs }),
  );
  const order = useMemo(() => new Map(problems.map(({ name }, index) => [name, index])), [problems]);
  return (
    <Card title="Over time" description="Which problems there were within the range.">
      <Asked answer={answer} what="What was could not be asked for." height={120}>
        {({ result }) => {
          const series = "series" in result ? result.series : [];
          const rows = historyOf(series, stepMs, range.endMs, ({ alertname = "" }) => alertname)
            .toSorted((a, b) => (order.get(a.key) ?? 999) - (order.get(b.key) ?? 999))
            .map(
              ({ key, bars }): TimelineRow => ({
                key,
                bars: drawnBars(bars),
                sum: sumInWords(bars),
                title: <Link to={alertPath(key)}>{key}</Link>,
              }),
            );
          if (rows.length === 0)
            return (
              <Empty title="Nothing was active in this time">
                <p>Choose a longer range to see what was before.</p>
              </Empty>
            );
          return <Timeline rows={rows} range={range} states={ALERT_STATES} />;
        }}
      </Asked>
    </Card>
  );
}

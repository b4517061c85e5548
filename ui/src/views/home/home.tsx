import type { ReactNode } from "react";
import { useAsk, useAskOnce } from "../../app/ask.ts";
import { useTime } from "../../app/url-state.ts";
import { readNumbers } from "../../measures/answer.ts";
import { useNumbers, useRows } from "../../measures/ask-measures.ts";
import { askToday } from "../../measures/spending.ts";
import { Asked, Card, Failure, Grid, Page, Skeleton } from "../../parts/parts.tsx";
import { Course } from "./course.tsx";
import { findLatestFailures } from "./failures.ts";
import { FirstVisit } from "./first-visit.tsx";
import { Glance } from "./glance.tsx";
import { FiringAlerts, LatestFailures, OpenRuns } from "./happening.tsx";
import css from "./home.module.css";
import { agentsOf, glanceOf, toolsOf } from "./numbers.ts";
import { COUNT_KEYS, COUNTS, DURATION_KEYS, DURATIONS, SCALARS } from "./questions.ts";
import { rangeInWords } from "./range-in-words.ts";
import { isFiring, judge } from "./verdict.ts";
import { VerdictLine } from "./verdict-line.tsx";
import { worstAgents, worstTools } from "./worst.ts";
import { AgentsTable, ToolsTable } from "./worst-tables.tsx";

const FAILURES = 8;

/** Whether everything is well, and what is not. Everything is asked at once; only failed traces need the names of the services first. */
export default function Home(): ReactNode {
  const { from, to, range, refreshMs } = useTime();
  const when = rangeInWords(from, to, range);
  const scalars = useNumbers(SCALARS);
  const counts = useRows(COUNTS, COUNT_KEYS);
  const durations = useRows(DURATIONS, DURATION_KEYS);
  const counted = counts.data;
  const glance = {
    data:
      // Without durations there is no p95, and the verdict would change as they come.
      scalars.data === undefined || counted === undefined || (durations.data === undefined && durations.error === null)
        ? undefined
        : { ...glanceOf(counted, durations.data), ...scalars.data },
    error: scalars.error ?? counts.error,
  };
  // These are of now, whatever time range is looked at.
  const today = useAskOnce(
    ["spent today"],
    async ({ prometheus }) => {
      const nowMs = Date.now();
      const answer = await prometheus.query(askToday(nowMs), { timeMs: nowMs });
      return { nowMs, ...readNumbers<"today" | "lastHour">(answer) };
    },
    { refreshMs },
  );
  const alerts = useAskOnce(["alerts"], async ({ prometheus }) => (await prometheus.alerts()).filter(isFiring), {
    refreshMs,
  });
  const services = useAskOnce(["services"], ({ jaeger }) => jaeger.services(), { refreshMs: 60_000 });
  const known = services.data;
  const failures = useAsk(
    ["latest failures", known],
    ({ jaeger }, asked) => findLatestFailures(jaeger, known ?? [], asked, FAILURES),
    { enabled: known !== undefined },
  );

  const nothingSeen = glance.data !== undefined && !glance.data.programs && !glance.data.runs && !glance.data.llmCalls;
  if (nothingSeen && known?.length === 0) {
    return (
      <Page title="Home">
        <FirstVisit />
      </Page>
    );
  }
  const worst = counted === undefined ? undefined : worstAgents(agentsOf(counted, durations.data));
  const [worstAgent] = worst ?? [];
  return (
    <Page title="Home">
      {glance.data !== undefined && (alerts.data !== undefined || alerts.error !== null) ? (
        <VerdictLine
          verdict={judge({
            glance: glance.data,
            firing: alerts.data ?? [],
            worst: worstAgent && {
              agent: worstAgent.labels["agent"] ?? "",
              failedShare: worstAgent.of.failedShare ?? 0,
            },
            when,
          })}
          unknown={alerts.error === null ? undefined : "Whether alerts fire is not known."}
        />
      ) : glance.error === null ? (
        <Skeleton height={58} />
      ) : (
        <Failure what="How the agents are is not known: the metrics were not answered." error={glance.error} />
      )}
      <Glance glance={glance} today={today} range={range} when={when} />
      <Course />
      <Grid least="460px">
        <Card title="Agents, worst first">
          <Asked answer={counts} what="The agents were not answered." height={220}>
            {(rows) => <AgentsTable rows={worstAgents(agentsOf(rows, durations.data))} when={when} />}
          </Asked>
        </Card>
        <Card title="Tools, worst first">
          <Asked answer={counts} what="The tools were not answered." height={220}>
            {(rows) => <ToolsTable rows={worstTools(toolsOf(rows, durations.data))} when={when} />}
          </Asked>
        </Card>
      </Grid>
      <div className={css.happening}>
        <Card title="Latest failures">
          <Asked
            answer={services.error === null ? failures : { data: undefined, error: services.error, isPending: false }}
            what="Failed traces were not answered."
            height={220}
          >
            {(found) => <LatestFailures failures={found} when={when} />}
          </Asked>
        </Card>
        <div className={css.stack}>
          <Card title="Alerts that fire now">
            <Asked answer={alerts} what="Alerts were not answered." height={80}>
              {(firing) => <FiringAlerts alerts={firing} />}
            </Asked>
          </Card>
          <OpenRuns />
        </div>
      </div>
    </Page>
  );
}

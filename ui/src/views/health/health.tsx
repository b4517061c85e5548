import type { ReactNode } from "react";
import { useAsk } from "../../app/ask.ts";
import { Link } from "../../app/link.tsx";
import { useTime } from "../../app/url-state.ts";
import { Asked, Card, Command, Page, Skeleton, Tag } from "../../parts/parts.tsx";
import { stepOf } from "../alerts/history.ts";
import { ChecksCard } from "./checks-card.tsx";
import { CoverageCard } from "./coverage-card.tsx";
import { checksOf, faultsOf, librariesOf, lossesOf, type ProcessFacts, processesOf, seriesOf } from "./facts.ts";
import { type Finding, findingsOf } from "./findings.ts";
import css from "./health.module.css";
import { LossesCard } from "./losses-card.tsx";
import { OwnCard } from "./own-card.tsx";
import { ProcessesCard } from "./processes-card.tsx";
import {
  CHECK_STATUS,
  checkDurations,
  libraries,
  losses,
  OWN,
  ownFaults,
  PROCESS_UP,
  processFigures,
  windowOf,
} from "./questions.ts";

const POINTS = 120;

/** Whether everything that observes and is observed is well; where not, what to do. */
export default function HealthView(): ReactNode {
  const { range } = useTime();
  const stepMs = stepOf(range.startMs, range.endMs, POINTS);
  const window = windowOf(range);
  const facts = useAsk(["health", window, stepMs], async ({ prometheus }, asked) => {
    const at = { timeMs: asked.endMs };
    const [statuses, durations, found, up, figures, lost, faults, build] = await Promise.all([
      prometheus.queryRange(CHECK_STATUS, { ...asked, stepMs }),
      prometheus.query(checkDurations(window), at),
      prometheus.query(libraries(window), at),
      prometheus.queryRange(PROCESS_UP, { ...asked, stepMs }),
      prometheus.query(processFigures(window), at),
      prometheus.query(losses(window), at),
      prometheus.query(ownFaults(window), at),
      prometheus.query(OWN.build, at),
    ]);
    return {
      checks: checksOf(seriesOf(statuses), seriesOf(durations), stepMs),
      libraries: librariesOf(seriesOf(found)),
      processes: processesOf(seriesOf(up), seriesOf(figures), asked.endMs),
      losses: lossesOf(seriesOf(lost)),
      faults: faultsOf(seriesOf(faults)),
      isEmbedded: seriesOf(build).length > 0,
    };
  });
  return (
    <Page title="Health">
      <Asked answer={facts} what="The health could not be asked for." height={600}>
        {(known) => (
          <>
            <Findings findings={findingsOf(known)} processes={known.processes} />
            <ChecksCard checks={known.checks} range={range} />
            <ProcessesCard processes={known.processes} nowMs={range.endMs} />
            <div className={css.two}>
              <CoverageCard libraries={known.libraries} />
              <LossesCard losses={known.losses} />
            </div>
            {known.isEmbedded ? (
              <OwnCard />
            ) : (
              <Card title="The stack behind this page">
                <p>
                  Its components are on the dashboard <Link to="/d/ao-stack-health">Stack health</Link>.
                </p>
              </Card>
            )}
          </>
        )}
      </Asked>
      {facts.data === undefined && facts.error === null && <Skeleton height={200} />}
    </Page>
  );
}

const TONES = { bad: "not well", warn: "look at it", info: "known" } as const;

/** That nobody is ill where nobody is there is worth saying. */
function whoRuns(processes: readonly ProcessFacts[]): string {
  const running = processes.filter(({ state }) => state === "running").length;
  if (running === 0) return "No observed process runs at the end of this time.";
  return running === 1 ? "One observed process runs." : `${running} observed processes run.`;
}

type FindingsProps = { readonly findings: readonly Finding[]; readonly processes: readonly ProcessFacts[] };
function Findings({ findings, processes }: FindingsProps): ReactNode {
  if (findings.length === 0)
    return (
      <Card>
        <p className={css.well}>
          {processes.length === 0 ? (
            <>
              <Tag>nothing known</Tag> Nothing that is observed told of itself in this time.
            </>
          ) : (
            <>
              <Tag tone="ok">✓ well</Tag> Everything that is known of is well. {whoRuns(processes)}
            </>
          )}
        </p>
      </Card>
    );
  return (
    <Card title={findings.length === 1 ? "One thing is not well" : `${findings.length} things are not well`}>
      <ul className={css.findings}>
        {findings.map(({ key, tone, title, advice, command, link }) => (
          <li key={key} className={css.finding}>
            <Tag tone={tone}>{TONES[tone]}</Tag>
            <div className={css.said}>
              <strong>{title}</strong>
              <p>
                {advice}{" "}
                {link !== undefined && (
                  <Link to={link.to} {...(link.params && { params: link.params })}>
                    {link.title} →
                  </Link>
                )}
              </p>
              {command !== undefined && <Command text={command} />}
            </div>
          </li>
        ))}
      </ul>
    </Card>
  );
}

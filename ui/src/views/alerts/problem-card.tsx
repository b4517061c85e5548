import { type ReactNode, useState } from "react";
import { Link } from "../../app/link.tsx";
import { formatAgo, formatTime } from "../../format/quantity.ts";
import { Button, Card } from "../../parts/parts.tsx";
import { type ActiveAlert, type Problem, subjectOf } from "./alert-facts.ts";
import { alertPath, shortKey } from "./alert-key.ts";
import css from "./alerts.module.css";
import { readConditions } from "./comparisons.ts";
import { matchersOf } from "./silence-client.ts";
import { SilenceForm } from "./silence-form.tsx";
import { Pairs, SeverityTag, StateTag } from "./tags.tsx";
import { linksOf } from "./trace-links.ts";

/** More of one name is a list that nobody reads here: the alert's own view has them all. */
const SHOWN = 5;

const limitOf = ({ rule }: ActiveAlert): number | undefined => readConditions(rule.query)[0]?.comparison?.limit;

type AlertLineProps = {
  readonly active: ActiveAlert;
  /** All of its name: labels in which they differ tell it apart. */
  readonly rules: Problem["rules"];
  readonly nowMs: number;
  readonly canSilence: boolean;
  /** In the view of this very alert, which has the links already. */
  readonly isOwnView?: boolean;
};

export function AlertLine({ active, rules, nowMs, canSilence, isOwnView = false }: AlertLineProps): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const { alert, name, silences } = active;
  const [link] = linksOf(name, alert.labels, limitOf(active));
  const since = alert.activeSinceMs;
  return (
    <li className={css.line}>
      <div className={css.lineHead}>
        <StateTag active={active} />
        <Pairs pairs={subjectOf(alert.labels, rules)} />
        {since !== undefined && (
          <span className={css.since} title={formatTime(since)}>
            since {formatAgo(since, nowMs).replace(" ago", "")}
          </span>
        )}
      </div>
      <div className={css.body}>
        <p className={css.says}>{alert.annotations["description"] ?? ""}</p>
        <div className={css.actions}>
          {!isOwnView && link !== undefined && (
            <Link to={link.to} params={link.params} className={css.action}>
              {link.title} →
            </Link>
          )}
          {!isOwnView && (
            <Link to={alertPath(name)} params={{ alert: shortKey(active.key) }} className={css.action}>
              Value and runbook →
            </Link>
          )}
          {canSilence && silences.length === 0 && (
            <Button aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
              Silence…
            </Button>
          )}
        </div>
      </div>
      {silences.map(({ id, comment, createdBy, endsAtMs }) => (
        <p key={id} className={css.quiet}>
          Silenced by {createdBy} until {formatTime(endsAtMs)}: {comment}
        </p>
      ))}
      {isOpen && <SilenceForm matchers={matchersOf(alert.labels)} onDone={() => setOpen(false)} />}
    </li>
  );
}

type CardProps = { readonly problem: Problem; readonly nowMs: number; readonly canSilence: boolean };

/** One problem and everything that has it. */
export function ProblemCard({ problem, nowMs, canSilence }: CardProps): ReactNode {
  const { name, severity, summary, alerts } = problem;
  return (
    <Card>
      <div className={css.problemHead}>
        <SeverityTag severity={severity} />
        <h2>
          <Link to={alertPath(name)}>{name}</Link>
        </h2>
        <span className={css.quiet}>{summary}</span>
      </div>
      <ul className={css.lines}>
        {alerts.slice(0, SHOWN).map((active) => (
          <AlertLine key={active.key} active={active} rules={problem.rules} nowMs={nowMs} canSilence={canSilence} />
        ))}
      </ul>
      {alerts.length > SHOWN && (
        <p>
          <Link to={alertPath(name)}>{alerts.length - SHOWN} more →</Link>
        </p>
      )}
    </Card>
  );
}

import type { ReactNode } from "react";
import type { AlertingRule, Labels } from "../../../../src/backends/index.ts";
import { Link } from "../../app/link.tsx";
import { formatSeconds, formatTime } from "../../format/quantity.ts";
import { Card, CopyButton, Failure } from "../../parts/parts.tsx";
import css from "./alerts.module.css";
import { dashboardLink } from "./runbook-query.ts";
import { Pairs } from "./tags.tsx";

type FactsProps = { readonly rule: AlertingRule; readonly labels: Labels; readonly annotations: Labels };

/** The rule as it is written. */
export function RuleFacts({ rule, labels, annotations }: FactsProps): ReactNode {
  const dashboard = dashboardLink(annotations["dashboard_url"]);
  const shown = Object.keys(labels).length > 0 ? labels : rule.labels;
  return (
    <Card title="Rule">
      <div className={css.column}>
        <pre className={css.expression}>
          <code>{rule.query}</code>
        </pre>
        <div className={css.actions}>
          <CopyButton text={rule.query} label="Copy the expression" />
          {dashboard !== undefined && (
            <Link to={dashboard.to} params={dashboard.params} className={css.action}>
              Its dashboard →
            </Link>
          )}
        </div>
        {rule.health === "err" && (
          <Failure what="It cannot be evaluated." error={rule.lastError ?? "no reason given"} />
        )}
        <dl className={css.facts}>
          <dt>Fires</dt>
          <dd>{rule.forS === 0 ? "at once" : `after ${formatSeconds(rule.forS)}`}</dd>
          <dt>Goes on firing</dt>
          <dd>
            {rule.keepFiringForS === 0 ? "no longer than it is true" : `${formatSeconds(rule.keepFiringForS)} longer`}
          </dd>
          <dt>Last evaluated</dt>
          <dd>
            {rule.lastEvaluationMs === undefined ? "not yet" : formatTime(rule.lastEvaluationMs)}, in{" "}
            {formatSeconds(rule.evaluationS)}
          </dd>
          <dt>Labels</dt>
          <dd className={css.matchers}>
            <Pairs pairs={Object.entries(shown)} />
          </dd>
        </dl>
      </div>
    </Card>
  );
}

import type { ReactNode } from "react";
import { Link } from "../../app/link.tsx";
import { formatSeconds } from "../../format/quantity.ts";
import { Table, Tag } from "../../parts/parts.tsx";
import type { Problem } from "./alert-facts.ts";
import { alertPath } from "./alert-key.ts";
import { SeverityTag } from "./tags.tsx";

function state({ firing, pending, silenced, failing }: Problem): ReactNode {
  if (failing.length > 0) return <Tag tone="bad">cannot be evaluated</Tag>;
  if (firing > 0) return <Tag tone="bad">{firing} firing</Tag>;
  if (silenced > 0) return <Tag tone="info">{silenced} silenced</Tag>;
  return pending > 0 ? <Tag tone="warn">{pending} pending</Tag> : <Tag tone="ok">silent</Tag>;
}

/** Every problem that is looked for. */
export const RuleTable = ({ problems }: { readonly problems: readonly Problem[] }): ReactNode => (
  <Table
    label="Alerting rules"
    rows={problems}
    keyOf={({ name }) => name}
    columns={[
      { title: "Alert", show: ({ name }) => <Link to={alertPath(name)}>{name}</Link>, by: ({ name }) => name },
      { title: "State", show: state, by: ({ firing, pending }) => firing * 1000 + pending },
      {
        title: "Severity",
        show: ({ severity }) => <SeverityTag severity={severity} />,
        by: ({ severity }) => severity,
      },
      { title: "About", show: ({ area }) => area, by: ({ area }) => area },
      { title: "Says", show: ({ summary }) => summary },
      {
        title: "After",
        show: ({ rules }) =>
          [...new Set(rules.map(({ forS }) => (forS === 0 ? "at once" : formatSeconds(forS))))].join(", "),
        isNumber: true,
      },
    ]}
  />
);

import type { ReactNode } from "react";
import { Link } from "../../app/link.tsx";
import { formatCount } from "../../format/quantity.ts";
import type { Row } from "../../measures/answer.ts";
import { useRows } from "../../measures/ask-measures.ts";
import { ModelName } from "../../measures/model-name.tsx";
import { Asked, Card, type Column, CopyButton, Table } from "../../parts/parts.tsx";
import css from "./cost.module.css";
import { UNPRICED_CALLS } from "./questions.ts";

type UnpricedRow = Row<keyof typeof UNPRICED_CALLS>;

const REASONS: Readonly<Record<string, string>> = {
  unknown_model: "no price is known for the model",
  no_usage: "the answer told no usage",
  unknown_rate: "a part of it has no price",
  partial_usage: "the answer broke off before its usage",
};

const COLUMNS: readonly Column<UnpricedRow>[] = [
  {
    title: "Model",
    show: ({ labels }) => <ModelName labels={labels} />,
  },
  { title: "Why", show: ({ labels: { reason = "" } }) => REASONS[reason] ?? reason },
  {
    title: "Calls",
    isNumber: true,
    show: ({ labels: { reason = "", model = "" }, of: { calls = 0 } }) => (
      <Link to="/traces" params={{ model, attribute: `agent_observatory.cost.status=${reason}` }}>
        {formatCount(calls)}
      </Link>
    ),
  },
];

/** For which a price of one's own helps: the others tell no usage that it could be applied to. */
const MAY_HAVE_PRICES = new Set(["unknown_model", "unknown_rate"]);

/** A piece of observatory.yaml that gives them prices. */
const snippetOf = (rows: readonly UnpricedRow[]): string => {
  const models = [...new Set(rows.map(({ labels }) => labels["model"] ?? ""))];
  return `telemetry:\n  prices:\n    models:\n${models.map((model) => `      ${JSON.stringify(model)}: { input: 0.2, output: 0.6 }`).join("\n")}\n`;
};

/** Calls that are missing in every sum, and how to give them a price. */
export function UnpricedCalls(): ReactNode {
  const rows = useRows(UNPRICED_CALLS, ["provider", "model", "reason"]);
  return (
    <Card title="Calls without a price">
      <Asked answer={rows} what="Calls without a price were not answered." height={160}>
        {(all) => {
          const shown = all.filter(({ of }) => (of.calls ?? 0) > 0);
          if (shown.length === 0) return <p className={css.faint}>None: every call of this time is in the sums.</p>;
          const priceable = shown.filter(({ labels }) => MAY_HAVE_PRICES.has(labels["reason"] ?? ""));
          return (
            <>
              <Table label="By model and reason" rows={shown} columns={COLUMNS} keyOf={({ id }) => id} />
              <p className={css.basis}>
                Every sum is too low by these.
                {priceable.length > 0 && " Prices of your own, in observatory.yaml, in dollars for a million tokens:"}
              </p>
              {priceable.length > 0 && (
                <div className={css.snippet}>
                  {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled has to be reached by the keyboard. */}
                  <pre tabIndex={0}>{snippetOf(priceable)}</pre>
                  <CopyButton text={snippetOf(priceable)} />
                </div>
              )}
            </>
          );
        }}
      </Asked>
    </Card>
  );
}

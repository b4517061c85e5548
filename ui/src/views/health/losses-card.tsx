import type { ReactNode } from "react";
import { formatCount } from "../../format/quantity.ts";
import { Card, Empty, Table } from "../../parts/parts.tsx";
import type { Loss } from "./facts.ts";
import { LOSS_WORDS } from "./findings.ts";

/** What did not arrive, or not as it was. */
export const LossesCard = ({ losses }: { readonly losses: readonly Loss[] }): ReactNode => (
  <Card title="What is missing" description="Dropped, folded, refused and sampled within the range.">
    {losses.length === 0 ? (
      <Empty title="Nothing is missing">
        <p>No program gave anything up, and nothing was refused.</p>
      </Empty>
    ) : (
      <Table
        label="Each loss"
        rows={losses}
        keyOf={({ kind, job, what }) => `${kind} ${job} ${what}`}
        columns={[
          { title: "How many", show: ({ count }) => formatCount(count), by: ({ count }) => count, isNumber: true },
          { title: "What", show: ({ kind }) => LOSS_WORDS[kind][0], by: ({ kind }) => kind },
          { title: "Which", show: ({ what }) => what, by: ({ what }) => what },
          { title: "Program", show: ({ job }) => job, by: ({ job }) => job },
        ]}
      />
    )}
  </Card>
);

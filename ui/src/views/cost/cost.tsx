import type { ReactNode } from "react";
import { useParam } from "../../app/url-state.ts";
import { Page, Tabs } from "../../parts/parts.tsx";
import { Budgets } from "./budgets-card.tsx";
import css from "./cost.module.css";
import { SpentByLabel } from "./spent-by-label.tsx";
import { SpentByTraces } from "./spent-by-traces.tsx";
import { Sums } from "./sums.tsx";
import { UnpricedCalls } from "./unpriced-card.tsx";

const WAYS = [
  ["agent", "By agent"],
  ["model", "By model"],
  ["user", "By user"],
  ["session", "By session"],
] as const;

/** What is spent, by whom and on what, and what may still be. */
export default function Cost(): ReactNode {
  const [given, setBy] = useParam("by", "agent");
  const by = WAYS.find(([id]) => id === given)?.[0] ?? "agent";
  return (
    <Page title="Cost">
      <Sums />
      <Tabs label="By whom" tabs={WAYS} chosen={by} onChoose={setBy} />
      {by === "agent" || by === "model" ? <SpentByLabel key={by} by={by} /> : <SpentByTraces whom={by} />}
      <div className={css.below}>
        <Budgets />
        <UnpricedCalls />
      </div>
    </Page>
  );
}

import { type ReactNode, useMemo } from "react";
import { THRESHOLDS } from "../../../../alerts/source/thresholds.ts";
import { Link } from "../../app/link.tsx";
import type { Row } from "../../measures/answer.ts";
import { useRows } from "../../measures/ask-measures.ts";
import { Asked, Card, type Column, Empty, Table } from "../../parts/parts.tsx";
import { countColumn, secondsColumn, successColumn } from "./amounts.tsx";
import { Categories, categoriesOf } from "./by-category.tsx";
import css from "./models.module.css";
import { ERRORS_OF_TOOLS, TOOL_AGENTS, TOOLS, type ToolColumn } from "./questions.ts";

const { toolSuccessRatio } = THRESHOLDS;
/** Agents that a row names. */
const NAMED = 4;

const agentsIn = (rows: readonly Row<"calls">[], tool: string): readonly string[] =>
  rows
    .filter(({ labels, of }) => labels["tool"] === tool && (of.calls ?? 0) > 0)
    .sort((a, b) => (b.of.calls ?? 0) - (a.of.calls ?? 0))
    .map(({ labels }) => labels["agent"] ?? "");

const columnsOf = (
  errors: readonly Row<"errors">[],
  agents: readonly Row<"calls">[],
): readonly Column<Row<ToolColumn>>[] => [
  {
    title: "Tool",
    by: ({ labels }) => labels["tool"] ?? "",
    show: ({ labels: { tool = "" } }) => (
      <span className={css.name}>
        <Link to="/models" params={{ view: "tools", tool }}>
          {tool}
        </Link>
      </span>
    ),
  },
  countColumn("Calls", "calls"),
  successColumn("Success", "success", toolSuccessRatio),
  {
    title: "Errors by category",
    show: ({ labels: { tool = "" } }) => (
      <Categories categories={categoriesOf(errors, "tool", tool)} params={{ tool }} />
    ),
  },
  secondsColumn("p50", "p50"),
  secondsColumn("p95", "p95"),
  {
    title: "Called by",
    show: ({ labels: { tool = "" } }) => {
      const all = agentsIn(agents, tool);
      return (
        <span className={css.categories}>
          {all.slice(0, NAMED).map((agent) => (
            <Link key={agent} to="/traces" params={{ tool, ...(agent !== "none" && { agent }) }}>
              {agent === "none" ? "outside any agent" : agent}
            </Link>
          ))}
          {all.length > NAMED && <span className={css.faint}>and {all.length - NAMED} more</span>}
        </span>
      );
    },
  },
];

const NONE: readonly never[] = [];

/** All tools that were called in the time range. */
export function ToolsTab(): ReactNode {
  const rows = useRows(TOOLS, ["tool"]);
  const errors = useRows(ERRORS_OF_TOOLS, ["tool", "category"]);
  const agents = useRows(TOOL_AGENTS, ["tool", "agent"]);
  const columns = useMemo(() => columnsOf(errors.data ?? NONE, agents.data ?? NONE), [errors.data, agents.data]);
  return (
    <Card title="Tools" description="A click on a name shows how it developed, and who calls it.">
      <Asked answer={rows} what="Tools were not answered." height={320}>
        {(all) => {
          const shown = all.filter(({ of }) => (of.calls ?? 0) > 0);
          if (shown.length === 0) {
            return (
              <Empty title="No tool was called in this time" command='tool("search", async (query) => …)'>
                <p>Frameworks' tools are seen by themselves; a function of your own is one when it is wrapped.</p>
              </Empty>
            );
          }
          return <Table label="All tools" rows={shown} columns={columns} keyOf={({ id }) => id} sortedBy="Calls" />;
        }}
      </Asked>
    </Card>
  );
}

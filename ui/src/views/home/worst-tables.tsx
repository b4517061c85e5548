import type { ReactNode } from "react";
import { THRESHOLDS } from "../../../../alerts/source/thresholds.ts";
import { Link } from "../../app/link.tsx";
import { formatCount, formatRatio, formatSeconds, formatUsd } from "../../format/quantity.ts";
import type { Row } from "../../measures/answer.ts";
import { LevelText } from "../../measures/level-text.tsx";
import { levelBelow, levelOf } from "../../measures/levels.ts";
import { type Column, Table } from "../../parts/parts.tsx";
import css from "./home.module.css";
import type { AgentColumn, ToolColumn } from "./questions.ts";

const { agentErrorRatio, responseTimeSeconds, toolSuccessRatio } = THRESHOLDS;
const SHOWN = 6;
const NONE = "–";

const agentOf = ({ labels }: Row<AgentColumn>): string => labels["agent"] ?? "";
const toolOf = ({ labels }: Row<ToolColumn>): string => labels["tool"] ?? "";

const AGENT_COLUMNS: readonly Column<Row<AgentColumn>>[] = [
  {
    title: "Agent",
    show: (row) =>
      agentOf(row) === "none" ? (
        <Link to="/traces">outside any agent</Link>
      ) : (
        <Link to="/traces" params={{ agent: agentOf(row) }}>
          {agentOf(row)}
        </Link>
      ),
  },
  { title: "Runs", isNumber: true, show: ({ of }) => formatCount(of.runs ?? 0) },
  {
    title: "Failed",
    isNumber: true,
    show: (row) =>
      row.of.failedShare === undefined ? (
        NONE
      ) : (
        <Link to="/traces" params={{ agent: agentOf(row), status: "error" }}>
          <LevelText level={levelOf(row.of.failedShare, agentErrorRatio.target, agentErrorRatio.limit)}>
            {formatRatio(row.of.failedShare)}
          </LevelText>
        </Link>
      ),
  },
  {
    title: "p95",
    isNumber: true,
    show: ({ of: { p95 } }) =>
      p95 === undefined ? (
        NONE
      ) : (
        <LevelText level={levelOf(p95, responseTimeSeconds.target, responseTimeSeconds.limit)}>
          {formatSeconds(p95)}
        </LevelText>
      ),
  },
  {
    title: "Cost",
    isNumber: true,
    show: ({ of: { cost } }) => (cost === undefined ? NONE : <Link to="/cost">{formatUsd(cost)}</Link>),
  },
];

const TOOL_COLUMNS: readonly Column<Row<ToolColumn>>[] = [
  {
    title: "Tool",
    show: (row) => (
      <Link to="/models" params={{ view: "tools", tool: toolOf(row) }}>
        {toolOf(row)}
      </Link>
    ),
  },
  { title: "Calls", isNumber: true, show: ({ of }) => formatCount(of.calls ?? 0) },
  {
    title: "Failed",
    isNumber: true,
    show: (row) =>
      row.of.success === undefined ? (
        NONE
      ) : (
        <Link to="/traces" params={{ tool: toolOf(row), status: "error" }}>
          <LevelText level={levelBelow(row.of.success, toolSuccessRatio.target, toolSuccessRatio.limit)}>
            {formatRatio(1 - row.of.success)}
          </LevelText>
        </Link>
      ),
  },
  { title: "p95", isNumber: true, show: ({ of: { p95 } }) => (p95 === undefined ? NONE : formatSeconds(p95)) },
];

type Shown<R> = { readonly rows: readonly R[]; readonly when: string };

export const AgentsTable = ({ rows, when }: Shown<Row<AgentColumn>>): ReactNode =>
  rows.length === 0 ? (
    <p className={css.none}>No agent ran {when}.</p>
  ) : (
    <>
      <Table label="Agents" rows={rows.slice(0, SHOWN)} columns={AGENT_COLUMNS} keyOf={({ id }) => id} />
      <More count={rows.length - SHOWN} to="/d/ao-orchestration" />
    </>
  );

export const ToolsTable = ({ rows, when }: Shown<Row<ToolColumn>>): ReactNode =>
  rows.length === 0 ? (
    <p className={css.none}>No tool was called {when}.</p>
  ) : (
    <>
      <Table label="Tools" rows={rows.slice(0, SHOWN)} columns={TOOL_COLUMNS} keyOf={({ id }) => id} />
      <More count={rows.length - SHOWN} to="/models" params={{ view: "tools" }} />
    </>
  );

const More = ({
  count,
  to,
  params,
}: {
  readonly count: number;
  readonly to: string;
  readonly params?: Record<string, string>;
}): ReactNode =>
  count > 0 && (
    <p className={css.more}>
      <Link to={to} {...(params && { params })}>
        {count} more
      </Link>
    </p>
  );

/** Which agents and tools are in trouble, the worst first. Pure. */
import { THRESHOLDS } from "../../../../alerts/source/thresholds.ts";
import type { Row } from "../../measures/answer.ts";
import type { AgentColumn, ToolColumn } from "./questions.ts";

const { agentErrorRatio, responseTimeSeconds, toolSuccessRatio } = THRESHOLDS;

/** How far beyond its limit, as a share of it: 1 is at the limit. */
const agentTrouble = ({ of: { failedShare = 0, p95 = 0 } }: Row<AgentColumn>): number =>
  Math.max(failedShare / agentErrorRatio.limit, p95 / responseTimeSeconds.limit);
const toolTrouble = ({ of: { success = 1 } }: Row<ToolColumn>): number => (1 - success) / (1 - toolSuccessRatio.limit);

const worstFirst = <R>(rows: readonly R[], trouble: (row: R) => number, busy: (row: R) => number): readonly R[] =>
  [...rows].sort((a, b) => trouble(b) - trouble(a) || busy(b) - busy(a));

/** Agents that ran, or spent something. */
export const worstAgents = (rows: readonly Row<AgentColumn>[]): readonly Row<AgentColumn>[] =>
  worstFirst(
    rows.filter(({ of: { runs = 0, cost = 0 } }) => runs > 0 || cost > 0),
    agentTrouble,
    ({ of: { runs = 0 } }) => runs,
  );

export const worstTools = (rows: readonly Row<ToolColumn>[]): readonly Row<ToolColumn>[] =>
  worstFirst(
    rows.filter(({ of: { calls = 0 } }) => calls > 0),
    toolTrouble,
    ({ of: { calls = 0, p95 = 0 } }) => calls * p95,
  );

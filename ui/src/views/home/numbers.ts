/** Sums, shares and quantiles of what was counted: the numbers that the Overview board asks for. Pure. */
import type { Numbers, Row } from "../../measures/answer.ts";
import { quantileOf } from "../../measures/quantile.ts";
import type { AgentColumn, CountName, DurationName, GlanceName, ToolColumn } from "./questions.ts";

export type Counts = readonly Row<CountName>[];
export type Durations = readonly Row<DurationName>[];

/** The sum of what there is; undefined where there is nothing. */
function sumOf(rows: Counts, name: CountName, is: (labels: Row<CountName>["labels"]) => boolean = () => true) {
  const found = rows.filter(({ labels, of }) => of[name] !== undefined && is(labels));
  return found.length === 0 ? undefined : found.reduce((sum, { of }) => sum + (of[name] ?? 0), 0);
}

/** A part that never occurred counts as 0; of nothing there is no share. */
const shareOf = (part: number | undefined, whole: number | undefined): number | undefined =>
  whole === undefined || whole <= 0 ? undefined : (part ?? 0) / whole;

const known = <Name extends string>(numbers: { readonly [name in Name]: number | undefined }): Numbers<Name> =>
  Object.fromEntries(Object.entries(numbers).filter(([, value]) => value !== undefined)) as Numbers<Name>;

const namesIn = (rows: readonly Row<string>[], label: string): readonly string[] => [
  ...new Set(rows.flatMap(({ labels }) => (labels[label] === "" ? [] : (labels[label] ?? [])))),
];

const failed = ({ status }: Row<CountName>["labels"]): boolean => status === "error";

function p95Of(durations: Durations | undefined, name: DurationName, label?: string, value?: string) {
  return quantileOf(
    0.95,
    (durations ?? []).flatMap(({ labels, of }) =>
      of[name] === undefined || (label !== undefined && labels[label] !== value)
        ? []
        : [{ bound: labels["le"] ?? "", count: of[name] }],
    ),
  );
}

export function glanceOf(counts: Counts, durations: Durations | undefined): Numbers<GlanceName> {
  const runs = sumOf(counts, "runs");
  const tools = sumOf(counts, "tools");
  const llm = sumOf(counts, "llm");
  const failedRuns = sumOf(counts, "runs", failed);
  const agents = namesIn(counts, "agent").filter(
    (agent) => (sumOf(counts, "runs", (labels) => labels["agent"] === agent) ?? 0) > 0,
  );
  return known({
    runs: runs ?? 0,
    failedRuns: failedRuns ?? 0,
    failedShare: shareOf(failedRuns, runs),
    p95: p95Of(durations, "runs"),
    agents: agents.length,
    toolCalls: tools ?? 0,
    toolSuccess: shareOf(
      sumOf(counts, "tools", ({ status }) => status === "ok"),
      tools,
    ),
    spent: sumOf(counts, "cost") ?? 0,
    llmCalls: llm ?? 0,
    llmFailedShare: shareOf(sumOf(counts, "llm", failed), llm),
  });
}

export const agentsOf = (counts: Counts, durations: Durations | undefined): readonly Row<AgentColumn>[] =>
  namesIn(counts, "agent").map((agent) => {
    const of = counts.filter(({ labels }) => labels["agent"] === agent);
    const runs = sumOf(of, "runs");
    return {
      id: agent,
      labels: { agent },
      of: known({
        runs,
        failedShare: shareOf(sumOf(of, "runs", failed), runs),
        p95: p95Of(durations, "runs", "agent", agent),
        cost: sumOf(of, "cost"),
      }),
    };
  });

export const toolsOf = (counts: Counts, durations: Durations | undefined): readonly Row<ToolColumn>[] =>
  namesIn(counts, "tool").map((tool) => {
    const of = counts.filter(({ labels }) => labels["tool"] === tool);
    const calls = sumOf(of, "tools");
    return {
      id: tool,
      labels: { tool },
      of: known({
        calls,
        success: shareOf(
          sumOf(of, "tools", ({ status }) => status === "ok"),
          calls,
        ),
        p95: p95Of(durations, "tools", "tool", tool),
      }),
    };
  });

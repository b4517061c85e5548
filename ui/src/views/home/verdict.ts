/** Whether everything is well, in one line, and why not. Pure; judged by what alerts fire at. */
import { THRESHOLDS } from "../../../../alerts/source/thresholds.ts";
import type { Alert } from "../../../../src/backends/index.ts";
import { formatCount, formatRatio, formatSeconds } from "../../format/quantity.ts";
import type { Numbers } from "../../measures/answer.ts";
import type { GlanceName } from "./questions.ts";

export type Tone = "ok" | "info" | "warn" | "bad";
export type Reason = {
  readonly tone: "warn" | "bad";
  readonly text: string;
  readonly to: string;
  readonly params?: Readonly<Record<string, string>>;
};
export type Verdict = {
  readonly tone: Tone;
  readonly title: string;
  /** What goes with the title where there is no reason to name. */
  readonly text: string;
  readonly reasons: readonly Reason[];
};

type Worst = { readonly agent: string; readonly failedShare: number };
export type Facts = {
  readonly glance: Numbers<GlanceName>;
  /** Firing now, without the one that always does. */
  readonly firing: readonly Alert[];
  readonly worst: Worst | undefined;
  /** As in "in the last hour". */
  readonly when: string;
};

const { agentErrorRatio, responseTimeSeconds, toolSuccessRatio, budgetUsedRatio, stuckRunSeconds, llmErrorRatio } =
  THRESHOLDS;

/** Alerts that ask for somebody: `log` ones are there to be looked up. */
export const isCall = ({ labels }: Alert): boolean => labels["severity"] !== "log";
const pages = ({ labels }: Alert): boolean => labels["severity"] === "page";
export const isFiring = ({ state, labels }: Alert): boolean => state === "firing" && labels["alertname"] !== "Watchdog";

function alertReasons(firing: readonly Alert[]): Reason[] {
  const calls = firing.filter(isCall);
  // Those that page somebody are named first.
  const sorted = calls.toSorted((a, b) => Number(pages(b)) - Number(pages(a)));
  const names = [...new Set(sorted.map(({ labels }) => labels["alertname"] ?? ""))];
  const [first = ""] = names;
  if (names.length === 0) return [];
  const others = names.length === 2 ? names[1] : `${names.length - 1} other alerts`;
  return [
    {
      tone: calls.some(pages) ? "bad" : "warn",
      text: names.length === 1 ? `${first} fires` : `${first} and ${others} fire`,
      to: names.length === 1 ? `/alert/${encodeURIComponent(first)}` : "/alerts",
    },
  ];
}

function runReasons({ failedShare = 0, p95 = 0, oldestRunS = 0 }: Facts["glance"], worst: Worst | undefined): Reason[] {
  const reasons: Reason[] = [];
  if (failedShare > agentErrorRatio.target) {
    const who =
      worst === undefined || worst.failedShare <= 0 ? "" : ` (${worst.agent}: ${formatRatio(worst.failedShare)})`;
    reasons.push({
      tone: failedShare > agentErrorRatio.limit ? "bad" : "warn",
      text: `${formatRatio(failedShare)} of the runs failed${who}`,
      to: "/traces",
      params: { status: "error", ...(who !== "" && worst !== undefined && { agent: worst.agent }) },
    });
  }
  if (p95 > responseTimeSeconds.limit)
    reasons.push({
      tone: "warn",
      text: `one run in twenty takes over ${formatSeconds(p95)}`,
      to: "/d/ao-orchestration",
    });
  if (oldestRunS > stuckRunSeconds.limit)
    reasons.push({ tone: "warn", text: `a run has been going on for ${formatSeconds(oldestRunS)}`, to: "/traces" });
  return reasons;
}

function callReasons({ toolSuccess = 1, llmFailedShare = 0, fullestBudget = 0 }: Facts["glance"]): Reason[] {
  const reasons: Reason[] = [];
  if (toolSuccess < toolSuccessRatio.limit)
    reasons.push({
      tone: "warn",
      text: `${formatRatio(1 - toolSuccess)} of the tool calls failed`,
      to: "/models",
      params: { view: "tools" },
    });
  if (llmFailedShare > llmErrorRatio.limit)
    reasons.push({ tone: "warn", text: `${formatRatio(llmFailedShare)} of the model calls failed`, to: "/models" });
  if (fullestBudget >= 1) reasons.push({ tone: "warn", text: "a budget is used up", to: "/cost" });
  else if (fullestBudget > budgetUsedRatio.limit)
    reasons.push({ tone: "warn", text: `a budget is ${formatRatio(fullestBudget)} used`, to: "/cost" });
  return reasons;
}

const TITLES: Readonly<Record<Tone, string>> = {
  ok: "All is well",
  info: "Nothing to judge",
  warn: "Worth a look",
  bad: "Something is wrong",
};

const amount = (count: number, one: string): string => `${formatCount(count)} ${one}${count === 1 ? "" : "s"}`;

function course({ runs = 0, llmCalls = 0, toolCalls = 0, failedRuns = 0 }: Facts["glance"], when: string): string {
  if (runs > 0) return `${amount(runs, "run")} ${when}, ${failedRuns === 0 ? "none" : formatCount(failedRuns)} failed.`;
  if (llmCalls > 0) return `${amount(llmCalls, "model call")} ${when}, outside any agent.`;
  return toolCalls > 0 ? `${amount(toolCalls, "tool call")} ${when}.` : `Nothing ran ${when}.`;
}

export function judge({ glance, firing, worst, when }: Facts): Verdict {
  const reasons = [...alertReasons(firing), ...runReasons(glance, worst), ...callReasons(glance)];
  const text = course(glance, when);
  const { runs = 0, llmCalls = 0, toolCalls = 0 } = glance;
  const isIdle = runs + llmCalls + toolCalls === 0;
  const tone: Tone = reasons.some((one) => one.tone === "bad")
    ? "bad"
    : reasons.length > 0
      ? "warn"
      : isIdle
        ? "info"
        : "ok";
  // What is bad first, and then in the order in which it is looked at.
  const sorted = [...reasons.filter((one) => one.tone === "bad"), ...reasons.filter((one) => one.tone === "warn")];
  return { tone, title: TITLES[tone], text, reasons: sorted };
}

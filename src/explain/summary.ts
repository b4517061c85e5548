import type { TraceSummary } from "../backends/index.ts";
import type { Attempt, CostShare, SlowStep, Usage } from "./course.ts";
import type { Failure } from "./failure.ts";
import { describeStep, type Step } from "./step.ts";

/** How it ended. `recovered`: something failed and the whole went well all the same. */
export type Outcome = "failed" | "recovered" | "succeeded" | "running" | "incomplete";

export type Told = {
  readonly outcome: Outcome;
  readonly root: Step;
  readonly summary: TraceSummary;
  readonly failure: Failure | undefined;
  readonly origins: number;
  readonly openStep: Step | undefined;
  readonly lastSuccess: Step | undefined;
  readonly attempts: readonly Attempt[];
  readonly until: Usage;
  readonly slowest: readonly SlowStep[];
  readonly costs: readonly CostShare[];
};

const MAX_MESSAGE = 300;

const seconds = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);
const dollars = (usd: number): string => `$${usd < 0.01 ? Number(usd.toPrecision(3)) : usd.toFixed(2)}`;
const count = (amount: number, one: string, many = `${one}s`): string => `${amount} ${amount === 1 ? one : many}`;
const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

function message({ error }: Pick<Failure, "error">): string {
  const [first = ""] = error.message.split("\n", 1);
  const short = first.length > MAX_MESSAGE ? `${first.slice(0, MAX_MESSAGE)}…` : first;
  const what = [
    error.type,
    error.httpStatus === undefined || error.type === String(error.httpStatus) ? undefined : `HTTP ${error.httpStatus}`,
  ]
    .filter((part) => part !== undefined)
    .join(", ");
  return `${error.category}${what === "" || what === error.category ? "" : ` (${what})`}${short === "" ? "" : `: ${short}`}`;
}

function usageSentence(until: Usage, when: string): string {
  const { llmCalls, toolCalls, inputTokens, outputTokens, costUsd, unpricedCalls } = until;
  if (llmCalls === 0 && toolCalls === 0) return `No model and no tool had been called ${when}.`;
  const parts = [count(llmCalls, "model call"), count(toolCalls, "tool call")];
  const used = llmCalls === 0 ? "" : `, ${inputTokens} → ${outputTokens} tokens`;
  const cost =
    costUsd === undefined
      ? unpricedCalls > 0
        ? ", price unknown"
        : ""
      : `, ${unpricedCalls > 0 ? "at least " : ""}${dollars(costUsd)}`;
  return `${capital(when)}: ${parts.join(" and ")}${used}${cost}.`;
}

function beginning({ outcome, root, summary, failure, origins, openStep }: Told): string[] {
  const took = seconds(summary.durationMs);
  const whole = capital(describeStep(root));
  if (outcome === "running")
    return [
      `${whole} has been running for ${took}${openStep === undefined || openStep.spanId === root.spanId ? "" : `, now in ${describeStep(openStep)}`}.`,
    ];
  if (outcome === "incomplete")
    return [
      `${whole} never came to its end: its process died or can send no more. It was last heard of after ${took}${openStep === undefined ? "" : `, in ${describeStep(openStep)}`}.`,
    ];
  if (failure === undefined) return [`${whole} went well, in ${took}.`];
  const began = describeStep(failure.at);
  const after = seconds(Math.max(0, failure.at.startMs - summary.startMs));
  if (outcome === "recovered")
    return [
      `${whole} went well, in ${took}, though ${count(origins, "step")} failed on the way.`,
      ended(`The first was ${began}, ${after} after the start: ${message(failure)}`),
    ];
  const through = failure.chain.slice(0, -1).map(describeStep);
  return failure.chain.length === 0
    ? [ended(`${whole} failed after ${took}: ${message(failure)}`)]
    : [
        ended(`${whole} failed after ${took}, because ${began} failed: ${message(failure)}`),
        `It began ${after} after the start${through.length === 0 ? "" : ` and went on through ${through.slice(0, 3).join(", ")}${through.length > 3 ? ` and ${through.length - 3} more` : ""}`}.`,
      ];
}

/** A message may end as a sentence does. */
const ended = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`);

/** What happened, in a few plain sentences. Texts from outside are in them as they are. */
export function tellStory(told: Told): readonly string[] {
  const { outcome, failure, lastSuccess, attempts, until, slowest, costs } = told;
  const lines = beginning(told);
  if (failure !== undefined && outcome !== "recovered" && outcome !== "failed")
    lines.push(`On the way ${describeStep(failure.at)} failed: ${message(failure)}.`);
  if (outcome !== "succeeded" && outcome !== "recovered" && lastSuccess !== undefined)
    lines.push(`The last step that went well was ${describeStep(lastSuccess)}.`);
  lines.push(usageSentence(until, outcome === "failed" ? "until then" : outcome === "running" ? "so far" : "in all"));
  const retries = attempts.filter(({ kindOfAttempt }) => kindOfAttempt === "retry").length;
  const fallbacks = attempts.length - retries;
  if (attempts.length > 0)
    lines.push(
      `Model calls were repeated ${count(retries, "time")}${fallbacks === 0 ? "" : `, and ${count(fallbacks, "call")} stood in for one that failed`}.`,
    );
  if (outcome === "failed" || outcome === "incomplete") return lines;
  const [slow] = slowest;
  if (slow !== undefined && slow.selfMs > 0)
    lines.push(`Most of the time went into ${describeStep(slow)}: ${seconds(slow.selfMs)}.`);
  const [dear] = costs;
  if (dear !== undefined && costs.length > 1)
    lines.push(
      `Most of the money went to ${dear.model}${dear.agent === undefined ? "" : ` for the agent ${dear.agent}`}: ${dollars(dear.costUsd)}.`,
    );
  return lines;
}

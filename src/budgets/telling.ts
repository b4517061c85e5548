import type { Metrics } from "../metrics/index.ts";
import { ATTR } from "../model/index.ts";
import type { Account, Use } from "./account.ts";
import type { FinishedCall, Occasion } from "./budgets.ts";
import type { BudgetDefinition } from "./definition.ts";
import type { BudgetExceededError } from "./exceeded.ts";
import type { Identity } from "./identity.ts";
import type { LoopKind } from "./loops.ts";

/** What budgets have to say, in metrics and log records. */
export type Telling = {
  readonly ratio: (budget: string, ratio: number) => void;
  readonly reached: (
    definition: BudgetDefinition,
    threshold: number,
    use: Use,
    account: Account,
    occasion: Occasion,
  ) => void;
  readonly blocked: (error: BudgetExceededError, identity: Identity) => void;
  readonly unpriced: (definition: BudgetDefinition, call: FinishedCall) => void;
  readonly loop: (kind: LoopKind, name: string, count: number, identity: Identity) => void;
};

type Attributes = Record<string, string | number | boolean>;

export type BudgetEvent = {
  /** Also the name of the event. */
  readonly name: string;
  readonly level: "warn" | "error";
  readonly message: string;
  readonly attributes: Attributes;
  /** Where it happened; undefined where that is what is current. */
  readonly spanContext: FinishedCall["spanContext"];
};

export type TellingOptions = {
  readonly metrics: Pick<Metrics, "add" | "set">;
  readonly emit: (event: BudgetEvent) => void;
};

const EVENT = "agent_observatory.budget";
const LOOP_EVENT = "agent_observatory.loop";
const NONE = "none";

function whose({ agent, session, user }: Identity): Attributes {
  return {
    ...(agent !== undefined && { [ATTR.agentName]: agent }),
    ...(session !== undefined && { [ATTR.sessionId]: session }),
    ...(user !== undefined && { [ATTR.userId]: user }),
  };
}

const percent = (ratio: number): string => `${Math.round(ratio * 100)} %`;

export function createTelling({ metrics, emit }: TellingOptions): Telling {
  /** A thousand calls that are stopped are a thousand in the metric and a few lines. */
  const blockedLines = new Map<string, number>();
  return {
    ratio: (budget, ratio) => metrics.set("budget_used_ratio", { budget }, ratio),
    reached: (
      { name, per, mode = "warn" },
      threshold,
      { unit, amount, limit, ratio },
      { key },
      { identity, spanContext },
    ) => {
      if (threshold >= 1) metrics.add("budget_exceeded_total", { budget: name, mode });
      emit({
        name: `${EVENT}.${threshold >= 1 ? "exceeded" : "warning"}`,
        level: threshold >= 1 && mode === "block" ? "error" : "warn",
        message: `budget ${name}: ${percent(ratio)} of ${limit} ${unit} per ${per} used`,
        attributes: {
          ...whose(identity),
          [ATTR.budgetName]: name,
          [ATTR.budgetScope]: per,
          [ATTR.budgetKey]: key,
          [ATTR.budgetUnit]: unit,
          [ATTR.budgetSpent]: amount,
          [ATTR.budgetLimit]: limit,
          [ATTR.budgetRatio]: ratio,
          [ATTR.budgetMode]: mode,
        },
        spanContext,
      });
    },
    blocked: (error, identity) => {
      const { budget, reason } = error;
      metrics.add("budget_blocked_calls_total", { budget, agent: identity.agent ?? NONE, reason });
      const key = `${budget} ${identity.run?.id ?? ""}`;
      const times = (blockedLines.get(key) ?? 0) + 1;
      blockedLines.delete(key);
      blockedLines.set(key, times);
      for (const oldest of blockedLines.keys()) {
        if (blockedLines.size <= 1000) break;
        blockedLines.delete(oldest);
      }
      if (times > 3) return;
      emit({
        name: `${EVENT}.blocked`,
        level: "error",
        message: `a call was stopped: ${error.message}`,
        attributes: { ...whose(identity), [ATTR.budgetName]: budget, [ATTR.budgetReason]: reason },
        spanContext: undefined,
      });
    },
    unpriced: ({ name }, { identity, provider, model, spanContext }) =>
      emit({
        name: `${EVENT}.unpriced`,
        level: "warn",
        message: `budget ${name}: a call to ${model ?? "a model"} has no known price, so its dollars are not counted`,
        attributes: {
          ...whose(identity),
          [ATTR.budgetName]: name,
          [ATTR.provider]: provider,
          ...(model !== undefined && { [ATTR.requestModel]: model }),
        },
        spanContext,
      }),
    loop: (kind, name, count, identity) => {
      metrics.add("agent_loop_detected_total", { agent: identity.agent ?? NONE, kind });
      emit({
        name: LOOP_EVENT,
        level: "warn",
        message: `the same ${kind === "tool" ? "tool call" : "request to a model"} (${name}) was made ${count} times in one agent run`,
        attributes: {
          ...whose(identity),
          [ATTR.loopKind]: kind,
          [ATTR.loopCount]: count,
          ...(kind === "tool" ? { [ATTR.toolName]: name } : { [ATTR.requestModel]: name }),
        },
        spanContext: undefined,
      });
    },
  };
}

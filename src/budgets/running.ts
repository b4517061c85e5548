import type { CostSummaries } from "../cost/index.ts";
import type { Budgets } from "./budgets.ts";
import type { BudgetExceededError } from "./exceeded.ts";
import type { Identity } from "./identity.ts";
import { argumentsFingerprint } from "./loops.ts";
import { createReservation, type Reservation } from "./reservation.ts";

/** Budgets while telemetry runs. */
export type RunningBudgets = {
  readonly budgets: Budgets;
  readonly costs: CostSummaries;
  /** Whose the call would be that is made now. */
  readonly here: () => Identity;
  /** Says what a program got wrong, once. */
  readonly complain: (message: string) => void;
};

const RUNNING = Symbol.for("agent-observatory.budgets");
type Global = { [RUNNING]?: RunningBudgets | undefined };

/** On a global symbol, because a program may hold the package twice and must still have it once. */
export const runningBudgets = (): RunningBudgets | undefined => (globalThis as Global)[RUNNING];

export function setRunningBudgets(running: RunningBudgets | undefined): void {
  (globalThis as Global)[RUNNING] = running;
}

/** A step that a wrapper is about to begin. `args` of a tool tell whether it is the same call again. */
export type Step =
  | { readonly kind: "agent"; readonly name: string }
  | { readonly kind: "tool"; readonly name: string; readonly args?: unknown }
  /** `name` is the model. */
  | { readonly kind: "llm"; readonly name: string; readonly provider: string };

/**
 * The error with which a wrapper refuses to begin a step, undefined where it may begin. Asked in the context in which the step is called, once
 * for each call: a tool's is counted.
 */
export function refusalHere(step: Step): BudgetExceededError | undefined {
  const running = runningBudgets();
  if (running === undefined || !running.budgets.isWatching()) return undefined;
  const { budgets } = running;
  const { kind, name } = step;
  const around = running.here();
  const identity = kind === "agent" ? { ...around, agent: name } : around;
  const call = kind === "llm" ? { provider: step.provider, model: name === "" ? undefined : name } : undefined;
  const refused = budgets.refuse(identity, call);
  let error = refused === "unsure" ? undefined : refused;
  const fingerprint =
    kind === "tool" && error === undefined && step.args !== undefined
      ? argumentsFingerprint(name, step.args)
      : undefined;
  if (fingerprint !== undefined) {
    error = budgets.refuseLoop(identity, "tool", fingerprint);
    budgets.countRepeat(identity, "tool", fingerprint, name);
  }
  if (error !== undefined) budgets.tellBlocked(error, identity);
  return error;
}

/** Counts a call to a model that a wrapper begins, so that calls that are made at the same time count each other. */
export function reserveHere(provider: string, model: string): Reservation | undefined {
  const running = runningBudgets();
  if (running === undefined || !running.budgets.isWatching()) return undefined;
  return createReservation(running.budgets, running.here(), { provider, model: model === "" ? undefined : model });
}

/**
 * Budgets: what was spent by run, session, user, agent, hour and day, what happens as a limit comes near or is reached, and loops of the same
 * call. Keeps the accounts of this process, bounded; asks nobody and stops nothing itself: the wire and the wrappers ask before a call goes out.
 */
export { admissionFor, type CallAdmission } from "./admission.ts";
export { type CostSummaryOptions, costSummary, type SetBudget, setBudget } from "./api.ts";
export { type Budgets, createBudgets } from "./budgets.ts";
export {
  type Budget,
  type BudgetDefinition,
  type BudgetLimit,
  type BudgetOptions,
  type BudgetReached,
  type BudgetScope,
  parseBudget,
  type Spent,
} from "./definition.ts";
export { BudgetExceededError } from "./exceeded.ts";
export type { Identity, ModelCall, Run } from "./identity.ts";
export { argumentsFingerprint } from "./loops.ts";
export { insideReservation, type Reservation, reservationIn } from "./reservation.ts";
export { type RunningBudgets, refusalHere, reserveHere, runningBudgets, setRunningBudgets } from "./running.ts";
export type { BudgetEvent } from "./telling.ts";
export { type BudgetWatch, type BudgetWatchOptions, createBudgetWatch, type EndedSpan } from "./watch.ts";

import { ObservatoryError } from "../base/index.ts";

export type Refusal = {
  /** The name of the budget; `loop` where the same call was made too often. */
  readonly budget: string;
  /** `limit`: it is spent. `loop`: the same call again. `fault`: it could not be checked, and `budgets.onFault` is `closed`. */
  readonly reason: "limit" | "loop" | "fault";
  /** Completes "expected …" and "got …". Nothing of a session, a user or a call is in them. */
  readonly expected: string;
  readonly received: string;
};

/**
 * A call was stopped before it went out, because a budget in mode `block` is spent (code `AO_BUDGET_EXCEEDED`). Wrapped functions throw it;
 * `fetch` and the SDKs fail with it as the cause of their own error.
 */
export class BudgetExceededError extends ObservatoryError {
  readonly budget: string;
  readonly reason: Refusal["reason"];

  constructor({ budget, reason, expected, received }: Refusal) {
    super("AO_BUDGET_EXCEEDED", { expected, received });
    this.name = "BudgetExceededError";
    this.budget = budget;
    this.reason = reason;
  }
}

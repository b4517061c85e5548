import { type BudgetExceededError, insideReservation, refusalHere, reserveHere } from "../budgets/index.ts";
import { ATTR, INFERENCE_OPERATIONS, OPERATION } from "../model/index.ts";
import type { RecordedCall } from "./recorded-call.ts";

/**
 * The error with which budgets keep a run from beginning; undefined where it may, and for kinds of runs that cost nothing themselves. A call to
 * a model counts from here on.
 */
export function admit(call: RecordedCall, args: unknown): BudgetExceededError | undefined {
  const { attributes } = call.recipe;
  const operation = String(attributes[ATTR.operation]);
  const name = (attribute: string): string => String(attributes[attribute] ?? "");
  if (operation === OPERATION.invokeAgent) return refusalHere({ kind: "agent", name: name(ATTR.agentName) });
  if (operation === OPERATION.executeTool) return refusalHere({ kind: "tool", name: name(ATTR.toolName), args });
  if (!INFERENCE_OPERATIONS.has(operation)) return undefined;
  const provider = name(ATTR.provider) || "unknown";
  const model = name(ATTR.requestModel);
  const refused = refusalHere({ kind: "llm", name: model, provider });
  if (refused !== undefined) return refused;
  call.reservation = reserveHere(provider, model);
  if (call.reservation !== undefined) call.inside = insideReservation(call.inside, call.reservation);
  return undefined;
}

/** Whether a function answers with a promise in any case, so that it is to be rejected and not thrown past. */
export const isAsync = (fn: unknown): boolean =>
  typeof fn === "function" && Reflect.get(fn, Symbol.toStringTag) === "AsyncFunction";

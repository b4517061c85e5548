import type { Budgets } from "./budgets.ts";
import type { BudgetExceededError } from "./exceeded.ts";
import type { Identity, ModelCall } from "./identity.ts";
import type { Reservation } from "./reservation.ts";

/** What is asked before calls to models go out from one place (the wire's `Admission`). */
export type CallAdmission = {
  readonly mayRefuse: boolean;
  readonly countsRequests: boolean;
  readonly decide: (call: ModelCall, fingerprint: string | undefined) => BudgetExceededError | "unsure" | undefined;
  readonly begin: (call: ModelCall) => () => void;
  readonly count: (call: ModelCall, fingerprint: string) => void;
};

/** Admission by budgets for one identity, inside of a call that a wrapper has counted; undefined where there is nothing to ask or count. */
export function admissionFor(
  budgets: Budgets,
  identity: Identity,
  reservation?: Reservation,
): CallAdmission | undefined {
  if (!budgets.isWatching()) return undefined;
  const { countsLoops, blocksLoops } = budgets.looping;
  const isInRun = identity.run?.isAgentic === true;
  const tell = (error: BudgetExceededError): BudgetExceededError => {
    budgets.tellBlocked(error, identity);
    return error;
  };
  return {
    mayRefuse: budgets.mayRefuse(identity),
    countsRequests: countsLoops && isInRun,
    decide: (call, fingerprint) => {
      const ask = () => budgets.refuse(identity, call);
      const refused = reservation === undefined ? ask() : reservation.without(ask);
      if (refused !== undefined && refused !== "unsure") return tell(refused);
      if (!blocksLoops || !isInRun) return refused;
      if (fingerprint === undefined) return "unsure";
      const loop = budgets.refuseLoop(identity, "llm", fingerprint);
      if (loop === undefined) return refused;
      budgets.countRepeat(identity, "llm", fingerprint, call.model ?? call.provider);
      return tell(loop);
    },
    begin: (call) => {
      const begin = () => budgets.begin(identity, call);
      return reservation === undefined ? begin() : reservation.hand(begin);
    },
    count: (call, fingerprint) => budgets.countRepeat(identity, "llm", fingerprint, call.model ?? call.provider),
  };
}

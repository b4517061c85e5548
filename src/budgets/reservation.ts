import { type Context, createContextKey } from "@opentelemetry/api";
import type { Budgets } from "./budgets.ts";
import type { Identity, ModelCall } from "./identity.ts";

/** A call that a wrapper has counted as it began. Where it shows on the wire it is the same call, and counted once at any time. */
export type Reservation = {
  /** Asks as if the call were not counted yet, unless a request of it is under way. */
  readonly without: <T>(ask: () => T) => T;
  /** A request of it goes out and is counted in its place. Returns what says that the request has ended. */
  readonly hand: (begin: () => () => void) => () => void;
  readonly end: () => void;
};

const KEY = createContextKey("agent-observatory.reservation");

export const insideReservation = (at: Context, reservation: Reservation): Context => at.setValue(KEY, reservation);

/** The innermost call of a wrapper that `at` lies in, as it counts in budgets. */
export const reservationIn = (at: Context): Reservation | undefined => at.getValue(KEY) as Reservation | undefined;

export function createReservation(budgets: Budgets, identity: Identity, call: ModelCall): Reservation {
  let release = budgets.begin(identity, call);
  let isHanded = false;
  let hasEnded = false;
  const countAgain = (): void => {
    if (!hasEnded) release = budgets.begin(identity, call);
  };
  return {
    without: (ask) => {
      if (isHanded || hasEnded) return ask();
      release();
      try {
        return ask();
      } finally {
        countAgain();
      }
    },
    hand: (begin) => {
      if (isHanded || hasEnded) return begin();
      isHanded = true;
      release();
      const releaseRequest = begin();
      return () => {
        releaseRequest();
        if (!isHanded) return;
        isHanded = false;
        countAgain();
      };
    },
    end: () => {
      hasEnded = true;
      release();
    },
  };
}

import { PromqlError } from "./error.ts";

/** What a query may use of memory and time. */
export type Budget = {
  /** Samples held now, without those that are kept. */
  readonly held: () => number;
  /** Before so many samples are allocated. */
  readonly hold: (samples: number) => void;
  /** For samples that stay until the query ends. */
  readonly keep: (samples: number) => void;
  /** Of what was held since `held` was `before`, only `samples` are left. */
  readonly settle: (before: number, samples: number) => void;
  /** After so many samples were looked at. */
  readonly work: (samples: number) => void;
};

// About a millisecond of the cheapest loops, and some ten of the dearest.
const SAMPLES_BETWEEN_CHECKS = 200_000;

export function createBudget(maxSamples: number, isExpired: () => boolean): Budget {
  let [held, kept, worked] = [0, 0, 0];
  const check = (): void => {
    if (isExpired()) throw new PromqlError("timeout", "query timed out in expression evaluation");
  };
  const checkSamples = (): void => {
    if (held + kept <= maxSamples) return;
    throw new PromqlError(
      "too_many_samples",
      `query processing would load too many samples into memory in query execution (more than ${maxSamples})`,
    );
  };
  check();
  return {
    held: () => held,
    hold: (samples) => {
      held += samples;
      checkSamples();
    },
    keep: (samples) => {
      kept += samples;
      checkSamples();
    },
    settle: (before, samples) => {
      held = before + samples;
    },
    work: (samples) => {
      worked += samples + 1;
      if (worked < SAMPLES_BETWEEN_CHECKS) return;
      worked = 0;
      check();
    },
  };
}

/** Numbers that look random and are the same in every run: a failure can be looked at again. */
export type Random = {
  /** From 0 to 1, without 1. */
  readonly next: () => number;
  /** Whole, from 0 to `below`, without it. */
  readonly below: (below: number) => number;
  readonly pick: <T>(list: readonly T[]) => T;
  /** True with the given probability. */
  readonly chance: (probability: number) => boolean;
};

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  // A linear congruential generator (Numerical Recipes' constants), its low bits, which have short periods, folded away.
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    next,
    below,
    pick: (list) => list[below(list.length)] as (typeof list)[number],
    chance: (probability) => next() < probability,
  };
}

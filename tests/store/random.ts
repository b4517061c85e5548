/** Numbers that look random and are the same for the same seed (a linear congruence of 48 bits, as POSIX drand48 has it). */
export type Random = {
  /** From 0, below 1. */
  readonly next: () => number;
  /** A whole number from 0, below `end`. */
  readonly below: (end: number) => number;
  readonly pick: <Item>(items: readonly Item[]) => Item;
};

export function createRandom(seed: number): Random {
  const [FACTOR, MODULUS] = [0x5deece66dn, 1n << 48n];
  let state = ((BigInt(seed) << 16n) + 0x330en) % MODULUS;
  const next = (): number => {
    state = (state * FACTOR + 0xbn) % MODULUS;
    return Number(state) / Number(MODULUS);
  };
  const below = (end: number): number => Math.floor(next() * end);
  return { next, below, pick: (items) => items[below(items.length)] as (typeof items)[number] };
}

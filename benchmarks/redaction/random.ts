/** Numbers below a bound, the same for the same seed (mulberry32). */
export type Random = (below: number) => number;

export function createRandom(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

export const pick = <T>(random: Random, list: readonly T[]): T => list[random(list.length)] as T;

export const chars = (random: Random, alphabet: string, length: number): string =>
  Array.from({ length }, () => alphabet[random(alphabet.length)]).join("");

export const DIGITS = "0123456789";
export const HEX = "0123456789abcdef";
export const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
export const LOWER = "abcdefghijklmnopqrstuvwxyz";
export const ALNUM = UPPER + LOWER + DIGITS;
export const URL_SAFE = `${ALNUM}_-`;

/** Letters and digits, both at least once: what a random key practically always has. */
export function key(random: Random, alphabet: string, length: number): string {
  for (;;) {
    const made = chars(random, alphabet, length);
    if (/\d/.test(made) && /[A-Za-z]/.test(made) && !/[-_.]$/.test(made)) return made;
  }
}

export const uuid = (random: Random): string => [8, 4, 4, 4, 12].map((length) => chars(random, HEX, length)).join("-");

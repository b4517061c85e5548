import { pick, type Random } from "./random.ts";
import type { Make } from "./tokens.ts";

/** A text around a secret. */
export type Told = { readonly before: string; readonly secret: string; readonly after: string };
export type Tell = (random: Random) => Told;

/** Two digits, as dates have them. */
export const two = (number: number): string => String(number).padStart(2, "0");

/** What closes a text that ends like this. */
const closing = (before: string): string | undefined => /\\?["']$/.exec(before)?.[0];

/** Tells one of these secrets after one of these words, before one of these ends. */
export const told =
  (words: readonly string[], makers: readonly Make[], ends: readonly string[] = ["", ".", "\n"]): Tell =>
  (random) => {
    const before = pick(random, words);
    return { before, secret: pick(random, makers)(random), after: closing(before) ?? pick(random, ends) };
  };

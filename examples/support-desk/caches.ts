import { logCacheOperation, observeCache, recordCache } from "agent-observatory";
import { log } from "./log.ts";

export type CachedAnswer = { readonly text: string; readonly route: string };

export type Caches = {
  /** By the very words. */
  readonly same: (question: string) => CachedAnswer | undefined;
  /** By what is meant: the nearest question, if it is near enough. */
  readonly similar: (vector: readonly number[]) => CachedAnswer | undefined;
  readonly keep: (question: string, vector: readonly number[], answer: CachedAnswer) => void;
};

/** Both caches forget the oldest answer beyond this. */
const MAX_ANSWERS = 1000;
/** Chosen by hand on the handbook's questions: other words for the same thing are above, other things below. */
const MIN_SIMILARITY = 0.8;

const wordsOf = (question: string): string =>
  question
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu)
    ?.join(" ") ?? "";

/** Vectors of the model have the length 1: their product is the cosine. */
const product = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);

export function createCaches(): Caches {
  // A Map that tells of hits, misses and sets by itself.
  const exact = observeCache(new Map<string, CachedAnswer>(), { name: "answers" });
  const near: { readonly vector: readonly number[]; readonly answer: CachedAnswer }[] = [];

  return {
    same: (question) => {
      const found = exact.get(wordsOf(question));
      logCacheOperation(log, { cache: "answers", outcome: found === undefined ? "miss" : "hit" });
      return found;
    },
    similar: (vector) => {
      const startedMs = performance.now();
      let best: CachedAnswer | undefined;
      let bestSimilarity = MIN_SIMILARITY;
      for (const entry of near) {
        const similarity = product(vector, entry.vector);
        if (similarity < bestSimilarity) continue;
        bestSimilarity = similarity;
        best = entry.answer;
      }
      // Nobody can see from outside what this search is for, so it is told.
      const outcome = best === undefined ? "miss" : "hit";
      const durationMs = performance.now() - startedMs;
      recordCache({ cache: "similar-answers", kind: "semantic", outcome, durationMs });
      logCacheOperation(log, { cache: "similar-answers", kind: "semantic", outcome, durationMs });
      return best;
    },
    keep: (question, vector, answer) => {
      exact.set(wordsOf(question), answer);
      near.push({ vector, answer });
      recordCache({ cache: "similar-answers", kind: "semantic", outcome: "set" });
      if (exact.size > MAX_ANSWERS) exact.delete(exact.keys().next().value ?? "");
      if (near.length > MAX_ANSWERS) near.shift();
    },
  };
}

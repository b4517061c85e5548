/** What was not taken of a request, for the answer's partial success. */
export type Rejection = { readonly count: number; readonly reason: string };

/** Called for every item that is not taken. */
export type Reject = (reason: string, count?: number) => void;

/** So many different reasons are told apart; whatever a sender puts into them, they stay few. */
const MAX_REASONS = 20;
const OTHER_REASONS = "other reasons";

/** Counts rejected items by reason. */
export function createRejections(): { readonly reject: Reject; readonly list: () => Rejection[] } {
  const counts = new Map<string, number>();
  return {
    reject: (reason, count = 1) => {
      const key = counts.has(reason) || counts.size < MAX_REASONS ? reason : OTHER_REASONS;
      counts.set(key, (counts.get(key) ?? 0) + count);
    },
    list: () => Array.from(counts, ([reason, count]) => ({ count, reason })),
  };
}

/** Keys pressed one after the other, as `g t`. Pure: the time is given. */

/** Who is slower has begun anew. */
const PATIENCE_MS = 1200;

export type Pressed = { readonly keys: readonly string[]; readonly atMs: number };
export const NOTHING_PRESSED: Pressed = { keys: [], atMs: 0 };

/** What a key leads to: a sequence that is complete, or what is pressed so far. */
export function press(
  before: Pressed,
  key: string,
  nowMs: number,
  sequences: readonly string[],
): { readonly done?: string; readonly pressed: Pressed } {
  const keys = nowMs - before.atMs > PATIENCE_MS ? [key] : [...before.keys, key];
  const text = keys.join(" ");
  if (sequences.includes(text)) return { done: text, pressed: NOTHING_PRESSED };
  if (sequences.some((one) => one.startsWith(`${text} `))) return { pressed: { keys, atMs: nowMs } };
  // The key may itself begin another one.
  return keys.length > 1 ? press(NOTHING_PRESSED, key, nowMs, sequences) : { pressed: NOTHING_PRESSED };
}

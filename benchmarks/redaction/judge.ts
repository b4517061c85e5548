import type { TrueCase } from "./true-cases.ts";

/** How one case went: whether anything of the secret is left, whether more than it was taken, and what it was called. */
export type Verdict = { readonly found: boolean; readonly excess: boolean; readonly kinds: readonly string[] };

const MARKER = /\[REDACTED:([a-z0-9_]+)\]/g;
/** So many characters of a secret in a row, still there, are a leak. */
const LEFT = 6;

export function judge({ before, secret, after }: TrueCase, redacted: string): Verdict {
  const kinds = [...redacted.matchAll(MARKER)].map((match) => match[1] as string);
  const bare = redacted.replace(MARKER, "\u0000");
  // What stands around may hold the same characters: only what is between the ends is judged.
  const head = commonHead(before, bare);
  const tail = commonTail(after, bare.slice(head));
  const middle = withoutEscapes(bare.slice(head, bare.length - tail));
  const core = withoutEscapes(secret);
  let found = kinds.length > 0;
  if (core.length < LEFT) found &&= !middle.includes(core);
  for (let at = 0; at + LEFT <= core.length && found; at++) found = !middle.includes(core.slice(at, at + LEFT));
  return { found, excess: found && (head < before.length || tail < after.length), kinds };
}

/** The escape of a comma that stays tells nothing. */
const withoutEscapes = (text: string): string => text.replace(/\\+(?:u[0-9a-f]{4}|[nrt])/g, "");

function commonHead(expected: string, given: string): number {
  let length = 0;
  while (length < expected.length && given[length] === expected[length]) length++;
  return length;
}

function commonTail(expected: string, given: string): number {
  let length = 0;
  while (length < expected.length && given.at(-1 - length) === expected.at(-1 - length)) length++;
  return length;
}
